use latchel_sync_core::ledger::Pending;
use latchel_sync_core::model::{Kind, RecordKey, Side};
use serde::Serialize;

use crate::args::{PendingAction, PendingRecord, Scope};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::{connect, render};

/// What is pending, and where.
#[derive(Serialize)]
struct Listed {
    account: String,
    #[serde(flatten)]
    pending: Pending,
}

pub(crate) async fn run(config: &Config, scope: &Scope, action: &PendingAction) -> Result<Exit, Failure> {
    let accounts = config.chosen(scope.account.as_deref())?;
    match action {
        PendingAction::List => {
            let ledger = connect::ledger_to_read(config).await?;
            let mut all = Vec::new();
            for account in accounts {
                let name = &account.settings.name;
                let pending = ledger.all_pending(name).await?;
                all.extend(pending.into_iter().map(|pending| Listed { account: name.clone(), pending }));
            }
            if scope.json {
                render::json(&all)?;
                return Ok(Exit::Done);
            }
            if all.is_empty() {
                anstream::println!("nothing is pending");
                return Ok(Exit::Done);
            }
            let columns = ["account", "record", "label", "reason", "since (UTC)", "tries", "detail"];
            let mut table = render::table(&columns);
            for Listed { account, pending: one } in &all {
                let note = if one.dismissed { " (dismissed)" } else { "" };
                table.add_row([
                    account.clone(),
                    one.outcome.key.to_string(),
                    one.outcome.label.clone(),
                    format!("{}{note}", one.outcome.reason),
                    one.since.format("%Y-%m-%d %H:%M").to_string(),
                    one.attempts.to_string(),
                    one.outcome.detail.clone().unwrap_or_default(),
                ]);
            }
            anstream::println!("{table}");
            Ok(Exit::Done)
        }
        PendingAction::Retry(record) | PendingAction::Dismiss(record) => {
            let key = key(record)?;
            if accounts.len() > 1 {
                return Err(Failure::usage("several accounts may have a record with this id")
                    .hint("name the account with `--account`"));
            }
            let ledger = connect::ledger(config).await?;
            let mut changed = false;
            for account in accounts {
                let name = &account.settings.name;
                changed |= match action {
                    PendingAction::Dismiss(_) => ledger.dismiss(name, &key).await?,
                    _ => ledger.retry(name, &key).await?,
                };
            }
            if !changed {
                anstream::eprintln!("{key} is not pending");
                anstream::eprintln!("hint: `latchel-sync pending list` shows what is");
                return Ok(Exit::Partial);
            }
            Ok(Exit::Done)
        }
    }
}

fn key(record: &PendingRecord) -> Result<RecordKey, Failure> {
    let kind = Kind::from_name(&record.kind).ok_or_else(|| {
        Failure::usage(format!("{:?} is no kind of record", record.kind))
            .hint("property, resident or work-order")
    })?;
    let side = if record.from_latchel { Side::Latchel } else { Side::Platform };
    Ok(RecordKey { kind, side, id: record.id.clone() })
}
