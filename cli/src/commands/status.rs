use chrono::{DateTime, Utc};
use latchel_sync_core::Ledger;
use latchel_sync_core::engine::{Banner, banner};
use latchel_sync_core::ledger::{Phase, Run, RunStatus, Status};
use latchel_sync_core::model::Kind;
use latchel_sync_core::rules::{Reason, coverage};
use latchel_sync_server::schedule::Schedule;
use serde::Serialize;

use crate::args::{Scope, StatusOf};
use crate::config::{Account, Config};
use crate::exit::{Exit, Failure};
use crate::{connect, render};

/// One account's health.
#[derive(Serialize)]
struct Health {
    account: String,
    health: &'static str,
    /// Which far side was closed by its own schedule in the newest run, and until when.
    paused: Option<String>,
    sync_start: Option<DateTime<Utc>>,
    phases: Vec<PhaseHealth>,
    pending: u64,
    failed: u64,
    schedule: Schedule,
}

#[derive(Serialize)]
struct PhaseHealth {
    phase: Phase,
    last_success: Option<DateTime<Utc>>,
    /// The span that the next run's window does not cover (rule W2).
    gap: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

pub(crate) async fn run(
    config: &Config,
    scope: &Scope,
    of: Option<&StatusOf>,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let accounts = config.chosen(scope.account.as_deref())?;
    connect::reading_ledger(config, async |ledger| match of {
        Some(StatusOf::WorkOrder { id }) => work_order(config, &accounts, &*ledger, id, scope.json).await,
        None => healths(&accounts, &*ledger, scope, now).await,
    })
    .await
}

async fn healths(
    accounts: &[&Account],
    ledger: &dyn Ledger,
    scope: &Scope,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let mut all = Vec::new();
    for account in accounts {
        all.push(health(account, ledger, now).await?);
    }
    if scope.json {
        render::json(&all)?;
    } else {
        all.iter().for_each(print);
    }
    Ok(Exit::Done)
}

async fn health(account: &Account, ledger: &dyn Ledger, now: DateTime<Utc>) -> Result<Health, Failure> {
    let name = &account.settings.name;
    let mut phases = Vec::new();
    for phase in Phase::ALL {
        let last_success = ledger.last_success(name, phase).await?;
        let gap = coverage(&account.settings.policy.window, last_success, now).gap;
        phases.push(PhaseHealth { phase, last_success, gap });
    }
    let waiting: Vec<_> = Reason::ALL
        .iter()
        .copied()
        .filter(|reason| matches!(reason.status(), Status::Pending | Status::Failed))
        .collect();
    let counts = ledger.counts(name, &waiting).await?;
    let with =
        |status: Status| counts.iter().filter(|(reason, _)| reason.status() == status).map(|(_, n)| n).sum();
    let newest = ledger.runs(Some(name), 1).await?.pop();
    Ok(Health {
        account: name.clone(),
        health: in_a_word(newest.as_ref(), &phases),
        paused: newest.and_then(|run| run.phases.into_iter().find_map(|phase| phase.paused)),
        sync_start: ledger.account(name).await?.map(|account| account.sync_start),
        phases,
        pending: with(Status::Pending),
        failed: with(Status::Failed),
        schedule: account.schedule.clone(),
    })
}

fn in_a_word(newest: Option<&Run>, phases: &[PhaseHealth]) -> &'static str {
    match newest.map(|run| run.status) {
        None => "never run",
        Some(RunStatus::Failed) => "failed",
        Some(RunStatus::Unfinished) => "interrupted or under way",
        Some(_) if phases.iter().any(|phase| phase.gap.is_some()) => "gap",
        Some(RunStatus::Paused) => "paused",
        Some(RunStatus::Partial) => "partial",
        Some(RunStatus::Success) => "ok",
    }
}

fn print(health: &Health) {
    anstream::println!("{}: {}", health.account, health.health);
    if let Some(pause) = &health.paused {
        anstream::println!("  {pause}; the first run after that goes on from there");
    }
    for phase in &health.phases {
        let last =
            phase.last_success.map_or("never".to_owned(), |at| at.format("%Y-%m-%d %H:%M UTC").to_string());
        anstream::println!("  {:<24} last success {last}", phase.phase.to_string());
        if let Some((from, to)) = phase.gap {
            anstream::println!(
                "    gap: {from} to {to}; run `latchel-sync sync --since {}`",
                from.to_rfc3339()
            );
        }
    }
    anstream::println!("  pending {}, failed {}", health.pending, health.failed);
    anstream::println!(
        "  schedule: work orders {}, properties and residents {}",
        health.schedule.work_orders,
        health.schedule.properties_and_residents
    );
}

async fn work_order(
    config: &Config,
    accounts: &[&Account],
    ledger: &dyn Ledger,
    id: &str,
    json: bool,
) -> Result<Exit, Failure> {
    let mut banners: Vec<(String, Banner)> = Vec::new();
    for account in accounts {
        let platform = connect::platform_adapter(config, account)?.title;
        let found = ledger.find(&account.settings.name, Kind::WorkOrder, id).await?;
        if !found.is_empty() {
            banners.push((account.settings.name.clone(), banner(&found, platform)));
        }
    }
    if banners.is_empty() {
        anstream::eprintln!("no run has seen a work order {id}");
        anstream::eprintln!("hint: `latchel-sync explain work-order {id}` asks both systems");
        return Ok(Exit::Partial);
    }
    for (account, banner) in &banners {
        if json {
            render::json_line(&banner)?;
            continue;
        }
        anstream::println!("[{}] {} ({account})", banner.status.as_str(), banner.headline);
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        anstream::println!(
            "  platform number {}, Latchel number {}",
            text(&banner.platform_number),
            text(&banner.latchel_number)
        );
        if let Some(at) = banner.verified_at {
            anstream::println!("  confirmed by reading back at {}", at.format("%Y-%m-%d %H:%M UTC"));
        }
        anstream::println!("  {}", banner.explanation);
        if !banner.remedy.is_empty() {
            anstream::println!("  hint: {}", banner.remedy);
        }
    }
    Ok(Exit::Done)
}
