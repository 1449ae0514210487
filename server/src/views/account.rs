use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use latchel_sync_core::ledger::{AccountState, Run};
use latchel_sync_core::model::SyncMethod;
use latchel_sync_core::{ErrorKind, Result};
use latchel_sync_ledger::desk::{DayOfRuns, Pause};
use serde::Serialize;
use utoipa::ToSchema;

use super::credentials::{Credential, credentials};
use super::health::{Health, in_a_word, state_of};
use crate::accounts::{Account, Origin};
use crate::app::App;
use crate::jobs::QueuedJob;
use crate::schedule::{Part, last_begun};

/// Number of days that are told of.
const DAYS: u64 = 14;
/// Most of an account's newest runs among which those of a day are looked for.
const RUNS_DRAWN: u32 = 2_000;

/// An account, at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct AccountView {
    /// Its health.
    #[serde(flatten)]
    pub health: Health,
    /// Place of its configuration.
    pub source: Origin,
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

/// Facts about all accounts, read in a few statements, however many they are.
pub struct AllAccounts<'a> {
    app: &'a App,
    states: BTreeMap<String, AccountState>,
    pauses: HashMap<String, Pause>,
    starts: HashMap<String, DateTime<Utc>>,
    jobs: HashMap<String, Vec<QueuedJob>>,
}

/// An account's place among others, the one with most trouble first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Trouble(u8);

impl<'a> AllAccounts<'a> {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub async fn read(app: &'a App) -> Result<Self> {
        let pauses = app.desk.pauses().await?.into_iter().map(|one| (one.account.clone(), one));
        let accounts = app.ledger.accounts().await?.into_iter();
        Ok(Self {
            app,
            pauses: pauses.collect(),
            starts: accounts.map(|one| (one.name, one.sync_start)).collect(),
            states: app.ledger.account_states(None).await?,
            jobs: app.jobs.by_account().await?,
        })
    }

    /// Everything about an account but its days.
    pub fn view(&self, account: &Account) -> AccountView {
        let name = account.name();
        let state = self.states.get(name).cloned().unwrap_or_default();
        let (pause, start) = (self.pauses.get(name).cloned(), self.starts.get(name).copied());
        let jobs = self.jobs.get(name).cloned().unwrap_or_default();
        view(self.app, account, state, (pause, start), jobs)
    }

    /// Rank of an account by its trouble; it costs less than a view.
    pub(crate) fn trouble(&self, account: &Account) -> Trouble {
        let Some(state) = self.states.get(account.name()) else { return Trouble(5) };
        Trouble(match in_a_word(state, &account.settings.policy, self.app.clock.now()) {
            "failed" => 0,
            "gap" => 1,
            _ if state.failed > 0 => 2,
            "partial" => 3,
            _ if state.pending > 0 => 4,
            "ok" => 6,
            _ => 5,
        })
    }
}

/// One account with its days; `None` if there is none of this name. What waits is counted anew, also while a run is under way.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn account(app: &App, name: &str) -> Result<Option<AccountView>> {
    let Some(one) = app.accounts.get(name) else { return Ok(None) };
    let sync_start = app.ledger.account(name).await?.map(|account| account.sync_start);
    let state = state_of(&*app.ledger, name).await?;
    let pause = app.desk.pauses().await?.into_iter().find(|pause| pause.account == name);
    let mut view = view(app, &one, state, (pause, sync_start), app.jobs.of(name).await?);
    put_days(app, std::slice::from_mut(&mut view)).await?;
    Ok(Some(view))
}

fn view(
    app: &App,
    one: &Account,
    state: AccountState,
    (pause, sync_start): (Option<Pause>, Option<DateTime<Utc>>),
    jobs: Vec<QueuedJob>,
) -> AccountView {
    let (name, zone, now) = (one.name(), one.settings.time_zone, app.clock.now());
    let next = |part: Part| {
        let at = one.schedule.due(part, name, zone, last_begun(&state, part), app.clock.began());
        NextRun { part, at: at.map(|at| at.max(now)) }
    };
    let guarded = state.ended_by(ErrorKind::MassChange);
    AccountView {
        health: Health::of(&one.settings, &one.schedule, &state, sync_start, now),
        source: one.origin,
        platform: one.platform_title,
        sync_method: one.settings.policy.sync_method,
        time_zone: zone.name(),
        credentials: credentials(one, &app.config.alerts, now),
        next: one.schedule.parts().filter(|_| pause.is_none()).map(next).collect(),
        pause,
        days: Vec::new(),
        // What follows the first sentence is for the command.
        guarded: guarded.and_then(|(_, failure)| failure.error.split(". ").next()).map(str::to_owned),
        newest: state.newest,
        jobs,
    }
}

/// Reads the last days of these accounts, in one go.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn put_days(app: &App, views: &mut [AccountView]) -> Result<()> {
    let names: Vec<_> = views.iter().map(|view| view.health.account.clone()).collect();
    let now = app.clock.now();
    // In some zones it is still the day before.
    let from = now.date_naive() - Days::new(DAYS + 1);
    let mut known: HashMap<String, Vec<DayOfRuns>> = HashMap::new();
    for day in app.desk.run_days(&names, from).await? {
        known.entry(day.account.clone()).or_default().push(day);
    }
    for view in views {
        let zone: Tz = view.time_zone.parse().unwrap_or_default();
        let of_account = known.remove(&view.health.account).unwrap_or_default();
        view.days = days(&of_account, now.with_timezone(&zone).date_naive());
    }
    Ok(())
}

fn days(known: &[DayOfRuns], today: NaiveDate) -> Vec<Day> {
    let dates = (0..DAYS).rev().filter_map(|back| today.checked_sub_days(Days::new(back)));
    let day = |date| match known.iter().find(|one| one.day == date) {
        Some(DayOfRuns { runs, failed, partly, writes, .. }) => {
            Day { date, runs: *runs, failed: *failed, partly: *partly, writes: *writes }
        }
        None => Day { date, runs: 0, failed: 0, partly: 0, writes: 0 },
    };
    dates.map(day).collect()
}

/// An account's runs of a day in its own time zone, newest first, as far as they are kept, and the number of those that are not;
/// `None` if there is no such account.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn runs_of_day(app: &App, account: &str, day: NaiveDate) -> Result<Option<(Vec<Run>, u64)>> {
    let Some(one) = app.accounts.get(account) else { return Ok(None) };
    let zone = one.settings.time_zone;
    let mut runs = app.ledger.runs(Some(account), RUNS_DRAWN).await?;
    runs.retain(|run| run.day.unwrap_or_else(|| run.now.with_timezone(&zone).date_naive()) == day);
    let known = app.desk.run_days(&[account.to_owned()], day).await?;
    let counted = known.iter().find(|one| one.day == day).map_or(0, |one| one.runs);
    let forgotten = counted.saturating_sub(runs.len() as u64);
    Ok(Some((runs, forgotten)))
}
