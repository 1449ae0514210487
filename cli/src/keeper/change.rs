//! A change of an account of the ledger: what would be synced with is tested before it is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use latchel_sync_core::registry::SettingForm;
use latchel_sync_core::{Finding, FindingLevel};
use latchel_sync_ledger::SqliteLedger;
use latchel_sync_ledger::desk::{AuditEntry, KeptAccount};
use latchel_sync_server::{Change, Changed};
use secrecy::ExposeSecret;
use serde_json::Value as Json;
use toml::Value;
use uuid::Uuid;

use super::Shelf;
use super::table::{self, Table};
use crate::config::Account;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::vault::Safe;

/// Who asks for a change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    /// Name of the user.
    pub by: &'a str,
    /// True if they may name variables and files of this machine, and say where its secrets are sent: whoever has a shell here can read them
    /// anyway.
    pub may_refer: bool,
}

/// Makes a change, and writes it down in the audit trail.
pub(crate) async fn change(
    shelf: &Shelf,
    caller: Caller<'_>,
    name: &str,
    change: Change,
    now: DateTime<Utc>,
) -> Result<Changed, Failure> {
    let before = shelf.desk.kept(name).await?;
    let (action, mut detail) = (action(&change), String::new());
    if let Change::Remove = change {
        if !shelf.desk.remove_kept(name).await? {
            return Err(missing(name));
        }
        note(shelf, caller, name, action, detail, now).await?;
        return Ok(Changed::Made { findings: Vec::new() });
    }
    let mut draft = match (&change, before) {
        (Change::Add { .. }, None) => Draft::new(shelf, name)?,
        (Change::Add { .. }, Some(_)) => {
            return Err(Failure::usage(format!("there is an account {name:?} in the ledger already"))
                .hint("`latchel-sync accounts set` changes it"));
        }
        (_, Some(before)) => Draft::of(shelf, before)?,
        (_, None) => return Err(missing(name)),
    };
    let old = draft.table.clone();
    match change {
        Change::Add { configuration, enable } => {
            draft.put_all(configuration)?;
            draft.kept.is_enabled = enable;
        }
        Change::Set(changes) => {
            detail = changes.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            draft.put(changes)?;
        }
        Change::Rotate { setting, secret } => {
            let secrets = table::secret_names(&draft.table);
            if !secrets.contains(&setting) {
                return Err(Failure::usage(format!("{setting:?} is no secret of this account"))
                    .hint(format!("its secrets: {}", secrets.join(", "))));
            }
            let secret = Value::String(secret.expose_secret().to_owned());
            table::set(&mut draft.table, &setting, Some(secret))?;
            detail = setting;
        }
        Change::Enable => draft.kept.is_enabled = true,
        Change::Disable => draft.kept.is_enabled = false,
        Change::Remove => {}
    }
    if !caller.may_refer {
        refers_to_nothing_new(&old, &draft.table)?;
    }
    let kept = draft.finished(caller, now)?;
    let mut findings = Vec::new();
    // Whoever disables an account wants it to stop, however wrong it is.
    if action != DISABLED {
        let account = shelf.read(&kept)?;
        if let Some(mistake) = connect::mistake(&account) {
            return Err(mistake);
        }
        if kept.is_enabled {
            findings = tested(&account, now).await?;
        }
    }
    if findings.iter().any(|finding| finding.level == FindingLevel::Error) {
        return Ok(Changed::Refused { findings });
    }
    if !shelf.desk.put_kept(&kept).await? {
        let busy = Failure::run(anyhow::anyhow!("somebody else has changed the account {name:?} meanwhile"));
        return Err(busy.exit(Exit::Several).hint("nothing was changed; look at it and try again"));
    }
    note(shelf, caller, name, action, detail, now).await?;
    Ok(Changed::Made { findings })
}

const DISABLED: &str = "account_disabled";

fn action(change: &Change) -> &'static str {
    match change {
        Change::Add { .. } => "account_added",
        Change::Set(_) => "account_changed",
        Change::Rotate { .. } => "account_secret_rotated",
        Change::Enable => "account_enabled",
        Change::Disable => DISABLED,
        Change::Remove => "account_removed",
    }
}

fn missing(name: &str) -> Failure {
    let none = Failure::run(anyhow::anyhow!("the ledger keeps no account {name:?}"));
    let hint =
        "`latchel-sync accounts list` lists the accounts; those of the configuration file are changed there";
    none.exit(Exit::Partial).hint(hint)
}

/// An account while it is changed.
struct Draft {
    kept: KeptAccount,
    table: Table,
    safe: Safe,
}

impl Draft {
    fn new(shelf: &Shelf, name: &str) -> Result<Self, Failure> {
        if name.trim() != name || name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
            return Err(Failure::usage("the name of an account is one line of up to 100 characters"));
        }
        if shelf.in_file.iter().any(|one| one == name) {
            return Err(Failure::usage(format!("there is an account {name:?} in the configuration file"))
                .hint("take another name, or remove it there first"));
        }
        let safe = Safe::of(shelf.keys.clone(), None);
        let kept = KeptAccount {
            name: name.to_owned(),
            is_enabled: false,
            configuration: String::new(),
            key: None,
            changed_at: DateTime::UNIX_EPOCH,
            changed_by: String::new(),
            revision: 0,
        };
        let named = [("name".to_owned(), Value::String(name.to_owned()))];
        Ok(Self { kept, table: Table::from_iter(named), safe })
    }

    fn of(shelf: &Shelf, kept: KeptAccount) -> Result<Self, Failure> {
        let safe = Safe::of(shelf.keys.clone(), kept.key.clone());
        Ok(Self { table: table::read(&kept)?, kept, safe })
    }

    fn put_all(&mut self, configuration: serde_json::Map<String, Json>) -> Result<(), Failure> {
        self.put(configuration.into_iter().collect())
    }

    fn put(&mut self, changes: BTreeMap<String, Json>) -> Result<(), Failure> {
        for (name, value) in changes {
            if name == "name" {
                if value.as_str() != Some(&self.kept.name) {
                    return Err(Failure::usage("an account keeps its name: records are linked under it"));
                }
                continue;
            }
            let value = if value.is_null() { None } else { Some(table::value_of(value)?) };
            table::set(&mut self.table, &name, value)?;
        }
        Ok(())
    }

    /// The account as it is kept, with its secrets sealed.
    fn finished(mut self, caller: Caller<'_>, now: DateTime<Utc>) -> Result<KeptAccount, Failure> {
        table::seal(&mut self.table, &self.kept.name, &mut self.safe)?;
        self.kept.key = self.safe.wrapped().cloned();
        let configuration = toml::to_string(&self.table).map_err(Failure::run)?;
        Ok(KeptAccount { configuration, changed_at: now, changed_by: caller.by.to_owned(), ..self.kept })
    }
}

/// Refuses a change by which somebody far away would have this machine send secrets that they do not know to a place of theirs.
fn refers_to_nothing_new(old: &Table, new: &Table) -> Result<(), Failure> {
    let known = table::known(new);
    let secrets = table::secret_names(new);
    for name in &secrets {
        let (before, after) = (table::get(old, name), table::get(new, name));
        if after != before && after.is_some_and(|value| !value.is_str()) {
            return Err(Failure::usage(format!("{name}: give the secret itself"))
                .hint("variables and files of the server's machine are named by its command alone"));
        }
    }
    for section in ["platform", "latchel"] {
        let names = |table: &Table| -> BTreeMap<String, Value> {
            let settings = table.get(section).and_then(Value::as_table).cloned().unwrap_or_default();
            let leads = |key: &str| {
                let name = format!("{section}.{key}");
                known.get(&name).is_none_or(|setting| setting.form == SettingForm::Text)
            };
            settings.into_iter().filter(|(key, _)| leads(key)).collect()
        };
        let unchanged = secrets.iter().find(|name| {
            let (before, after) = (table::get(old, name), table::get(new, name));
            name.starts_with(&format!("{section}.")) && after.is_some() && after == before
        });
        if let Some(secret) = unchanged.filter(|_| names(old) != names(new)) {
            return Err(Failure::usage(format!(
                "{secret}: give the secret anew, because {section} has other settings"
            ))
            .hint("so that nobody learns a secret by having it sent elsewhere"));
        }
    }
    Ok(())
}

/// Tests both systems, as `check` does.
async fn tested(account: &Account, now: DateTime<Utc>) -> Result<Vec<Finding>, Failure> {
    let ledger = Arc::new(SqliteLedger::in_memory().await?);
    Ok(connect::engine(account, ledger.clone(), ledger)?.check(now).await)
}

async fn note(
    shelf: &Shelf,
    caller: Caller<'_>,
    name: &str,
    action: &str,
    detail: String,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let entry = AuditEntry {
        id: Uuid::now_v7(),
        at: now,
        user: caller.by.to_owned(),
        account: Some(name.to_owned()),
        action: action.to_owned(),
        detail,
    };
    Ok(shelf.desk.note(&entry).await?)
}
