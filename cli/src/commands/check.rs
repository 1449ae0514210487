use std::sync::Arc;

use chrono::{DateTime, Utc};
use latchel_sync_core::{Finding, FindingLevel};
use latchel_sync_ledger::SqliteLedger;
use latchel_sync_server::views::{Credential, Validity};
use serde::Serialize;

use crate::args::Scope;
use crate::clock::Clock;
use crate::config::{Account, Config};
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
    let clock = Clock::starting_at(now);
    for account in config.chosen(scope.account.as_deref())? {
        // They are for the server alone; a mistake in them is one all the same.
        connect::webhooks(account)?;
        let ledger = Arc::new(SqliteLedger::in_memory().await?);
        let engine = connect::engine(account, ledger.clone(), ledger)?;
        // The time that the accounts before took is no difference of clocks.
        let mut findings = engine.check(clock.now()).await;
        findings.extend(expiries(config, account, now));
        all.push(Checked { account: account.settings.name.clone(), findings });
    }
    if scope.json {
        render::json(&all)?;
    } else {
        all.iter().for_each(|one| print(&one.account, &one.findings));
    }
    let wrong = all.iter().flat_map(|one| &one.findings).any(|finding| finding.level == FindingLevel::Error);
    Ok(if wrong { Exit::Failed } else { Exit::Done })
}

/// Findings about the days on which the account's credentials stop working, as far as the configuration names them.
fn expiries(config: &Config, account: &Account, now: DateTime<Utc>) -> Vec<Finding> {
    let today = now.with_timezone(&account.settings.time_zone).date_naive();
    let finding = |one: Credential| {
        let (level, when) = match one.validity {
            Validity::Valid => (FindingLevel::Ok, "expires on"),
            Validity::Expiring => (FindingLevel::Warning, "expires on"),
            Validity::Expired => (FindingLevel::Warning, "expired on"),
        };
        let remedy = match level {
            FindingLevel::Ok => String::new(),
            _ => "put the next one and its own day into the configuration".to_owned(),
        };
        let subject = format!("{}: credential", one.owner("platform"));
        Finding { level, subject, detail: format!("{when} {}", one.expires), remedy }
    };
    let all = Credential::all(account.expiries, today, config.server.alerts.expiry_days);
    all.into_iter().map(finding).collect()
}

/// Prints the findings of one account.
pub(super) fn print(account: &str, findings: &[Finding]) {
    say!("{account}");
    for finding in findings {
        let mark = match finding.level {
            FindingLevel::Ok => "ok     ",
            FindingLevel::Warning => "warning",
            FindingLevel::Error => "ERROR  ",
        };
        say!("  {mark}  {}: {}", finding.subject, finding.detail);
        if !finding.remedy.is_empty() {
            say!("           hint: {}", finding.remedy);
        }
    }
}
