//! `plan`, `sync` and `reconcile`: the same run, with and without writes.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use indicatif::{ProgressBar, ProgressStyle};
use latchel_sync_core::engine::{Engine, Mode, Observer, Quiet, Request, StopSignal};
use latchel_sync_core::ledger::{Action, Outcome, Overlay, Pending, Retry, Run, RunStatus, doing};
use latchel_sync_core::model::{Direction, Kind, Phase, Status, Tense, Window};
use latchel_sync_ledger::SqliteLedger;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use crate::args::{DirectionArg, Only, Reconciling, Scope, What};
use crate::config::{Account, Config};
use crate::exit::{Exit, Failure, report};
use crate::{connect, render};

/// Shows what a sync would do. The real ledger is only read; what the plan remembers goes to a scratch ledger.
pub(crate) async fn plan(
    config: &Config,
    scope: &Scope,
    what: &What,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let telling = Telling { what: Told::All, shows_progress: false, now };
    planned(config, scope, what.deadline, &telling, |account| request(what, account, Mode::Plan, now)).await
}

/// Syncs.
pub(crate) async fn sync(
    config: &Config,
    scope: &Scope,
    what: &What,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    applied(config, scope, what.deadline, |account| request(what, account, Mode::Apply, now)).await
}

/// Reconciles, or shows what that would do (rule W6).
pub(crate) async fn reconcile(
    config: &Config,
    scope: &Scope,
    how: &Reconciling,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let request = |mode| Request {
        holder: holder(),
        allow_mass_change: how.allow_mass_change,
        ..Request::reconciliation(mode, now)
    };
    if how.apply {
        return applied(config, scope, how.deadline, |_| request(Mode::Apply)).await;
    }
    let telling = Telling { what: Told::WhatDiffers, shows_progress: std::io::stderr().is_terminal(), now };
    let exit = planned(config, scope, how.deadline, &telling, |_| request(Mode::Plan)).await?;
    note!("nothing was written; `latchel-sync reconcile --apply` does this");
    Ok(exit)
}

/// Choices of what is told while a plan is made.
struct Telling {
    what: Told,
    shows_progress: bool,
    now: DateTime<Utc>,
}

async fn planned(
    config: &Config,
    scope: &Scope,
    deadline: Option<humantime::Duration>,
    telling: &Telling,
    request: impl Fn(&Account) -> Request,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for account in config.chosen(scope.account.as_deref())? {
        let zone = account.settings.time_zone;
        let progress = telling.shows_progress.then(Progress::new);
        let printer = Printer { json: scope.json, told: telling.what, now: telling.now, zone, progress };
        let planned = connect::reading_ledger(config, async |real| {
            let ledger = Arc::new(Overlay::new(real, Arc::new(SqliteLedger::scratch().await?)));
            let engine = connect::engine(config, account, ledger.clone(), ledger)?;
            let request = request(account);
            stop_at_the_deadline(request.stop.clone(), deadline);
            Ok(engine.run(&request, &printer).await?)
        });
        let run = planned.await?;
        if let Some(progress) = &printer.progress {
            progress.bar.finish_and_clear();
        }
        if scope.json {
            render::json_line(&run)?;
        } else {
            summary(&run, Tense::Will);
        }
        exit = worse(exit, &run);
    }
    Ok(exit)
}

async fn applied(
    config: &Config,
    scope: &Scope,
    deadline: Option<humantime::Duration>,
    request: impl Fn(&Account) -> Request,
) -> Result<Exit, Failure> {
    let accounts = config.chosen(scope.account.as_deref())?;
    connect::with_ledger(config, async |ledger| {
        let stop = StopSignal::default();
        let mut engines = Vec::new();
        for account in &accounts {
            let request = Request { stop: stop.clone(), ..request(account) };
            engines.push((
                *account,
                connect::engine(config, account, ledger.clone(), ledger.clone())?,
                request,
            ));
        }
        stop_on_interrupt(stop.clone())?;
        stop_at_the_deadline(stop.clone(), deadline);
        run_all(engines, scope, &stop).await
    })
    .await
}

async fn run_all(
    engines: Vec<(&Account, Engine, Request)>,
    scope: &Scope,
    stop: &StopSignal,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut runs = Vec::new();
    for (account, engine, request) in engines {
        if stop.is_set() {
            note!("{}: not begun", account.settings.name);
            exit = exit.max(Exit::Partial);
            continue;
        }
        let run = if std::io::stderr().is_terminal() {
            let progress = Progress::new();
            let run = engine.run(&request, &progress).await;
            progress.bar.finish_and_clear();
            run
        } else {
            engine.run(&request, &Quiet).await
        };
        match run {
            Ok(run) => {
                if !scope.json {
                    summary(&run, Tense::Has);
                }
                exit = worse(exit, &run);
                runs.push(run);
            }
            // One account that cannot be synced keeps no other from it.
            Err(error) => exit = exit.max(report(&error.into())),
        }
    }
    if scope.json {
        render::json(&runs)?;
    }
    Ok(exit)
}

fn request(what: &What, account: &Account, mode: Mode, now: DateTime<Utc>) -> Request {
    let kind = |phase: &Phase| {
        let only = match phase.kind() {
            Kind::Property => Only::Properties,
            Kind::Resident => Only::Residents,
            Kind::WorkOrder => Only::WorkOrders,
        };
        what.only.is_empty() || what.only.contains(&only)
    };
    let way = |phase: &Phase| match what.direction {
        DirectionArg::Both => true,
        DirectionArg::ToLatchel => phase.direction() == Direction::ToLatchel,
        DirectionArg::ToPlatform => phase.direction() == Direction::ToPlatform,
    };
    Request {
        phases: Phase::ALL.into_iter().filter(kind).filter(way).collect(),
        since: what.since.map(|since| since.instant(now, account.settings.time_zone)),
        holder: holder(),
        allow_mass_change: what.allow_mass_change,
        ..Request::everything(mode, now)
    }
}

/// Holder of a lease: this user, host and process, for the people of another run that finds the lease held.
pub(super) fn holder() -> String {
    let user = whoami::username().unwrap_or_else(|_| "somebody".to_owned());
    let host = whoami::hostname().unwrap_or_else(|_| "an unnamed host".to_owned());
    format!("{user} on {host}, process {}", std::process::id())
}

/// The first interrupt or request to end finishes the record at hand; the second stops at once, which is safe as well.
pub(super) fn stop_on_interrupt(stop: StopSignal) -> Result<(), Failure> {
    let mut ends = signal(SignalKind::terminate()).map_err(Failure::run)?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                interrupted = tokio::signal::ctrl_c() => if interrupted.is_err() { return },
                _ = ends.recv() => {}
            }
            if stop.is_set() {
                std::process::exit(130);
            }
            stop.stop();
            note!("stopping after the record at hand; once more stops at once");
        }
    });
    Ok(())
}

fn stop_at_the_deadline(stop: StopSignal, deadline: Option<humantime::Duration>) {
    let Some(deadline) = deadline else { return };
    tokio::spawn(async move {
        tokio::time::sleep(*deadline).await;
        stop.stop();
        note!("the deadline of {deadline} is reached: stopping after the record at hand");
    });
}

pub(super) fn worse(exit: Exit, run: &Run) -> Exit {
    let own = match run.status {
        RunStatus::Success | RunStatus::Paused => Exit::Done,
        RunStatus::Partial => Exit::Partial,
        RunStatus::Failed | RunStatus::Unfinished => Exit::Failed,
    };
    exit.max(own)
}

/// The counts of each phase, by reason.
fn summary(run: &Run, tense: Tense) {
    let verb = if tense == Tense::Has { "came out" } else { "will come out" };
    say!();
    say!("{}: {} ({})", run.account, run.status.as_str(), run.id);
    for phase in &run.phases {
        say!("  {}: {} records {verb}, {} writes", phase.phase, phase.records(), phase.writes);
        for (reason, count) in &phase.counts {
            say!("    {count:>7}  {:<34} {}", reason.code(), reason.sentence(tense));
        }
        if let Some(error) = &phase.error {
            say!("    ended early: {error}");
        }
        if let Some(pause) = &phase.paused {
            say!("    paused: {pause}");
        }
    }
    for warning in &run.warnings {
        note!("warning: {warning}");
    }
}

/// Prints a plan's outcomes as they come.
#[derive(Debug)]
struct Printer {
    json: bool,
    told: Told,
    now: DateTime<Utc>,
    zone: Tz,
    /// Progress, where somebody watches and little is printed.
    progress: Option<Progress>,
}

/// Part of a plan that people are told record by record; as JSON it is all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    All,
    /// Of whole lists, what is right already would hide the rest.
    WhatDiffers,
}

/// A record that failed and rests until its next try, for machines.
#[derive(Serialize)]
struct Resting<'a> {
    #[serde(flatten)]
    outcome: &'a Outcome,
    retry: Retry,
}

impl Printer {
    /// Prints, with what shows the progress out of the way.
    fn print(&self, print: impl FnOnce()) {
        match &self.progress {
            Some(progress) => progress.bar.suspend(print),
            None => print(),
        }
    }

    fn line(&self, does: &str, outcome: &Outcome, says: &str) {
        let Outcome { key, label, reason, .. } = outcome;
        let label = if label.is_empty() { String::new() } else { format!(" {label}") };
        let rule = reason.rule_for(key);
        self.print(|| say!("  {does}: {key}{label} — {says} [{reason}, {rule}]"));
    }
}

impl Observer for Printer {
    fn phase_started(&self, phase: Phase, window: Window) {
        if let Some(progress) = &self.progress {
            progress.phase_started(phase, window);
        }
        if !self.json {
            self.print(|| say!("{phase}"));
        }
    }

    fn outcome(&self, phase: Phase, outcome: &Outcome) {
        if let Some(progress) = &self.progress {
            progress.outcome(phase, outcome);
        }
        if self.json {
            // What cannot be printed shows in the exit code of the summary, which is printed the same way.
            self.print(|| drop(render::json_line(outcome)));
            return;
        }
        let is_right = outcome.status() == Status::Synced && outcome.action == Action::None;
        if is_right && self.told == Told::WhatDiffers {
            return;
        }
        let detail = outcome.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        let says = format!("{}{detail}", outcome.reason.sentence(Tense::Will));
        self.line(doing(outcome.action, &outcome.key), outcome, &says);
    }

    fn rests(&self, phase: Phase, pending: &Pending) {
        let Some(retry) = Retry::of(pending) else { return self.outcome(phase, &pending.outcome) };
        let outcome = &pending.outcome;
        if self.json {
            // As above.
            self.print(|| drop(render::json_line(&Resting { outcome, retry })));
            return;
        }
        let says = retry.sentence(&outcome.key, self.now, self.zone);
        self.line("wait for its next try", outcome, &says);
    }
}

/// Shows how far a sync is, where somebody watches.
#[derive(Debug)]
pub(super) struct Progress {
    pub bar: ProgressBar,
    writes: Mutex<u64>,
}

impl Progress {
    pub fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {prefix}: {pos} records, {msg} [{elapsed}]")
        {
            bar.set_style(style);
        }
        bar.set_message("0 writes");
        Self { bar, writes: Mutex::new(0) }
    }
}

impl Observer for Progress {
    fn phase_started(&self, phase: Phase, _window: Window) {
        self.bar.set_prefix(phase.to_string());
        self.bar.set_position(0);
    }

    fn read(&self, _phase: Phase, records: usize) {
        self.bar.inc(records as u64);
    }

    fn outcome(&self, _phase: Phase, outcome: &Outcome) {
        self.bar.inc(1);
        if outcome.action.writes() {
            let mut writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
            *writes += 1;
            self.bar.set_message(format!("{writes} writes"));
        }
    }
}
