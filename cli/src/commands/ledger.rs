use std::sync::Arc;

use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::model::{Difference, Kind, Link, Origin};
use latchel_sync_ledger::SqliteLedger;
use serde_json::json;

use crate::args::LedgerAction;
use crate::config::{Config, LedgerLocation};
use crate::exit::{Exit, Failure};
use crate::{connect, render};

pub(crate) async fn run(config: &Config, action: &LedgerAction, as_json: bool) -> Result<Exit, Failure> {
    match (action, &config.ledger) {
        (LedgerAction::Check, _) => {
            let check = async |ledger: Arc<dyn LedgerAdmin>| {
                Ok((ledger.check().await?, not_confirmed(&*ledger).await?))
            };
            let (wrong, not_confirmed) = connect::reading_ledger(config, check).await?;
            if as_json {
                render::json(&json!({ "wrong": wrong, "not_confirmed": not_confirmed }))?;
            } else {
                wrong.iter().chain(&not_confirmed).for_each(|line| say!("{line}"));
            }
            match (wrong.is_empty(), not_confirmed.is_empty()) {
                (true, true) if !as_json => say!("the ledger is sound"),
                (false, _) => {
                    note!("hint: keep a copy, and start with an empty ledger: a sync finds its records again")
                }
                // Without the ledger these would be made again.
                (true, false) => note!(
                    "hint: keep this ledger, and look at each with `latchel-sync explain`: none is ever sent again"
                ),
                (true, true) => {}
            }
            Ok(if wrong.is_empty() && not_confirmed.is_empty() { Exit::Done } else { Exit::Partial })
        }
        (LedgerAction::Backup { file }, LedgerLocation::File(path)) => {
            let Some(ledger) = SqliteLedger::open_existing(path).await? else {
                return Err(Failure::usage(format!("there is no ledger yet at {}", path.display()))
                    .hint("the first `latchel-sync sync` makes it"));
            };
            let written = ledger.backup(file).await;
            let closed = ledger.close().await;
            written.and(closed)?;
            note!("wrote {}", file.display());
            Ok(Exit::Done)
        }
        (LedgerAction::Backup { .. }, LedgerLocation::Postgres(_)) => {
            Err(Failure::usage("the ledger is on PostgreSQL")
                .hint("copy it with PostgreSQL's own means: `pg_dump --file FILE DATABASE`"))
        }
    }
}

/// Links that are read together.
const PAGE: u32 = 500;

/// The records that were created, of which no read-back has shown that all of it is stored (rule E3), a sentence each.
async fn not_confirmed(ledger: &dyn LedgerAdmin) -> latchel_sync_core::Result<Vec<String>> {
    let mut told = Vec::new();
    for account in ledger.accounts().await? {
        for kind in Kind::ALL {
            let mut after = None;
            loop {
                let page = ledger.links(&account.name, kind, after.as_deref(), PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.platform_id.clone());
                let open = page.iter().filter(|link| link.awaits_confirmation());
                told.extend(open.map(|link| format!("{}: {}", account.name, sentence(link))));
            }
        }
    }
    Ok(told)
}

fn sentence(link: &Link) -> String {
    let Link { kind, platform_id, latchel_id, origin, .. } = link;
    let made = match origin {
        Origin::FromLatchel => {
            format!("{kind} {platform_id} was created on the platform from Latchel's {latchel_id}")
        }
        _ => format!("Latchel's {kind} {latchel_id} was created from the platform's {platform_id}"),
    };
    let parts: Vec<_> = link.not_stored.iter().copied().map(part).collect();
    let why = match parts.as_slice() {
        [] => "reading it back has not shown it yet".to_owned(),
        parts => format!("the platform does not store {} as it was sent", parts.join(" and ")),
    };
    format!("{made} and is not confirmed: {why}")
}

fn part(difference: Difference) -> &'static str {
    match difference {
        Difference::Marker => "its tag",
        Difference::Property => "its property",
        Difference::Unit => "its unit",
        Difference::Assignee => "its assignee",
    }
}
