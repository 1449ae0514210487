//! Conditions that hold of an account.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use latchel_sync_core::ledger::{Run, RunStatus};
use latchel_sync_core::model::{Side, Status};
use latchel_sync_core::{ErrorKind, Result};
use latchel_sync_ledger::desk::Filter;

use super::condition::Condition;
use super::config::AlertsConfig;
use crate::accounts::Account;
use crate::app::App;
use crate::jobs::Late;
use crate::schedule::Part;
use crate::views::{Health, credentials, ended_by, health};

/// A condition that holds of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub condition: Condition,
    /// Sentence about it, which may be followed by others.
    pub text: String,
    /// Instant since which it holds, UTC.
    pub since: DateTime<Utc>,
}

/// Number of newest runs that are looked at: enough to find the last of each phase among those of the others.
const RUNS_LOOKED_AT: u32 = 100;

/// Every condition that holds of the account now; `late` tells of a sync of it that waits for a slot.
///
/// # Errors
///
/// If the ledger cannot be read.
pub(super) async fn findings(app: &App, account: &Account, late: Option<&Late>) -> Result<Vec<Finding>> {
    let now = app.clock.now();
    let runs = app.ledger.runs(Some(account.name()), RUNS_LOOKED_AT).await?;
    let is_whole = |run: &&Run| run.status != RunStatus::Unfinished && run.named.is_none();
    let runs: Vec<&Run> = runs.iter().filter(is_whole).collect();
    let health = health(&account.settings, &account.schedule, &*app.ledger, now).await?;
    let failed = runs_failed(&runs, &app.config.alerts).or_else(|| broken(&runs));
    let mut findings: Vec<_> = failed.into_iter().collect();
    findings.extend(credentials_refused(&runs));
    findings.extend(credentials_expiring(account, &app.config.alerts, now));
    findings.extend(mass_change(&runs, account.name()));
    findings.extend(records_failed(app, account.name(), &health, now).await?);
    let is_paused = app.desk.pauses().await?.iter().any(|pause| pause.account == account.name());
    // Whoever pauses an account knows that it is not synced.
    if !is_paused {
        findings.extend(gap(&health, now));
        findings.extend(no_success(app, account, &health, now).await?);
        findings.extend(late.map(|late| waits(app, late)));
    }
    Ok(findings)
}

/// Success of a run as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worked {
    /// A phase came to its end.
    Something,
    /// It was ended by an error before any phase came to its end, whatever was counted by then.
    Nothing,
    /// A system was closed by its own schedule.
    Untried,
}

fn worked(run: &Run) -> Worked {
    if run.phases.iter().any(|report| report.error.is_none() && report.paused.is_none()) {
        return Worked::Something;
    }
    let has_failed =
        run.status == RunStatus::Failed || run.phases.iter().any(|report| report.error.is_some());
    if has_failed { Worked::Nothing } else { Worked::Untried }
}

fn runs_failed(runs: &[&Run], config: &AlertsConfig) -> Option<Finding> {
    // Until something works again it is not over, whatever else happens.
    let failed = || {
        runs.iter()
            .filter(|run| worked(run) != Worked::Untried)
            .take_while(|run| worked(run) == Worked::Nothing)
    };
    let (newest, oldest) = (failed().next()?, failed().last()?);
    let count = failed().count();
    (count >= config.failed_runs as usize).then(|| Finding {
        condition: Condition::RunsFailed,
        text: match newest.phases.iter().find_map(|report| report.error.as_deref()) {
            Some(error) => format!("The last {count} runs failed, the newest with: {error}."),
            None => format!("The last {count} runs failed."),
        },
        since: oldest.now,
    })
}

/// A mistake of ours is told of at once, although the run's other phases may be done.
fn broken(runs: &[&Run]) -> Option<Finding> {
    let (run, report) = ended_by(runs, ErrorKind::Internal)?;
    Some(Finding {
        condition: Condition::RunsFailed,
        text: format!("{} stopped: {}.", report.phase, report.error.as_deref().unwrap_or_default()),
        since: run.now,
    })
}

/// Finds credentials that were refused. If the newest run that says anything of it was let in, the credentials are right again: one
/// that failed otherwise does not. But a permission that they lack may be needed by one phase alone, so the newest run of each phase is
/// looked at for that.
fn credentials_refused(runs: &[&Run]) -> Option<Finding> {
    let unauthorized =
        |run: &Run| run.phases.iter().position(|report| report.error_kind == Some(ErrorKind::Unauthorized));
    let telling = runs.iter().find(|run| unauthorized(run).is_some() || worked(run) == Worked::Something);
    let found = telling.and_then(|run| Some((*run, run.phases.get(unauthorized(run)?)?)));
    let (run, report) = found.or_else(|| ended_by(runs, ErrorKind::Forbidden))?;
    Some(Finding {
        condition: Condition::CredentialsRefused,
        text: format!(
            "The credentials were refused: {}. Put new ones into the configuration and start the server again.",
            report.error.as_deref().unwrap_or_default()
        ),
        since: run.now,
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

fn mass_change(runs: &[&Run], account: &str) -> Option<Finding> {
    let (run, report) = ended_by(runs, ErrorKind::MassChange)?;
    Some(Finding {
        condition: Condition::MassChange,
        text: format!(
            "A run stopped before it set too many records inactive: {}. If they are really gone, run `latchel-sync {} \
             --account {account} --allow-mass-change`.",
            report.error.as_deref().unwrap_or_default(),
            if run.reconciles { "reconcile --apply" } else { "sync" }
        ),
        since: run.now,
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

async fn no_success(
    app: &App,
    account: &Account,
    health: &Health,
    now: DateTime<Utc>,
) -> Result<Option<Finding>> {
    let added = app.ledger.account(account.name()).await?.map(|account| account.created_at);
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
        return Ok(Some(Finding { condition: Condition::NoSuccess, text, since: missed }));
    }
    Ok(None)
}

/// Finding of an account that is not synced because of this problem.
pub(super) fn misconfigured(problem: &str, since: DateTime<Utc>) -> Finding {
    let text = format!(
        "It is not synced, because its configuration is wrong: {problem}\nMend it and start the server again."
    );
    Finding { condition: Condition::Misconfigured, text, since }
}

fn waits(app: &App, late: &Late) -> Finding {
    let (waiting, under_way) = app.jobs.counts();
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
