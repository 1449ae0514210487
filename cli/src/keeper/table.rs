//! The configuration of one account as a table of settings.

use std::collections::BTreeMap;

use latchel_sync_core::model::Side;
use latchel_sync_core::registry::{self, Setting, SettingForm};
use latchel_sync_ledger::desk::KeptAccount;
use secrecy::SecretString;
use serde_json::Value as Json;
use toml::Value;

use crate::config::{SEALED, sealed, setting_name};
use crate::exit::Failure;
use crate::vault::Safe;

pub(crate) type Table = toml::Table;

/// The account's configuration.
pub(super) fn read(kept: &KeptAccount) -> Result<Table, Failure> {
    let wrong = |error: toml::de::Error| {
        Failure::usage(format!("account {:?} of the ledger: {}", kept.name, error.message()))
    };
    kept.configuration.parse().map_err(wrong)
}

/// One account's settings as they are written in a file, with `[[account]]` or without.
pub(crate) fn written(text: &str) -> Result<Table, Failure> {
    let mut table: Table = text.parse().map_err(|error: toml::de::Error| {
        let line =
            error.span().and_then(|span| text.get(..span.start)).unwrap_or_default().matches('\n').count()
                + 1;
        Failure::usage(format!("line {line}: {}", error.message()))
    })?;
    match table.remove("account") {
        None => Ok(table),
        Some(Value::Array(all)) if table.is_empty() && all.len() == 1 => match all.into_iter().next() {
            Some(Value::Table(account)) => Ok(account),
            _ => Err(Failure::usage("an account is a table")),
        },
        Some(_) => Err(Failure::usage("there must be one account, and nothing else")),
    }
}

/// The configuration for people: nothing of a secret, sealed or not.
pub(super) fn shown(table: &Table) -> Json {
    let mut table = table.clone();
    for name in secret_names(&table) {
        let Some(value) = get(&table, &name) else { continue };
        if sealed(value).is_some() || value.is_str() {
            let hidden = Table::from_iter([(SEALED.to_owned(), Value::Boolean(true))]);
            // It is there, so that its tables are.
            let _ = set(&mut table, &name, Some(Value::Table(hidden)));
        }
    }
    json(&Value::Table(table))
}

/// JSON of a configuration.
pub(crate) fn json_of(table: Table) -> serde_json::Map<String, Json> {
    table.iter().map(|(key, one)| (key.clone(), json(one))).collect()
}

/// JSON of a value; dates become texts.
pub(crate) fn json(value: &Value) -> Json {
    match value {
        Value::String(text) => text.as_str().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Boolean(flag) => (*flag).into(),
        Value::Datetime(at) => at.to_string().into(),
        Value::Array(all) => all.iter().map(json).collect(),
        Value::Table(table) => {
            Json::Object(table.iter().map(|(key, one)| (key.clone(), json(one))).collect())
        }
    }
}

/// The value that JSON stands for.
pub(crate) fn value_of(json: Json) -> Result<Value, Failure> {
    serde_json::from_value(json).map_err(|_| Failure::usage("null is no value here: leave the setting out"))
}

/// Settings of the adapters that the table names, by their names as `platform.client_id`.
pub(super) fn known(table: &Table) -> BTreeMap<String, &'static Setting> {
    let named = |section: &str| {
        let adapter = table.get(section).and_then(|one| one.get("adapter"));
        adapter.and_then(Value::as_str)
    };
    let (platform, latchel) = (named("platform").unwrap_or_default(), named("latchel").unwrap_or("latchel"));
    let of = |section: &'static str, settings: &'static [Setting]| {
        settings.iter().map(move |one| (setting_name(section, one.key), one))
    };
    let platforms = registry::platforms().into_iter().filter(|one| one.name == platform);
    let latchels = registry::latchels().into_iter().filter(|one| one.name == latchel);
    let webhooks = [(Side::Platform, platform, "webhooks.platform"), (Side::Latchel, latchel, "webhooks")];
    let webhooks = webhooks
        .into_iter()
        .filter_map(|(side, name, section)| Some((section, registry::webhooks(side, name)?.settings)));
    let sections = platforms.map(|one| ("platform", one.settings));
    let sections = sections.chain(latchels.map(|one| ("latchel", one.settings))).chain(webhooks);
    sections.flat_map(|(section, settings)| of(section, settings)).collect()
}

/// Names of the secret settings, as `platform.client_secret`.
pub(crate) fn secret_names(table: &Table) -> Vec<String> {
    let secret = |(name, setting): (String, &Setting)| (setting.form == SettingForm::Secret).then_some(name);
    known(table).into_iter().filter_map(secret).collect()
}

/// Names of the settings that are texts, whatever they look like.
pub(crate) fn text_names(table: &Table) -> Vec<String> {
    let text = |(name, setting): (String, &Setting)| (setting.form == SettingForm::Text).then_some(name);
    known(table).into_iter().filter_map(text).collect()
}

/// The value of a setting.
pub(super) fn get<'a>(table: &'a Table, name: &str) -> Option<&'a Value> {
    let mut parts = name.split('.');
    let first = table.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// Gives a setting this value, or leaves it out.
pub(crate) fn set(table: &mut Table, name: &str, value: Option<Value>) -> Result<(), Failure> {
    if let Some((section, rest)) = name.split_once('.') {
        if value.is_none() && !table.contains_key(section) {
            return Ok(());
        }
        let inner = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
        let inner = inner.as_table_mut();
        let inner =
            inner.ok_or_else(|| Failure::usage(format!("{section} is a value and has no settings")))?;
        return set(inner, rest, value);
    }
    match value {
        Some(value) => table.insert(name.to_owned(), value),
        None => table.remove(name),
    };
    Ok(())
}

/// Seals the secrets that stand there as texts.
pub(super) fn seal(table: &mut Table, account: &str, safe: &mut Safe) -> Result<(), Failure> {
    for name in secret_names(table) {
        let Some(text) = get(table, &name).and_then(Value::as_str) else { continue };
        let secret = SecretString::from(text.trim().to_owned());
        if text.trim().is_empty() {
            return Err(Failure::usage(format!("{name}: the secret is empty")));
        }
        let sealed = safe.seal(account, &name, &secret).map_err(|problem| {
            Failure::usage(format!("{name}: it cannot be sealed: {problem}")).hint(
                "`latchel-sync accounts new-master-key` prints a key for the environment of every process; or give a reference, \
                 env:NAME or file:PATH",
            )
        })?;
        let sealed = Table::from_iter([(SEALED.to_owned(), Value::String(sealed))]);
        set(table, &name, Some(Value::Table(sealed)))?;
    }
    Ok(())
}
