use chrono::{DateTime, Utc};
use latchel_sync_core::Ledger;
use latchel_sync_core::engine::{Banner, banner};
use latchel_sync_core::model::Kind;
use latchel_sync_server::views::{Health, health};

use crate::args::{Scope, StatusOf};
use crate::config::{Account, Config};
use crate::exit::{Exit, Failure};
use crate::{connect, render};

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
        all.push(health(&account.settings, &account.schedule, ledger, now).await?);
    }
    if scope.json {
        render::json(&all)?;
    } else {
        all.iter().for_each(print);
    }
    Ok(Exit::Done)
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
    if let Some(timetable) = &health.schedule.reconciliation {
        anstream::println!("  reconciliation: {timetable}");
    }
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
