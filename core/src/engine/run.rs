use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::context::{Context, Purpose};
use super::drive::drive;
use super::export::Export;
use super::guard::Guard;
use super::import::Import;
use super::lapse::evaluate_lapses;
use super::property::Properties;
use super::resident::Residents;
use super::tally::Tally;
use super::{Engine, Mode, Observer, Request};
use crate::ledger::{Account, Lease, NewRun, Phase, PhaseReport, Run, RunId, RunStatus, Status};
use crate::model::Window;
use crate::rules::{Reason, coverage};
use crate::{Error, Result};

impl Engine {
    /// Runs the requested phases. The account is added to the ledger if it is new, with `now` as its sync start.
    ///
    /// # Errors
    ///
    /// Only if the run could not begin or its end not be recorded; what fails on the way is in the [`Run`].
    pub async fn run(&self, request: &Request, observer: &dyn Observer) -> Result<Run> {
        let sync_start = self.sync_start(request.now).await?;
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
        let mut run = Run {
            id: lease.run,
            account: begun.account,
            now: request.now,
            trigger: request.trigger,
            status: RunStatus::Unfinished,
            phases: Vec::new(),
            warnings: Vec::new(),
        };
        self.run_phases(&mut run, lease, &phases, request, sync_start, observer).await;
        run.status = status_of(&run);
        self.ledger.finish_run(&run).await?;
        Ok(run)
    }

    /// The account's sync start (rule L2).
    async fn sync_start(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let name = &self.account.name;
        if let Some(account) = self.ledger.account(name).await? {
            return Ok(account.sync_start);
        }
        self.ledger.add_account(&Account { name: name.clone(), sync_start: now, created_at: now }).await?;
        Ok(now)
    }

    async fn run_phases(
        &self,
        run: &mut Run,
        lease: Lease,
        phases: &[Phase],
        request: &Request,
        sync_start: DateTime<Utc>,
        observer: &dyn Observer,
    ) {
        let purpose = match request.mode {
            Mode::Apply => Purpose::Apply,
            Mode::Plan => Purpose::Plan,
        };
        let cx = match Context::prepare(self, lease, purpose, request.now, sync_start, phases).await {
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
            let window = match self.window(phase, request, &mut run.warnings).await {
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
                None => self.ledger.set_last_success(&cx.lease, phase, request.now).await,
            };
            if let Err(error) = recorded {
                run.warnings.push(error.to_string());
                return;
            }
        }
    }

    /// The phase's window, with a warning where the policy leaves a gap (rule W2).
    async fn window(&self, phase: Phase, request: &Request, warnings: &mut Vec<String>) -> Result<Window> {
        if let Some(from) = request.since {
            return Ok(Window { from });
        }
        let last = self.ledger.last_success(&self.account.name, phase).await?;
        let coverage = coverage(&self.account.policy.window, last, request.now);
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
        match phase {
            Phase::Properties => {
                let count = async |tally: &mut Tally<'_>| {
                    tally.count(Reason::LatchelOnly, cx.latchel().latchel_only().await?.properties);
                    Ok(())
                };
                drive(&Properties(cx), window, request, observer, count).await
            }
            Phase::Residents => {
                let first = async |tally: &mut Tally<'_>| {
                    tally.count(Reason::LatchelOnly, cx.latchel().latchel_only().await?.residents);
                    evaluate_lapses(cx, &Guard { off: request.allow_mass_change }, tally).await
                };
                drive(&Residents(cx), window, request, observer, first).await
            }
            Phase::WorkOrdersToLatchel => {
                drive(&Import(cx), window, request, observer, async |_| Ok(())).await
            }
            Phase::WorkOrdersToPlatform => {
                let needs_user = async |_: &mut Tally<'_>| cx.latchel_user().map(|_| ());
                drive(&Export(cx), window, request, observer, needs_user).await
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
