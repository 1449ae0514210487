//! A worker: an engine over a fault injector, which runs, dies, and begins anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use latchel_sync_core::ErrorKind;
use latchel_sync_core::engine::{Engine, Lists, Mode, Observer, Request};
use latchel_sync_core::ledger::{Outcome, PhaseReport, Run};
use latchel_sync_core::model::{Phase, Reason};

use super::far_latchel::FarLatchel;
use super::far_ledger::FarLedger;
use super::far_platform::FarPlatform;
use super::fault_injector::{FaultInjector, Weather};
use super::history::Event;

/// One process that syncs an account.
#[derive(Debug)]
pub struct Worker {
    pub injector: Arc<FaultInjector>,
    engine: Engine,
}

/// A run that a worker is to make.
#[derive(Debug, Clone)]
pub struct Order {
    pub phases: Vec<Phase>,
    /// True if it is a reconciliation.
    pub lists: Lists,
    /// Error of the machine's clock: positive means fast.
    pub skew: TimeDelta,
    pub weather: Weather,
    pub allow_mass_change: bool,
}

impl Order {
    /// Everything, on a good day.
    pub fn calm() -> Self {
        Self {
            phases: Phase::ALL.to_vec(),
            lists: Lists::Changed,
            skew: TimeDelta::zero(),
            weather: Weather::default(),
            allow_mass_change: false,
        }
    }
}

/// End of a run.
#[derive(Debug)]
pub enum End {
    Died,
    /// It could not begin, or its end could not be written down.
    Refused(ErrorKind),
    Finished(Run),
}

impl Worker {
    pub fn new(injector: Arc<FaultInjector>) -> Self {
        let engine = Engine::new(
            injector.account.settings.clone(),
            Arc::new(FarPlatform(Arc::clone(&injector))),
            Arc::new(FarLatchel(Arc::clone(&injector))),
            Arc::new(FarLedger(Arc::clone(&injector))),
        );
        Self { injector, engine }
    }

    /// Makes a run, or as much of it as the worker lives to see.
    pub async fn run(&self, order: Order) -> End {
        let injector = &self.injector;
        let now = injector.account.clock.now() + order.skew;
        injector.prepare(now, order.weather.clone());
        injector.say(|| format!("a run begins; its clock says {now}; {order:?}"));
        let mut request = Request::everything(Mode::Apply, now);
        request.phases = order.phases;
        request.lists = order.lists;
        request.allow_mass_change = order.allow_mass_change;
        request.holder = injector.worker.clone();
        let seen = Seen { injector: Arc::clone(injector), lists: order.lists, outcomes: Mutex::default() };
        let end = tokio::select! {
            biased;
            () = injector.crashed() => End::Died,
            run = self.engine.run(&request, &seen) => match run {
                Ok(run) => End::Finished(run),
                Err(error) => End::Refused(error.kind()),
            },
        };
        let how = match &end {
            End::Died => "died",
            End::Refused(ErrorKind::Busy) => "found another run under way",
            End::Refused(_) => "could not begin or end",
            End::Finished(run) => run.status.as_str(),
        };
        injector.account.tally.run(how);
        injector.say(|| format!("the run {how}"));
        if let End::Finished(run) = &end {
            for phase in &run.phases {
                injector.say(|| format!("  {}: {:?} {:?}", phase.phase, phase.counts, phase.error));
                phase
                    .counts
                    .iter()
                    .for_each(|(reason, count)| injector.account.tally.reason(*reason, *count));
            }
        }
        end
    }
}

/// Sees that a run gives each record that it was shown one outcome.
#[derive(Debug)]
struct Seen {
    injector: Arc<FaultInjector>,
    lists: Lists,
    outcomes: Mutex<BTreeMap<Phase, BTreeSet<String>>>,
}

impl Observer for Seen {
    fn outcome(&self, phase: Phase, outcome: &Outcome) {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = outcomes.entry(phase).or_default().insert(outcome.key.id.clone());
        // A run that was frozen and lost its lease sees what the next one wrote; it writes nothing itself.
        let held =
            self.injector.view().lease.as_ref().is_some_and(|lease| self.injector.ledger.is_held(lease));
        assert!(fresh || !held, "{} has two outcomes in one run of {}", outcome.key, self.injector.worker);
    }

    fn phase_finished(&self, report: &PhaseReport) {
        if report.error.is_some() || report.paused.is_some() {
            return;
        }
        let (run, listed, made) = {
            let view = self.injector.view();
            let listed = view.listed.get(&report.phase).cloned().unwrap_or_default();
            (view.run(), listed, view.made.clone())
        };
        let outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        let told = outcomes.get(&report.phase).cloned().unwrap_or_default();
        let of_this_run = if report.phase == Phase::WorkOrdersToPlatform { made } else { BTreeSet::new() };
        let untold = listed.iter().filter(|id| !told.contains(*id) && !of_this_run.contains(*id));
        let untold: Vec<_> = untold.collect();
        let outside = [Reason::OutsideWindow, Reason::UnchangedSinceLastSeen];
        let counted: u64 = outside.iter().filter_map(|reason| report.counts.get(reason)).sum();
        assert_eq!(untold.len() as u64, counted, "{}: {untold:?} have no outcome", self.injector.worker);
        // Of what is not linked, a reconciliation looks at the window alone.
        if self.lists == Lists::Changed {
            self.injector.account.note(Event::PhaseDone(run, report.phase));
        }
    }
}
