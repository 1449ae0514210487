//! Changes of the accounts that the ledger keeps.

use chrono::{DateTime, Utc};
use latchel_sync_core::Finding;
use latchel_sync_ledger::desk::{AuditEntry, KeptAccount};
use latchel_sync_server::{Change, Changed};
use serde::Serialize;
use uuid::Uuid;

use super::configured::{self, secret};
use crate::args::AccountsAction;
use crate::commands::check;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::keeper::{self, Caller, Shelf};
use crate::{connect, render};

/// Name in the audit trail.
const BY: &str = "command line";

/// Result of a change, for machines.
#[derive(Serialize)]
struct Told<'a> {
    account: &'a str,
    changed: bool,
    findings: Vec<Finding>,
}

pub(super) async fn change(
    config: &Config,
    action: &AccountsAction,
    json: bool,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    connect::with_books(config, async |books| {
        let shelf = Shelf::of(config, &books.desk);
        let (name, change) = asked(&shelf, action).await?;
        let caller = Caller { by: BY, may_refer: true };
        let (changed, findings) = match keeper::change(&shelf, caller, name, change, now).await? {
            Changed::Made { findings } => (true, findings),
            Changed::Refused { findings } => (false, findings),
        };
        let exit = if changed { Exit::Done } else { Exit::Failed };
        if json {
            render::json(&Told { account: name, changed, findings })?;
            return Ok(exit);
        }
        if !findings.is_empty() {
            check::print(name, &findings);
        }
        if changed {
            note!("{}", done(action, name));
        } else {
            note!("error: the test failed, and nothing was changed");
            note!("hint: mend what is wrong above, and try again; `accounts add --disabled` adds an account without a test");
        }
        Ok(exit)
    })
    .await
}

async fn asked<'a>(shelf: &Shelf, action: &'a AccountsAction) -> Result<(&'a str, Change), Failure> {
    Ok(match action {
        AccountsAction::Add { name, with, disabled } => {
            let configuration = configured::whole(with)?;
            (name, Change::Add { configuration, enable: !disabled })
        }
        AccountsAction::Set { name, with } => {
            let kept = shelf.desk.kept(name).await?;
            (name, Change::Set(configured::changes(with, kept.as_ref())?))
        }
        AccountsAction::Rotate { name, setting } => {
            (name, Change::Rotate { setting: setting.clone(), secret: secret(setting)? })
        }
        AccountsAction::Enable { name } => (name, Change::Enable),
        AccountsAction::Disable { name } => (name, Change::Disable),
        AccountsAction::Remove { name } => (name, Change::Remove),
        AccountsAction::List
        | AccountsAction::Show { .. }
        | AccountsAction::SetSyncStart { .. }
        | AccountsAction::NewMasterKey
        | AccountsAction::RotateMasterKey => unreachable!("these change no account"),
    })
}

fn done(action: &AccountsAction, name: &str) -> String {
    match action {
        AccountsAction::Add { disabled: true, .. } => {
            format!(
                "added {name}, disabled: `latchel-sync accounts enable {name}` tests it and has it synced"
            )
        }
        AccountsAction::Add { .. } => format!("added {name}; servers sync it within seconds"),
        AccountsAction::Enable { .. } => format!("enabled {name}; servers sync it within seconds"),
        AccountsAction::Disable { .. } => {
            format!("disabled {name}; a run that is under way ends as it would")
        }
        AccountsAction::Remove { .. } => {
            format!(
                "removed {name}; what syncs know of its records stays, for an account that is added under this name"
            )
        }
        _ => format!("changed {name}; servers take it up within seconds"),
    }
}

/// Seals the keys of all accounts with the current master key.
pub(super) async fn rotate_master_key(
    config: &Config,
    json: bool,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    connect::with_books(config, async |books| {
        let (desk, keys) = (&*books.desk, &config.keys);
        let id = keys.current().map_err(Failure::usage)?.id();
        let (mut sealed, mut failed) = (0, Vec::new());
        for name in desk.kept_names().await? {
            // An account that somebody changes meanwhile is read again.
            while let Some(kept) = desk.kept(&name).await? {
                let Some(key) = &kept.key else { break };
                match keys.rewrapped(&name, key) {
                    Ok(None) => break,
                    Ok(Some(key)) => {
                        if desk.put_kept(&KeptAccount { key: Some(key), ..kept }).await? {
                            sealed += 1;
                            break;
                        }
                    }
                    Err(problem) => {
                        failed.push(format!("{name}: {problem}"));
                        break;
                    }
                }
            }
        }
        if sealed > 0 {
            let entry = AuditEntry {
                id: Uuid::now_v7(),
                at: now,
                user: BY.to_owned(),
                account: None,
                action: "master_key_rotated".to_owned(),
                detail: format!("{sealed} accounts are sealed with {id}"),
            };
            desk.note(&entry).await?;
        }
        if json {
            render::json(&serde_json::json!({ "master_key": id, "sealed": sealed, "failed": failed }))?;
        } else {
            failed.iter().for_each(|failed| note!("error: {failed}"));
            note!("{sealed} accounts were sealed anew, with the master key {id}");
        }
        Ok(if failed.is_empty() { Exit::Done } else { Exit::Failed })
    })
    .await
}
