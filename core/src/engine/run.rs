use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;
use uuid::Uuid;

use super::check::clock_warnings;
use super::context::{Context, Purpose};
use super::drive::drive;
use super::export::Export;
use super::guard::Guard;
use super::import::Import;
use super::lapse::{Lapse, evaluate_lapses};
use super::property::Properties;
use super::resident::Residents;
use super::tally::Tally;
use super::{Engine, Mode, Observer, Request};
use crate::ledger::{Account, Lease, NewRun, Phase, PhaseReport, Run, RunId, RunStatus, Status};
use crate::model::Window;
use crate::rules::{Reason, coverage, first_window};
use crate::{Error, Result, calls};

impl Engine {
    /// Runs the requested phases. The account is added to the ledger if it is new, with `now` as its sync start.
    ///
    /// # Errors
    ///
    /// Only if the run could not begin or its end not be recorded; what fails on the way is in the [`Run`].
    pub async fn run(&self, request: &Request, observer: &dyn Observer) -> Result<Run> {
        let started = Instant::now();
        let account = self.ledger_account(request.now).await?;
        let mut phases = request.phases.clone();
        phases.sort();
        phases.dedup();
        let begun = NewRun {
            id: RunId(Uuid::now_v7()),
            account: self.account.name.clone(),
            now: request.now,
            trigger: request.trigger,
            holder: request.holder.clone(),
            phases: phases.clone(),
        };
        let lease = self.ledger.begin_run(&begun).await?;
        let mut run = Run { named: request.records.as_ref().map(Vec::len), ..Run::begin(&begun) };
        let work = self.run_phases(&mut run, lease, &phases, (request, started), &account, observer);
        run.calls = calls::counted(work).await;
        run.warnings.extend(clock_warnings(self, (request.now, started)));
        run.status = match status_of(&run) {
            RunStatus::Failed if request.stop.is_set() => RunStatus::Partial,
            status => status,
        };
        run.took_ms = u64::try_from(started.elapsed().as_millis()).ok();
        self.ledger.finish_run(&run).await?;
        Ok(run)
    }

    /// The account as the ledger knows it, with its sync start (rule L2); it is added if it is new.
    pub(super) async fn ledger_account(&self, now: DateTime<Utc>) -> Result<Account> {
        let name = &self.account.name;
        if let Some(account) = self.ledger.account(name).await? {
            return Ok(account);
        }
        let new = Account { name: name.clone(), sync_start: now, created_at: now };
        self.ledger.add_account(&new).await?;
        // Another run may have been faster, and its sync start holds.
        Ok(self.ledger.account(name).await?.unwrap_or(new))
    }

    async fn run_phases(
        &self,
        run: &mut Run,
        lease: Lease,
        phases: &[Phase],
        (request, started): (&Request, Instant),
        account: &Account,
        observer: &dyn Observer,
    ) {
        let purpose = match request.mode {
            Mode::Apply => Purpose::Apply,
            Mode::Plan => Purpose::Plan,
        };
        let (clock, stop) = ((request.now, started), &request.stop);
        let prepared = Context::prepare(self, lease, purpose, clock, account.sync_start, phases, stop);
        let cx = match stop.bounds(Duration::ZERO, prepared).await {
            Ok(cx) => cx,
            Err(error) => {
                let window = Window::before(request.now, TimeDelta::zero());
                let nothing_done = |&phase| Tally::start(phase, window, observer).finish(Err(&error));
                run.phases.extend(phases.iter().take(1).map(nothing_done));
                run.warnings.extend(run.phases.iter().filter_map(pause_warning));
                return;
            }
        };
        for &phase in phases {
            let window = match self.window(&cx, phase, request, account, &mut run.warnings).await {
                Ok(window) => window,
                Err(error) => {
                    run.warnings.push(error.to_string());
                    return;
                }
            };
            let (report, error) = self.run_phase(&cx, phase, window, request, observer).await;
            run.warnings.extend(pause_warning(&report));
            run.phases.push(report);
            let recorded = match error {
                Some(error) if error.ends_the_run() => return,
                Some(_) => Ok(()),
                // What was looked at by its id says nothing about the rest.
                None if request.records.is_some() => Ok(()),
                None => self.ledger.set_last_success(&cx.lease, phase, request.now).await,
            };
            if let Err(error) = recorded {
                run.warnings.push(error.to_string());
                return;
            }
        }
    }

    /// The phase's window, with a warning where the policy leaves a gap (rule W2).
    async fn window(
        &self,
        cx: &Context<'_>,
        phase: Phase,
        request: &Request,
        account: &Account,
        warnings: &mut Vec<String>,
    ) -> Result<Window> {
        if request.records.is_some() && request.since.is_none() {
            return Ok(Window::before(request.now, TimeDelta::zero()));
        }
        let policy = &self.account.policy.window;
        let last = self.ledger.last_success(&self.account.name, phase).await?;
        cx.goes_on_from(last);
        if let Some(from) = request.since {
            return Ok(Window { from });
        }
        let Some(last) = last else {
            return Ok(first_window(policy, account.created_at, request.now));
        };
        let coverage = coverage(policy, Some(last), request.now);
        if let Some((from, to)) = coverage.gap {
            let since = from.format("%Y-%m-%dT%H:%M:%SZ");
            warnings.push(format!(
                "{phase}: changes between {since} and {} are not covered by the window; to cover them, run \
                 `latchel-sync sync --account {} --since {since}`",
                to.format("%Y-%m-%dT%H:%M:%SZ"),
                self.account.name
            ));
        }
        Ok(coverage.window)
    }

    async fn run_phase(
        &self,
        cx: &Context<'_>,
        phase: Phase,
        window: Window,
        request: &Request,
        observer: &dyn Observer,
    ) -> (PhaseReport, Option<Error>) {
        let nothing = async |_: &mut Tally<'_>| Ok(());
        // What is no record of the window is left to the runs that go through it.
        let all = request.records.is_none();
        match phase {
            Phase::Properties => {
                let count = async |tally: &mut Tally<'_>| {
                    if !all {
                        return Ok(());
                    }
                    tally.count(Reason::LatchelOnly, cx.latchel_only().await?.properties);
                    Ok(())
                };
                drive(&Properties(cx), window, request, observer, count, nothing).await
            }
            Phase::Residents => {
                let guard = Guard { off: request.allow_mass_change };
                let first = async |tally: &mut Tally<'_>| {
                    if !all {
                        return Ok(());
                    }
                    tally.count(Reason::LatchelOnly, cx.latchel_only().await?.residents);
                    evaluate_lapses(cx, Lapse::MoveOut, &guard, tally).await
                };
                let last = async |tally: &mut Tally<'_>| match all {
                    true => evaluate_lapses(cx, Lapse::MoveIn, &guard, tally).await,
                    false => Ok(()),
                };
                drive(&Residents(cx), window, request, observer, first, last).await
            }
            Phase::WorkOrdersToLatchel => {
                drive(&Import(cx), window, request, observer, nothing, nothing).await
            }
            Phase::WorkOrdersToPlatform => {
                let needs_user = async |_: &mut Tally<'_>| cx.assignee().map(|_| ());
                drive(&Export(cx), window, request, observer, needs_user, nothing).await
            }
        }
    }
}

/// What people should know of a phase that met a closed far side.
fn pause_warning(report: &PhaseReport) -> Option<String> {
    let pause = report.paused.as_ref()?;
    Some(format!("{}: {pause}; this is no failure: the first run after that goes on from here", report.phase))
}

fn status_of(run: &Run) -> RunStatus {
    let paused = run.phases.iter().any(|phase| phase.paused.is_some());
    let failed_records: u64 = run.phases.iter().map(|phase| phase.with_status(Status::Failed)).sum();
    let failed_phases = run.phases.iter().filter(|phase| phase.error.is_some()).count();
    let records: u64 = run.phases.iter().map(PhaseReport::records).sum();
    match (failed_phases, failed_records) {
        (0, 0) if paused => RunStatus::Paused,
        (0, 0) => RunStatus::Success,
        (_, _) if records > 0 => RunStatus::Partial,
        _ => RunStatus::Failed,
    }
}
