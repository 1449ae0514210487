use std::sync::Arc;

use chrono::{DateTime, Utc};
use latchel_sync_core::{Finding, FindingLevel};
use latchel_sync_ledger::SqliteLedger;
use serde::Serialize;

use crate::args::Scope;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::{connect, render};

#[derive(Serialize)]
struct Checked {
    account: String,
    findings: Vec<Finding>,
}

/// Tests both ends of each account.
pub(crate) async fn run(config: &Config, scope: &Scope, now: DateTime<Utc>) -> Result<Exit, Failure> {
    let mut all = Vec::new();
    for account in config.chosen(scope.account.as_deref())? {
        // They are for the server alone; a mistake in them is one all the same.
        connect::webhooks(config, account)?;
        let engine = connect::engine(config, account, Arc::new(SqliteLedger::in_memory().await?))?;
        all.push(Checked { account: account.settings.name.clone(), findings: engine.check(now).await });
    }
    if scope.json {
        render::json(&all)?;
    } else {
        all.iter().for_each(print);
    }
    let wrong = all.iter().flat_map(|one| &one.findings).any(|finding| finding.level == FindingLevel::Error);
    Ok(if wrong { Exit::Failed } else { Exit::Done })
}

fn print(checked: &Checked) {
    anstream::println!("{}", checked.account);
    for finding in &checked.findings {
        let mark = match finding.level {
            FindingLevel::Ok => "ok     ",
            FindingLevel::Warning => "warning",
            FindingLevel::Error => "ERROR  ",
        };
        anstream::println!("  {mark}  {}: {}", finding.subject, finding.detail);
        if !finding.remedy.is_empty() {
            anstream::println!("           hint: {}", finding.remedy);
        }
    }
}
