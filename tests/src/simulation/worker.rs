//! A worker: an engine over a fault injector, which runs, dies, and begins anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use latchel_sync_core::engine::{Engine, Lists, Mode, Observer, Request};
use latchel_sync_core::ledger::{Outcome, PhaseReport, Run};
use latchel_sync_core::mirror::Mirror;
use latchel_sync_core::model::{Phase, Reason, RecordKey};
use latchel_sync_core::{ErrorKind, Latchel, Ledger};

use super::far_latchel::FarLatchel;
use super::far_ledger::FarLedger;
use super::far_mirror::FarMirror;
use super::far_platform::FarPlatform;
use super::far_source::FarSource;
use super::fault_injector::{FaultInjector, Weather};
use super::history::Event;
use super::shown::Shown;

/// One process that syncs an account.
#[derive(Debug)]
pub struct Worker {
    pub injector: Arc<FaultInjector>,
    /// The process's engine; one that died has none.
    engine: Mutex<Option<Arc<Engine>>>,
}

/// A run that a worker is to make.
#[derive(Debug, Clone)]
pub struct Order {
    pub phases: Vec<Phase>,
    /// True if it is a reconciliation.
    pub lists: Lists,
    /// These records alone.
    pub records: Option<Vec<RecordKey>>,
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
            records: None,
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
        Self { injector, engine: Mutex::default() }
    }

    /// The process's engine, of a new process if the one before died: what a mirror knew beside the ledger is lost then.
    fn engine(&self) -> Arc<Engine> {
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(engine.get_or_insert_with(|| Arc::new(engine_of(&self.injector))))
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
        request.records.clone_from(&order.records);
        request.allow_mass_change = order.allow_mass_change;
        request.holder = injector.worker.clone();
        let whole = order.lists == Lists::Changed && order.records.is_none();
        let seen = Seen { injector: Arc::clone(injector), whole, outcomes: Mutex::default() };
        let engine = self.engine();
        let end = tokio::select! {
            biased;
            () = injector.crashed() => End::Died,
            run = engine.run(&request, &seen) => match run {
                Ok(run) => End::Finished(run),
                Err(error) => End::Refused(error.kind()),
            },
        };
        if matches!(end, End::Died) {
            *self.engine.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
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

fn engine_of(injector: &Arc<FaultInjector>) -> Engine {
    let ledger: Arc<dyn Ledger> = Arc::new(FarLedger(Arc::clone(injector)));
    let settings = injector.account.settings.clone();
    let latchel: Arc<dyn Latchel> = match injector.account.only_lists() {
        true => {
            let (source, store) = (FarSource::new(Arc::clone(injector)), FarMirror(Arc::clone(injector)));
            let name = settings.name.clone();
            Arc::new(Mirror::new(Arc::new(source), Arc::new(store), Arc::clone(&ledger), name))
        }
        false => Arc::new(FarLatchel(Arc::clone(injector))),
    };
    let shown = Shown { injector: Arc::clone(injector), latchel };
    Engine::new(settings, Arc::new(FarPlatform(Arc::clone(injector))), Arc::new(shown), ledger)
}

/// Sees that a run gives each record that it was shown one outcome.
#[derive(Debug)]
struct Seen {
    injector: Arc<FaultInjector>,
    /// True if the run looks at everything in the window.
    whole: bool,
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
        if self.whole {
            self.injector.account.note(Event::PhaseDone(run, report.phase));
        }
    }
}
