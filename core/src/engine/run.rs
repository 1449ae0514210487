use std::panic::AssertUnwindSafe;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use tokio::time::Instant;
use uuid::Uuid;

use crate::engine::check::clock_warnings;
use crate::engine::context::{Context, Purpose};
use crate::engine::driver::drive::drive;
use crate::engine::driver::mass_change::MassChangeGuard;
use crate::engine::driver::tally::Tally;
use crate::engine::phases::export::Export;
use crate::engine::phases::import::Import;
use crate::engine::phases::move_outs::evaluate_move_outs;
use crate::engine::phases::property::Properties;
use crate::engine::phases::resident::Residents;
use crate::engine::{Engine, Mode, Observer, Request};
use crate::ledger::{Account, Lease, NewRun, PhaseReport, Run, RunStatus, Trigger};
use crate::model::{Kind, Phase, Reason, RunId, Status, Window};
use crate::rules::{Coverage, coverage, first_window};
use crate::{Error, ErrorKind, Result, RunBegin, calls};

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
        // Whole lists of work orders would show nothing that a window cannot find.
        phases.retain(|phase| !request.reconciles() || phase.kind() != Kind::WorkOrder);
        phases.sort();
        phases.dedup();
        let begun = NewRun {
            id: RunId(Uuid::now_v7()),
            account: self.account.name.clone(),
            now: request.now,
            day: Some(self.local_date(request.now)),
            trigger: request.trigger,
            holder: request.holder.clone(),
            phases: phases.clone(),
        };
        let lease = self.ledger.begin_run(&begun).await?;
        let named = request.records.as_ref().map(Vec::len);
        let mut run = Run { named, reconciles: request.reconciles(), ..Run::begin(&begun) };
        let work =
            Box::pin(self.run_phases(&mut run, lease, &phases, (request, started), &account, observer));
        let ((), calls) = calls::recorded(work).await;
        run.warnings.extend(clock_warnings(&calls, (request.now, started)));
        run.calls = calls.made;
        run.stopped = request.stop.is_set();
        run.status = match status_of(&run) {
            RunStatus::Failed if run.stopped => RunStatus::Partial,
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
        let cx = match caught(stop.bounds(Duration::ZERO, prepared)).await.flatten() {
            Ok(cx) => cx,
            Err(error) => {
                let window = Window::before(request.now, TimeDelta::zero());
                let nothing_done = |&phase| Tally::start(phase, window, observer).finish(Err(&error));
                run.phases.extend(phases.iter().take(1).map(nothing_done));
                run.warnings.extend(run.phases.iter().filter_map(pause_warning));
                return;
            }
        };
        run.warnings.extend(cx.idle_exclusions());
        let begin = RunBegin {
            now: request.now,
            kinds: phases.iter().map(|phase| phase.kind()).collect(),
            lists: request.records.is_none() && request.mode == Mode::Apply,
            scheduled: request.trigger == Trigger::Schedule,
            told_of: request.told_of(),
        };
        match caught(stop.bounds(Duration::ZERO, cx.reading(self.latchel.begin(&begin)))).await.flatten() {
            Ok(warnings) => run.warnings.extend(warnings),
            Err(error) => {
                let window = Window::before(request.now, TimeDelta::zero());
                let nothing_done = |&phase| Tally::start(phase, window, observer).finish(Err(&error));
                run.phases.extend(phases.iter().take(1).map(nothing_done));
                run.warnings.extend(run.phases.iter().filter_map(pause_warning));
                return;
            }
        }
        for &phase in phases {
            let planned = match self.planned(&cx, phase, request, account, &mut run.warnings).await {
                Ok(planned) => planned,
                Err(error) => {
                    run.warnings.push(error.to_string());
                    return;
                }
            };
            let window = planned.window;
            let work = Box::pin(self.run_phase(&cx, phase, window, request, observer));
            let (report, error) = match caught(work).await {
                Ok(done) => done,
                Err(error) => (Tally::broken(phase, window, &error, observer), Some(error)),
            };
            run.warnings.extend(pause_warning(&report));
            run.phases.push(report);
            let recorded = match error {
                Some(error) if error.ends_the_run() || request.stop.is_set() => return,
                Some(_) => Ok(()),
                // Records by id, or a part of the window, say nothing about the rest of the window.
                None if request.records.is_some() || planned.is_part => Ok(()),
                // A reconciliation may have passed over unlinked records that changed in the window (see
                // `judge_unlinked`).
                None if request.reconciles() => Ok(()),
                None => self.ledger.set_last_success(&cx.lease, phase, request.now).await,
            };
            if let Err(error) = recorded {
                run.warnings.push(error.to_string());
                return;
            }
        }
        // What fails here costs no record anything, and is made up for by the next run.
        if let Err(error) =
            caught(stop.bounds(Duration::ZERO, cx.reading(self.latchel.end(&begin)))).await.flatten()
        {
            run.warnings.push(error.to_string());
        }
        let is_whole = |report: &PhaseReport| report.error.is_none() && report.paused.is_none();
        if request.reconciles() && run.phases.iter().all(is_whole) {
            let ended = self.ledger.set_last_reconciled(&cx.lease, request.now).await;
            run.warnings.extend(ended.err().map(|error| error.to_string()));
        }
    }

    /// The phase's window, with a warning where something stays uncovered (rule W2).
    async fn planned(
        &self,
        cx: &Context<'_>,
        phase: Phase,
        request: &Request,
        account: &Account,
        warnings: &mut Vec<String>,
    ) -> Result<Planned> {
        let last = self.ledger.last_success(&self.account.name, phase).await?;
        cx.goes_on_from(last);
        if request.records.is_some() && request.since.is_none() {
            return Ok(Planned { window: Window::before(request.now, TimeDelta::zero()), is_part: true });
        }
        let plain = self.plain_window(last, account.created_at, request.now);
        if let Some(from) = request.since {
            let is_part = from > plain.window.from;
            // Changes before the last success are covered already.
            let open_from = last.map_or(plain.window.from, |last| last.max(plain.window.from));
            if from > open_from {
                warnings.push(format!(
                    "{phase}: changes between {} and {} are not covered by `--since`; the next sync without it \
                     covers them",
                    open_from.format("%Y-%m-%dT%H:%M:%SZ"),
                    from.format("%Y-%m-%dT%H:%M:%SZ"),
                ));
            }
            return Ok(Planned { window: Window { from }, is_part });
        }
        if let Some((from, to)) = plain.gap {
            let since = from.format("%Y-%m-%dT%H:%M:%SZ");
            warnings.push(format!(
                "{phase}: changes between {since} and {} are not covered by the window; to cover them, run \
                 `latchel-sync sync --account {} --since {since}`",
                to.format("%Y-%m-%dT%H:%M:%SZ"),
                self.account.name
            ));
        }
        Ok(Planned { window: plain.window, is_part: false })
    }

    /// The window that a plain run would have now, for looking at single records as it would.
    pub(super) async fn window_now(
        &self,
        cx: &Context<'_>,
        phase: Phase,
        added_at: DateTime<Utc>,
    ) -> Result<Window> {
        let last = self.ledger.last_success(&self.account.name, phase).await?;
        cx.goes_on_from(last);
        Ok(self.plain_window(last, added_at, cx.now).window)
    }

    /// The window of a run that was asked for nothing else (rules W1, W2), of a phase that succeeded last at `last`, for an
    /// account that was added at `added_at`.
    fn plain_window(
        &self,
        last: Option<DateTime<Utc>>,
        added_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Coverage {
        let policy = &self.account.policy.window;
        match last {
            Some(last) => coverage(policy, Some(last), now),
            None => Coverage { window: first_window(policy, added_at, now), gap: None },
        }
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
        // A run of named records leaves counts and reached dates to the runs that go through the window.
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
                drive(&Properties(cx), window, request, observer, count).await
            }
            Phase::Residents => {
                let guard = MassChangeGuard { off: request.allow_mass_change };
                let first = async |tally: &mut Tally<'_>| {
                    if !all {
                        return Ok(());
                    }
                    tally.count(Reason::LatchelOnly, cx.latchel_only().await?.residents);
                    evaluate_move_outs(cx, &guard, tally).await
                };
                drive(&Residents(cx), window, request, observer, first).await
            }
            Phase::WorkOrdersToLatchel => drive(&Import(cx), window, request, observer, nothing).await,
            Phase::WorkOrdersToPlatform => {
                let needs_user = async |_: &mut Tally<'_>| cx.assignee().map(|_| ());
                drive(&Export(cx), window, request, observer, needs_user).await
            }
        }
    }
}

/// A phase's window.
struct Planned {
    window: Window,
    /// True if it leaves out what a plain run would look at, so that its success covers nothing (rule W2).
    is_part: bool,
}

/// Result of `work`. A panic in it is a mistake of ours, which must not keep the lease from its end; its message is left
/// out, because it may quote a record.
async fn caught<T>(work: impl Future<Output = T>) -> Result<T> {
    // Boxed because a phase is a large future, and is passed on here.
    AssertUnwindSafe(Box::pin(work)).catch_unwind().await.map_err(|_| {
        let message = "latchel-sync itself failed here, by a mistake of its own that its log tells of; please report it";
        Error::new(ErrorKind::Internal, message)
    })
}

/// Warning about a phase that met a closed far side.
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
