//! `plan`, `sync` and `reconcile`: the same run, with and without writes.

mod printer;
mod progress;
mod summary;

use std::io::IsTerminal;
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use latchel_sync_core::engine::{Engine, Mode, Quiet, Request, StopSignal};
use latchel_sync_core::ledger::{Run, RunStatus};
use latchel_sync_core::model::{Direction, Kind, Phase, Tense};
use tokio::signal::unix::{SignalKind, signal};

use self::printer::{Printer, Told};
pub(super) use self::progress::Progress;
use self::summary::summary;
use crate::args::{DirectionArg, Only, Planned, Reconciling, Scope, What};
use crate::clock::Clock;
use crate::config::{Account, Config};
use crate::exit::{Exit, Failure, report};
use crate::{connect, render};

/// Shows what a sync would do. The real ledger is only read; what the plan remembers goes to a scratch ledger.
pub(crate) async fn plan(
    config: &Config,
    scope: &Scope,
    Planned { what, all }: &Planned,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let told = if *all { Told::All } else { Told::WhatMatters };
    let telling = Telling { what: told, shows_progress: false, now };
    planned(config, scope, what.deadline, &telling, |account, now| request(what, account, Mode::Plan, now))
        .await
}

/// Syncs.
pub(crate) async fn sync(
    config: &Config,
    scope: &Scope,
    what: &What,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let request = |account: &Account, now| request(what, account, Mode::Apply, now);
    applied(config, scope, what.deadline, now, request).await
}

/// Reconciles, or shows what that would do (rule W6).
pub(crate) async fn reconcile(
    config: &Config,
    scope: &Scope,
    how: &Reconciling,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let request = |mode, now| Request {
        holder: holder(),
        allow_mass_change: how.allow_mass_change,
        ..Request::reconciliation(mode, now)
    };
    if how.apply {
        return applied(config, scope, how.deadline, now, |_, now| request(Mode::Apply, now)).await;
    }
    let telling = Telling { what: Told::WhatDiffers, shows_progress: std::io::stderr().is_terminal(), now };
    let exit = planned(config, scope, how.deadline, &telling, |_, now| request(Mode::Plan, now)).await?;
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
    request: impl Fn(&Account, DateTime<Utc>) -> Request,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let clock = Clock::starting_at(telling.now);
    for account in config.chosen(scope.account.as_deref())? {
        // The accounts before took their time.
        let now = clock.now();
        let zone = account.settings.time_zone;
        let progress = telling.shows_progress.then(Progress::new);
        let printer =
            Printer { json: scope.json, told: telling.what, now, zone, progress, left_out: 0.into() };
        let stop = StopSignal::default();
        let planned = connect::reading_ledger(config, async |real| {
            let engine = connect::reading_engine(account, real).await?;
            let request = Request { stop: stop.clone(), ..request(account, now) };
            stop_at_the_deadline(stop.clone(), deadline);
            Ok(engine.run(&request, &printer).await?)
        });
        let run = planned.await?;
        if let Some(progress) = &printer.progress {
            progress.bar.finish_and_clear();
        }
        if scope.json {
            render::json_line(&run)?;
        } else {
            summary(&run, Tense::Will, &stop);
            let left_out = printer.left_out.load(Ordering::Relaxed);
            if telling.what == Told::WhatMatters && left_out > 0 {
                note!(
                    "{left_out} records of which nothing would be written are counted alone; `--all` shows them"
                );
            }
        }
        exit = worse(exit, &run);
    }
    Ok(exit)
}

async fn applied(
    config: &Config,
    scope: &Scope,
    deadline: Option<humantime::Duration>,
    now: DateTime<Utc>,
    request: impl Fn(&Account, DateTime<Utc>) -> Request,
) -> Result<Exit, Failure> {
    let accounts = config.chosen(scope.account.as_deref())?;
    connect::with_ledger(config, async |ledger| {
        let stop = StopSignal::default();
        let mut engines = Vec::new();
        for account in &accounts {
            engines.push((*account, connect::engine(account, ledger.clone(), ledger.clone())?));
        }
        let clock = Clock::starting_at(now);
        // The accounts before take their time.
        let request = |account: &Account| Request { stop: stop.clone(), ..request(account, clock.now()) };
        stop_on_interrupt(stop.clone())?;
        stop_at_the_deadline(stop.clone(), deadline);
        run_all(engines, scope, &stop, request).await
    })
    .await
}

async fn run_all(
    engines: Vec<(&Account, Engine)>,
    scope: &Scope,
    stop: &StopSignal,
    request: impl Fn(&Account) -> Request,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    let mut runs = Vec::new();
    for (account, engine) in engines {
        if stop.is_set() {
            note!("{}: not begun", account.settings.name);
            exit = exit.max(Exit::Partial);
            continue;
        }
        let request = request(account);
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
                    summary(&run, Tense::Has, stop);
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
