use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use latchel_sync_core::engine::{Banner, Choice, banner};
use latchel_sync_core::ledger::{look_up, records};
use latchel_sync_core::model::Kind;
use latchel_sync_core::words::local;
use latchel_sync_core::{Ledger, LedgerAdmin};
use latchel_sync_server::views::{Health, health};

use super::choose::{Chosen, choose};
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
        Some(StatusOf::WorkOrder { id }) => {
            work_order(config, &accounts, &*ledger, id, now, scope.json).await
        }
        None => healths(&accounts, &*ledger, scope, now).await,
    })
    .await
}

async fn healths(
    accounts: &[&Account],
    ledger: &dyn LedgerAdmin,
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
        for (account, health) in accounts.iter().zip(&all) {
            print(health, account.settings.time_zone);
        }
    }
    Ok(Exit::Done)
}

fn print(health: &Health, zone: Tz) {
    say!("{}: {}", health.account, health.health);
    if let Some(pause) = &health.paused {
        say!("  {pause}; the first run after that goes on from there");
    }
    for phase in &health.phases {
        let last = phase.last_success.map_or("never".to_owned(), |at| local(at, zone));
        say!("  {:<24} last success {last}", phase.phase.to_string());
        if let Some((from, to)) = phase.gap {
            say!(
                "    gap: {} to {}; run `latchel-sync sync --since {}`",
                local(from, zone),
                local(to, zone),
                from.to_rfc3339()
            );
        }
    }
    say!("  pending {}, failed {}", health.pending, health.failed);
    say!(
        "  schedule: work orders {}, properties and residents {}",
        health.schedule.work_orders,
        health.schedule.properties_and_residents
    );
    if let Some(timetable) = &health.schedule.reconciliation {
        say!("  reconciliation: {timetable}");
    }
}

async fn work_order(
    config: &Config,
    accounts: &[&Account],
    ledger: &dyn Ledger,
    id: &str,
    now: DateTime<Utc>,
    json: bool,
) -> Result<Exit, Failure> {
    let mut choices = Vec::new();
    for account in accounts {
        let found = look_up(ledger, &account.settings.name, Kind::WorkOrder, id).await?;
        choices.extend(records(found).iter().map(|sides| (*account, Choice::remembered(sides))));
    }
    let (account, choice) = match choose(choices, "status work-order", json)? {
        Chosen::One(account, choice) => (account, choice),
        Chosen::Several => return Ok(Exit::Several),
        Chosen::None => {
            note!("no run has seen a work order {id}");
            note!("hint: `latchel-sync explain work-order {id}` asks both systems");
            return Ok(Exit::Partial);
        }
    };
    let platform = connect::platform_adapter(config, account)?.title;
    let memories = ledger.recall(&account.settings.name, &choice.keys).await?;
    let banner = banner(&memories, platform, now, account.settings.time_zone);
    if json {
        render::json_line(&banner)?;
    } else {
        print_banner(&banner, account);
    }
    Ok(Exit::Done)
}

fn print_banner(banner: &Banner, account: &Account) {
    say!("[{}] {} ({})", banner.status.as_str(), banner.headline, account.settings.name);
    let label = Some(&banner.label).filter(|label| !label.is_empty()).map(|label| format!("{label}: "));
    let latchel_id = banner.latchel_id.map(|id| id.to_string());
    let side = |id: Option<&str>, number: Option<&str>, place: &str| match (id, number) {
        (None, _) => format!("not {place}"),
        (Some(id), None) => format!("{id} {place}"),
        (Some(id), Some(number)) => format!("{id} {place} (number {number})"),
    };
    say!(
        "  {}{}, {}",
        label.unwrap_or_default(),
        side(banner.platform_id.as_deref(), banner.platform_number.as_deref(), "on the platform"),
        side(latchel_id.as_deref(), banner.latchel_number.as_deref(), "in Latchel")
    );
    if let Some(at) = banner.verified_at {
        say!("  confirmed by reading back at {}", local(at, account.settings.time_zone));
    }
    say!("  {}", banner.explanation);
    if !banner.remedy.is_empty() {
        say!("  hint: {}", banner.remedy);
    }
}
