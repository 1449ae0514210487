//! Settings of an account as somebody gives them to the command.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Read};
use std::path::Path;

use latchel_sync_ledger::desk::KeptAccount;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value as Json, json};
use toml::Value;

use crate::args::Configured;
use crate::exit::Failure;
use crate::keeper::{self, Table};

/// The whole configuration of a new account.
pub(super) fn whole(with: &Configured) -> Result<Map<String, Json>, Failure> {
    let mut table = with.from.as_deref().map(file).transpose()?.unwrap_or_default();
    table.remove("name");
    let given = given(&with.settings, &table)?;
    for (name, value) in given {
        keeper::set(&mut table, &name, value)?;
    }
    Ok(keeper::json_of(table))
}

/// Changes of an account that is there.
pub(super) fn changes(
    with: &Configured,
    kept: Option<&KeptAccount>,
) -> Result<BTreeMap<String, Json>, Failure> {
    let now = kept.and_then(|kept| kept.configuration.parse().ok()).unwrap_or_default();
    let mut changes: BTreeMap<String, Json> = BTreeMap::new();
    if let Some(from) = &with.from {
        let mut table = file(from)?;
        table.remove("name");
        changes.extend(keeper::json_of(table));
    }
    for (name, value) in given(&with.settings, &now)? {
        changes.insert(name, value.map_or(Json::Null, |value| keeper::json(&value)));
    }
    if changes.is_empty() {
        return Err(Failure::usage("nothing is to be changed").hint("give SETTING=VALUE, or --from FILE"));
    }
    Ok(changes)
}

/// The one account of a file.
fn file(path: &Path) -> Result<Table, Failure> {
    let place = path.display();
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|error| Failure::usage(format!("{place}: {error}")))?;
    keeper::written(&text).map_err(|failure| Failure::usage(format!("{place}: {}", failure.line())))
}

/// Settings that are given as arguments, for an account with these settings; `None` is one that is left out.
fn given(settings: &[String], table: &Table) -> Result<Vec<(String, Option<Value>)>, Failure> {
    let mut pairs = Vec::new();
    for setting in settings {
        let Some((name, text)) = setting.split_once('=') else {
            // The whole of it may be a secret.
            return Err(Failure::usage(
                "a setting is given as NAME=VALUE, for example platform.adapter=buildium",
            ));
        };
        pairs.push((name.trim().to_owned(), text));
    }
    // Which settings are secret is known by the adapters.
    let mut all = table.clone();
    for (name, text) in pairs.iter().filter(|(name, _)| name.ends_with(".adapter")) {
        keeper::set(&mut all, name, Some(Value::String((*text).to_owned())))?;
    }
    let secrets = keeper::secret_names(&all);
    let texts = keeper::text_names(&all);
    let value = |(name, text): (String, &str)| {
        let value = match () {
            () if text.is_empty() => None,
            () if secrets.contains(&name) => Some(secret_value(&name, text)?),
            () if texts.contains(&name) => Some(Value::String(text.to_owned())),
            () => Some(plain(text)),
        };
        Ok((name, value))
    };
    pairs.into_iter().map(value).collect()
}

/// A value as the file would have it; what is none is a text.
fn plain(text: &str) -> Value {
    let parsed = format!("value = {text}").parse::<Table>().ok().filter(|table| table.len() == 1);
    let value = parsed.and_then(|mut table| table.remove("value"));
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn secret_value(name: &str, text: &str) -> Result<Value, Failure> {
    let reference = |key: &str, value: &str| keeper::value_of(json!({ key: value }));
    if text == "-" {
        return Ok(Value::String(secret(name)?.expose_secret().to_owned()));
    }
    match text.split_once(':') {
        Some(("env", variable)) => reference("env", variable),
        Some(("file", path)) => reference("file", path),
        _ => Err(Failure::usage(format!("{name}: a secret is no argument, because others see those"))
            .hint("give `-` to be asked for it, or `env:NAME` or `file:PATH`")),
    }
}

/// Asks for a secret, or reads it from the next line of stdin.
pub(super) fn secret(name: &str) -> Result<SecretString, Failure> {
    let stdin = std::io::stdin();
    let text = if stdin.is_terminal() {
        rpassword::prompt_password(format!("{name}: ")).map_err(Failure::run)?
    } else {
        let mut line = String::new();
        stdin.lock().read_line(&mut line).map_err(Failure::run)?;
        line
    };
    match text.trim() {
        "" => Err(Failure::usage(format!("{name}: the secret is empty"))),
        text => Ok(text.to_owned().into()),
    }
}
