use std::sync::Arc;

use latchel_sync_core::Ledger;
use latchel_sync_ledger::SqliteLedger;
use serde_json::json;

use crate::args::LedgerAction;
use crate::config::{Config, Place};
use crate::exit::{Exit, Failure};
use crate::{connect, render};

pub(crate) async fn run(config: &Config, action: &LedgerAction, as_json: bool) -> Result<Exit, Failure> {
    match (action, &config.ledger) {
        (LedgerAction::Check, _) => {
            let check = async |ledger: Arc<dyn Ledger>| Ok(ledger.check().await?);
            let wrong = connect::reading_ledger(config, check).await?;
            if as_json {
                render::json(&json!({ "wrong": wrong }))?;
            } else if wrong.is_empty() {
                anstream::println!("the ledger is sound");
            } else {
                wrong.iter().for_each(|line| anstream::println!("{line}"));
                anstream::eprintln!(
                    "hint: keep a copy, and start with an empty ledger: a sync finds its records again"
                );
            }
            Ok(if wrong.is_empty() { Exit::Done } else { Exit::Partial })
        }
        (LedgerAction::Backup { file }, Place::File(path)) => {
            let Some(ledger) = SqliteLedger::open_existing(path).await? else {
                return Err(Failure::usage(format!("there is no ledger yet at {}", path.display()))
                    .hint("the first `latchel-sync sync` makes it"));
            };
            let written = ledger.backup(file).await;
            let closed = ledger.close().await;
            written.and(closed)?;
            anstream::eprintln!("wrote {}", file.display());
            Ok(Exit::Done)
        }
        (LedgerAction::Backup { .. }, Place::Postgres(_)) => {
            Err(Failure::usage("the ledger is on PostgreSQL")
                .hint("copy it with PostgreSQL's own means: `pg_dump --file FILE DATABASE`"))
        }
    }
}
