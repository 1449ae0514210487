use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Days, NaiveDate, Utc};
use latchel_sync_core::ledger::{Run, RunStatus};
use latchel_sync_core::model::{RunId, SyncMethod};
use latchel_sync_core::{ErrorKind, Result};
use latchel_sync_ledger::desk::Pause;
use serde::Serialize;
use utoipa::ToSchema;

use super::credentials::{Credential, credentials};
use super::health::{Facts, Health};
use super::runs::ended_by;
use crate::accounts::Account;
use crate::app::App;
use crate::jobs::QueuedJob;
use crate::schedule::{Begun, Part, RUNS_LOOKED_AT, begun, last_begun};

/// Number of days that are told of.
const DAYS: u64 = 14;
/// Most of an account's newest runs that the days are told from.
const RUNS_DRAWN: u32 = 2_000;

/// An account, at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct AccountView {
    /// Its health.
    #[serde(flatten)]
    pub health: Health,
    /// The platform's name for people.
    pub platform: &'static str,
    /// Sync method at company level (rule M1): which platform work orders are imported.
    pub sync_method: SyncMethod,
    /// The zone of its local dates.
    pub time_zone: &'static str,
    /// The credentials of which it is known when they stop working.
    pub credentials: Vec<Credential>,
    /// Set while nothing is done by itself.
    pub pause: Option<Pause>,
    /// Next automatic sync of each part; empty while the account is paused.
    pub next: Vec<NextRun>,
    /// The newest run.
    pub newest: Option<Run>,
    /// The last days, oldest first, in the account's local dates.
    pub days: Vec<Day>,
    /// Sentence about what the guard against mass changes stopped (rule G1), with its numbers; `None` if it did not stop the
    /// newest run of any phase.
    pub guarded: Option<String>,
    /// Jobs that wait or are under way, and the one that ended last.
    pub jobs: Vec<QueuedJob>,
}

/// Next automatic sync of a part.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NextRun {
    /// The part.
    pub part: Part,
    /// Instant of that sync, UTC; null if its timetable never comes.
    pub at: Option<DateTime<Utc>>,
}

/// Summary of a day's runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Day {
    /// The account's local date.
    pub date: NaiveDate,
    /// Number of runs.
    pub runs: u64,
    /// Number of those that failed, wholly or in part.
    pub failed: u64,
    /// Number of those that failed in part.
    pub partly: u64,
    /// Number of records that they wrote.
    pub writes: u64,
}

/// Every account, by name.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn accounts(app: &App) -> Result<Vec<AccountView>> {
    let pauses = app.desk.pauses().await?;
    let starts = app.ledger.accounts().await?.into_iter().map(|one| (one.name, one.sync_start));
    let starts: HashMap<_, _> = starts.collect();
    let mut views = Vec::new();
    for one in app.accounts.values() {
        views.push(view(app, one, &pauses, starts.get(one.name()).copied()).await?);
    }
    Ok(views)
}

/// One account; `None` if there is none of this name.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn account(app: &App, name: &str) -> Result<Option<AccountView>> {
    let Some(one) = app.accounts.get(name) else { return Ok(None) };
    let sync_start = app.ledger.account(name).await?.map(|account| account.sync_start);
    view(app, one, &app.desk.pauses().await?, sync_start).await.map(Some)
}

async fn view(
    app: &App,
    one: &Account,
    pauses: &[Pause],
    sync_start: Option<DateTime<Utc>>,
) -> Result<AccountView> {
    let (name, zone, now) = (one.name(), one.settings.time_zone, app.clock.now());
    let pause = pauses.iter().find(|pause| pause.account == name).cloned();
    let Drawn { past, facts, .. } = app.drawn.of(app, one, now.with_timezone(&zone).date_naive()).await?;
    let next = |part: Part| {
        let last = last_begun(&past.begun, &facts.successes, part);
        let at = one.schedule.due(part, name, zone, last, app.clock.began());
        NextRun { part, at: at.map(|at| at.max(now)) }
    };
    Ok(AccountView {
        health: facts.health(&one.settings, &one.schedule, sync_start, now),
        platform: one.platform_title,
        sync_method: one.settings.policy.sync_method,
        time_zone: zone.name(),
        credentials: credentials(one, &app.config.alerts, now),
        next: one.schedule.parts().filter(|_| pause.is_none()).map(next).collect(),
        pause,
        days: past.days.clone(),
        guarded: past.guarded.clone(),
        newest: past.newest.clone(),
        jobs: app.jobs.of(name),
    })
}

/// An account's runs of a day in its own time zone, newest first; `None` if there is no such account.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn runs_of_day(app: &App, account: &str, day: NaiveDate) -> Result<Option<Vec<Run>>> {
    let Some(one) = app.accounts.get(account) else { return Ok(None) };
    let zone = one.settings.time_zone;
    let mut runs = app.ledger.runs(Some(account), RUNS_DRAWN).await?;
    runs.retain(|run| run.now.with_timezone(&zone).date_naive() == day);
    Ok(Some(runs))
}

/// Data that was read of each account after its newest runs. It is read again when one of them ends or another begins.
#[derive(Debug, Default)]
pub(crate) struct AllDrawn(Mutex<HashMap<String, Drawn>>);

/// Data that was read of an account.
#[derive(Debug, Clone)]
struct Drawn {
    after: After,
    past: Arc<Past>,
    facts: Arc<Facts>,
}

/// The newest runs with how they ended, and the day.
type After = (Vec<(RunId, RunStatus)>, NaiveDate);

/// Number of runs that is more than can be under way at once: each phase is gone through by one.
const UNDER_WAY_AT_MOST: u32 = 8;

/// Data that an account's page needs of many runs.
#[derive(Debug)]
struct Past {
    /// The newest.
    newest: Option<Run>,
    /// Instants at which runs were begun last, as far as the newest tell.
    begun: Begun,
    /// The last days, oldest first.
    days: Vec<Day>,
    /// Numbers of the mass change that the guard stopped.
    guarded: Option<String>,
}

impl AllDrawn {
    async fn of(&self, app: &App, one: &Account, today: NaiveDate) -> Result<Drawn> {
        let newest = app.ledger.runs(Some(one.name()), UNDER_WAY_AT_MOST).await?;
        let after = (newest.iter().map(|run| (run.id, run.status)).collect(), today);
        let drawn = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(one.name()).cloned();
        let drawn = drawn.filter(|drawn| drawn.after == after);
        let changes = newest.iter().any(|run| run.status == RunStatus::Unfinished);
        let past = match drawn {
            Some(drawn) if !changes => return Ok(drawn),
            Some(drawn) => drawn.past,
            None => Arc::new(Past::read(app, one, today).await?),
        };
        let facts = Arc::new(Facts::read(&*app.ledger, one.name()).await?);
        let drawn = Drawn { after, past, facts };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(one.name().to_owned(), drawn.clone());
        Ok(drawn)
    }
}

impl Past {
    async fn read(app: &App, one: &Account, today: NaiveDate) -> Result<Self> {
        let mut runs = app.ledger.runs(Some(one.name()), RUNS_DRAWN).await?;
        let zone = one.settings.time_zone;
        let days = days(&runs, today, |run| run.now.with_timezone(&zone).date_naive());
        let stopped = ended_by(&runs.iter().collect::<Vec<_>>(), ErrorKind::MassChange);
        // What follows the first sentence is for the command.
        let guarded = stopped.and_then(|(_, report)| report.error.as_deref()?.split(". ").next());
        let guarded = guarded.map(str::to_owned);
        // Of all accounts, the runs themselves would be too many to keep.
        runs.truncate(RUNS_LOOKED_AT as usize);
        Ok(Self { begun: begun(&runs), newest: runs.into_iter().next(), days, guarded })
    }
}

fn days(runs: &[Run], today: NaiveDate, date_of: impl Fn(&Run) -> NaiveDate) -> Vec<Day> {
    let dates = (0..DAYS).rev().filter_map(|back| today.checked_sub_days(Days::new(back)));
    let mut days: Vec<_> = dates.map(|date| Day { date, runs: 0, failed: 0, partly: 0, writes: 0 }).collect();
    for run in runs {
        let date = date_of(run);
        let Some(day) = days.iter_mut().find(|day| day.date == date) else { continue };
        day.runs += 1;
        day.failed += u64::from(matches!(run.status, RunStatus::Failed | RunStatus::Partial));
        day.partly += u64::from(run.status == RunStatus::Partial);
        day.writes += run.phases.iter().map(|phase| phase.writes).sum::<u64>();
    }
    days
}
