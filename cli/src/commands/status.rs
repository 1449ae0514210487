use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use latchel_sync_core::Ledger;
use latchel_sync_core::engine::{Banner, Choice, banner};
use latchel_sync_core::ledger::{look_up, records};
use latchel_sync_core::model::{Kind, Need};
use latchel_sync_core::words::local;
use latchel_sync_server::Origin;
use latchel_sync_server::views::{Attention, Automatic, Health, NextRun, attention, automatic, health};
use serde::Serialize;

use super::choose::{Chosen, choose};
use crate::args::{Scope, StatusOf};
use crate::config::{Account, Config};
use crate::connect::Books;
use crate::exit::{Exit, Failure};
use crate::{connect, render};

pub(crate) async fn run(
    config: &Config,
    scope: &Scope,
    of: Option<&StatusOf>,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let accounts = config.chosen(scope.account.as_deref())?;
    connect::reading_books(config, async |books| match of {
        Some(StatusOf::WorkOrder { id }) => work_order(&accounts, &*books.ledger, id, now, scope.json).await,
        None => all(config, &accounts, &books, scope, now).await,
    })
    .await
}

/// Health of an account, and what is done for it by itself.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    health: Health,
    /// Place of its configuration.
    source: Origin,
    /// Problem of its settings, which keeps this process from syncing it: one that serves may have other variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    automatic: Automatic,
    attention: Attention,
}

/// An account in JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Told<'a> {
    Read(&'a Shown),
    NotRead(&'a NotRead<'a>),
}

/// An account whose own part of the configuration cannot be read, or which is disabled.
#[derive(Serialize)]
struct NotRead<'a> {
    account: &'a str,
    health: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Most causes that are named.
const CAUSES: u32 = 20;

async fn all(
    config: &Config,
    accounts: &[&Account],
    Books { ledger, desk, .. }: &Books,
    scope: &Scope,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let mut all = Vec::new();
    for account in accounts {
        let (settings, schedule) = (&account.settings, &account.schedule);
        let health = health(settings, schedule, &**ledger, now).await?;
        let automatic = automatic(settings, schedule, (&**ledger, &**desk), now).await?;
        let platform = connect::platform_adapter(account).map_or("the platform", |adapter| adapter.title);
        let attention = attention(&**desk, &settings.name, platform, CAUSES).await?;
        let problem = connect::problem(account);
        all.push(Shown { health, source: account.origin(), problem, automatic, attention });
    }
    let left_out = config.left_out.iter().filter(|_| scope.account.is_none());
    let left_out: Vec<_> = left_out
        .map(|one| NotRead { account: &one.name, health: "misconfigured", problem: Some(one.failure.line()) })
        .collect();
    let disabled = config.disabled.iter().filter(|_| scope.account.is_none());
    let disabled: Vec<_> =
        disabled.map(|one| NotRead { account: &one.name, health: "disabled", problem: None }).collect();
    let not_read = || left_out.iter().chain(&disabled);
    if scope.json {
        let told = all.iter().map(Told::Read).chain(not_read().map(Told::NotRead));
        render::json(&told.collect::<Vec<_>>())?;
    } else {
        for (account, one) in accounts.iter().zip(&all) {
            print(one, account.settings.time_zone, now);
        }
        for NotRead { account, health, problem } in not_read() {
            say!("{account}: {health}");
            if let Some(problem) = problem {
                say!("  cannot be synced: {problem}");
            }
        }
    }
    Ok(if left_out.is_empty() { Exit::Done } else { Exit::Partial })
}

fn print(Shown { health, source, problem, automatic, attention }: &Shown, zone: Tz, now: DateTime<Utc>) {
    let place = if *source == Origin::Ledger { " (in the ledger)" } else { "" };
    say!("{}{place}: {}", health.account, health.health);
    if let Some(problem) = problem {
        say!("  cannot be synced from here: {problem}");
    }
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
    print_attention(attention);
    say!(
        "  schedule: work orders {}, properties and residents {}",
        health.schedule.work_orders,
        health.schedule.properties_and_residents
    );
    if let Some(timetable) = &health.schedule.reconciliation {
        say!("  reconciliation: {timetable}");
    }
    match automatic {
        Automatic::Kept { next } => next.iter().for_each(|NextRun { part, at }| {
            let at = at.map_or("never".to_owned(), |at| local(at.max(now), zone));
            say!("  next sync of {}: {at}", part.title());
        }),
        Automatic::Paused(pause) => {
            let since = local(pause.since, zone);
            say!("  paused by {} since {since}: nothing is synced by itself", pause.by);
        }
        Automatic::NotKept { last } => {
            let last = last.map(|last| format!(" (the last time: {})", local(last, zone)));
            say!("  nothing is synced by itself{}", last.unwrap_or_default());
            say!("    hint: `latchel-sync serve` keeps the schedule, for as long as it runs");
        }
    }
}

fn print_attention(attention: &Attention) {
    let Attention { causes, need_somebody, .. } = attention;
    if *need_somebody > 0 {
        say!("  needs attention:");
    }
    for cause in causes {
        let mark = if cause.needs == Need::Somebody { "" } else { "by itself: " };
        say!("    - {mark}{}", cause.line());
        if !cause.remedy.is_empty() {
            say!("      hint: {}", cause.remedy);
        }
    }
    let named = causes.iter().filter(|cause| cause.needs == Need::Somebody).count() as u64;
    match need_somebody.saturating_sub(named) {
        0 => {}
        more => say!("    and {more} more"),
    }
}

async fn work_order(
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
    let platform = connect::platform_adapter(account)?.title;
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
    let rule = banner.reason.zip(banner.rule).map(|(reason, rule)| format!(" ({reason}, rule {rule})"));
    say!("  {}{}", banner.explanation, rule.unwrap_or_default());
    if !banner.remedy.is_empty() {
        say!("  hint: {}", banner.remedy);
    }
}
