//! Conditions that hold of an account.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use latchel_sync_core::ledger::{AccountState, Failures};
use latchel_sync_core::model::{Side, Status};
use latchel_sync_core::{ErrorKind, Result};
use latchel_sync_ledger::desk::Filter;

use super::condition::Condition;
use super::config::AlertsConfig;
use crate::accounts::{Account, Origin};
use crate::app::App;
use crate::jobs::Late;
use crate::schedule::Part;
use crate::views::{Health, credentials};

/// A condition that holds of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub condition: Condition,
    /// Sentence about it, which may be followed by others.
    pub text: String,
    /// Instant since which it holds, UTC.
    pub since: DateTime<Utc>,
}

/// Facts about all accounts, read once for all of them.
#[derive(Debug)]
pub(super) struct Known {
    states: BTreeMap<String, AccountState>,
    /// Instants at which accounts were added, UTC.
    added: HashMap<String, DateTime<Utc>>,
    paused: HashSet<String>,
    late: BTreeMap<String, Late>,
    /// Numbers of jobs that wait and of those that are under way.
    jobs: (usize, usize),
    none: AccountState,
}

impl Known {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub async fn read(app: &App) -> Result<Self> {
        Ok(Self {
            states: app.ledger.account_states(None).await?,
            added: app.ledger.accounts().await?.into_iter().map(|one| (one.name, one.created_at)).collect(),
            paused: app.desk.pauses().await?.into_iter().map(|pause| pause.account).collect(),
            late: app.jobs.late(app.clock.now()).await?,
            jobs: app.jobs.counts().await?,
            none: AccountState::default(),
        })
    }
}

/// Every condition that holds of the account now.
///
/// # Errors
///
/// If the ledger cannot be read.
pub(super) async fn findings(app: &App, account: &Account, known: &Known) -> Result<Vec<Finding>> {
    let (now, name) = (app.clock.now(), account.name());
    let state = known.states.get(name).unwrap_or(&known.none);
    let health = Health::of(&account.settings, &account.schedule, state, None, now);
    let failed = runs_failed(state, &app.config.alerts).or_else(|| broken(state));
    let mut findings: Vec<_> = failed.into_iter().collect();
    findings.extend(credentials_refused(state, account));
    findings.extend(credentials_expiring(account, &app.config.alerts, now));
    findings.extend(mass_change(state, name));
    findings.extend(records_failed(app, name, &health, now).await?);
    // Whoever pauses an account knows that it is not synced.
    if !known.paused.contains(name) {
        findings.extend(gap(&health, now));
        findings.extend(no_success(app, account, &health, known.added.get(name).copied(), now));
        findings.extend(known.late.get(name).map(|late| waits(app, late, known.jobs)));
    }
    Ok(findings)
}

/// Until something works again it is not over, whatever else happens.
fn runs_failed(state: &AccountState, config: &AlertsConfig) -> Option<Finding> {
    let Failures { runs, since, error } = state.failures.as_ref()?;
    (*runs >= u64::from(config.failed_runs)).then(|| Finding {
        condition: Condition::RunsFailed,
        text: match error {
            Some(error) => format!("The last {runs} runs failed, the newest with: {error}."),
            None => format!("The last {runs} runs failed."),
        },
        since: *since,
    })
}

/// A mistake of ours is told of at once, although the run's other phases may be done.
fn broken(state: &AccountState) -> Option<Finding> {
    let (phase, failure) = state.ended_by(ErrorKind::Internal)?;
    Some(Finding {
        condition: Condition::RunsFailed,
        text: format!("{phase} stopped: {}.", failure.error),
        since: failure.at,
    })
}

/// Finds credentials that were refused. A permission that they lack may be needed by one phase alone, so the newest run of
/// each phase is looked at for that.
fn credentials_refused(state: &AccountState, account: &Account) -> Option<Finding> {
    let lacking = || state.ended_by(ErrorKind::Forbidden).map(|(_, failure)| failure);
    let failure = state.refused.as_ref().or_else(lacking)?;
    let remedy = match account.origin {
        Origin::File => {
            "Put new ones into the configuration, and have it read anew (signal HUP) or start the server again."
        }
        Origin::Ledger => {
            "Put new ones in on the account's page of the configuration, or with `latchel-sync accounts rotate`."
        }
    };
    Some(Finding {
        condition: Condition::CredentialsRefused,
        text: format!("The credentials were refused: {}. {remedy}", failure.error),
        since: failure.at,
    })
}

fn credentials_expiring(
    account: &Account,
    config: &AlertsConfig,
    now: DateTime<Utc>,
) -> impl Iterator<Item = Finding> {
    credentials(account, config, now).into_iter().filter_map(move |credential| {
        let condition = match credential.side {
            Side::Platform => Condition::PlatformCredentialExpiring,
            Side::Latchel => Condition::LatchelCredentialExpiring,
        };
        Some(Finding { condition, text: credential.warning(account.platform_title)?, since: now })
    })
}

fn mass_change(state: &AccountState, account: &str) -> Option<Finding> {
    let (_, failure) = state.ended_by(ErrorKind::MassChange)?;
    Some(Finding {
        condition: Condition::MassChange,
        text: format!(
            "A run stopped before it set too many records inactive: {}. If they are really gone, run `latchel-sync {} \
             --account {account} --allow-mass-change`.",
            failure.error,
            if failure.reconciles { "reconcile --apply" } else { "sync" }
        ),
        since: failure.at,
    })
}

fn gap(health: &Health, now: DateTime<Utc>) -> Option<Finding> {
    let gap = |phase: &crate::views::PhaseHealth| phase.gap.map(|gap| (phase.phase, gap));
    let (phase, (from, to)) = health.phases.iter().find_map(gap)?;
    Some(Finding {
        condition: Condition::Gap,
        text: format!(
            "{phase}: changes between {} and {} are not covered by the next run; `latchel-sync sync --account {} \
             --since {}` covers them.",
            shown(from),
            shown(to),
            health.account,
            from.to_rfc3339_opts(SecondsFormat::Secs, true),
        ),
        since: now,
    })
}

const PAGE: u32 = 500;

async fn records_failed(
    app: &App,
    account: &str,
    health: &Health,
    now: DateTime<Utc>,
) -> Result<Option<Finding>> {
    let AlertsConfig { failed_records, failed_records_for, .. } = app.config.alerts;
    if health.failed < u64::from(failed_records) {
        return Ok(None);
    }
    let filter = Filter { status: Some(Status::Failed), ..Filter::default() };
    let (mut after, mut old, mut since) = (None, 0, now);
    while old < failed_records {
        let page = app.desk.find_outcomes(account, &filter, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        after = Some(last.outcome.key.clone());
        let waiting = page.iter().filter_map(|found| found.pending.as_ref());
        for pending in waiting.filter(|one| !one.dismissed && now - one.since >= failed_records_for) {
            old += 1;
            since = since.min(pending.since);
        }
    }
    let span = failed_records_for.to_std().unwrap_or_default();
    let text = format!(
        "{} failed, some for longer than {}.",
        if health.failed == 1 { "1 record".to_owned() } else { format!("{} records", health.failed) },
        humantime::format_duration(span)
    );
    Ok(Some(Finding { condition: Condition::RecordsFailed, text, since }))
}

/// Number of chances that a part of the schedule has to succeed.
const CHANCES: usize = 3;
/// Time that the server has after its start to catch up with what it missed.
const GRACE: TimeDelta = TimeDelta::minutes(15);

fn no_success(
    app: &App,
    account: &Account,
    health: &Health,
    added: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<Finding> {
    for part in Part::SYNCED {
        let phases = part.phases();
        let successes = health.phases.iter().filter(|one| phases.contains(&one.phase));
        // `None` is before every instant, and so is a phase that never succeeded.
        let last = successes.map(|one| one.last_success).min().flatten();
        let from = last.or(added).unwrap_or(app.clock.began());
        let Some(timetable) = account.schedule.of(part) else { continue };
        let zone = account.settings.time_zone;
        let missed = (0..CHANCES).try_fold(from, |at, _| timetable.after(at, zone));
        let Some(missed) = missed else { continue };
        if now <= missed.max(app.clock.began() + GRACE) {
            continue;
        }
        let title = part.title();
        let text = match last {
            Some(last) => format!(
                "The {title} were last synced successfully at {}, and are due {timetable}.",
                shown(last)
            ),
            None => format!("The {title} were never synced successfully, and are due {timetable}."),
        };
        return Some(Finding { condition: Condition::NoSuccess, text, since: missed });
    }
    None
}

/// Finding of an account that is not synced because of this problem.
pub(super) fn misconfigured(problem: &str, since: DateTime<Utc>) -> Finding {
    let text = format!(
        "It is not synced, because its configuration is wrong: {problem}\nMend it, and have it read anew (signal HUP) or start \
         the server again."
    );
    Finding { condition: Condition::Misconfigured, text, since }
}

fn waits(app: &App, late: &Late, (waiting, under_way): (usize, usize)) -> Finding {
    let why = match late.is_slow {
        true => "the last one like it took longer than a minute, and such jobs share half of `server.jobs_at_once`. Look at why \
                 its systems answer slowly, or give it a longer interval."
            .to_owned(),
        false => format!(
            "{under_way} jobs are under way and {waiting} wait. Look for a system that answers slowly, or raise \
             `server.jobs_at_once`, which is {}.",
            app.config.jobs_at_once
        ),
    };
    let text = format!("A sync waits although it is late by an interval: {why}");
    Finding { condition: Condition::Late, text, since: late.since }
}

pub(super) fn shown(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
