use chrono::{DateTime, Utc};
use latchel_sync_core::model::*;

/// Everything that happened to one account's records, in the order of time.
#[derive(Debug, Default)]
pub struct History(pub Vec<(DateTime<Utc>, Event)>);

/// A deed of people, or something that passed between a run and the two systems.
#[derive(Debug, Clone)]
pub enum Event {
    /// People made or changed it on the platform; this is what it is now.
    Property(Property),
    Resident(Resident),
    WorkOrder(WorkOrder),
    /// People removed it from the platform.
    PropertyRemoved(PropertyRef),
    ResidentRemoved(ResidentRef),
    /// A run set it inactive, because the platform no longer had it (rule P8), or showed an old copy without it.
    SwitchedOffAsGone(LatchelPropertyId),
    /// People made or changed it in Latchel; this is what it is now.
    LatchelProperty(LatchelProperty),
    LatchelResident(LatchelResident),
    Job(Job),
    /// The run was shown this, in a list or by its id.
    PropertyShown(RunId, Property),
    /// By its id: it was pending, or the run asked whether it is still there.
    PropertyAskedFor(Property),
    ResidentShown(RunId, Resident),
    WorkOrderShown(RunId, WorkOrder, Eligible, How),
    JobShown(RunId, Job, Eligible, How),
    /// A resident's activity as a run knows it; if people changed it and changed it back before that, or while an answer
    /// was lost, nobody can tell.
    ResidentKnown(LatchelResidentId, bool),
    /// The run's write was carried out.
    LatchelPropertyWritten(LatchelProperty),
    LatchelResidentWritten(LatchelResident),
    /// A run sent that a resident is inactive, whom Latchel had like this: whether or not it was done.
    SwitchOffSent(LatchelResident),
    /// The run ended, and each record that it was shown in this phase has its outcome.
    PhaseDone(RunId, latchel_sync_core::model::Phase),
}

/// Way by which a run came to be shown a work order; by its id it may be shown one for the other direction's sake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Listed,
    ById,
}

/// Eligibility of a work order when it was shown: to be brought over or not, as far as its own side and the settings tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eligible {
    Yes,
    No,
}

impl History {
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.0.iter().map(|(_, event)| event)
    }

    /// True if people touched something since then.
    pub fn touched_since(&self, then: DateTime<Utc>, is_it: impl Fn(&Event) -> bool) -> bool {
        self.0.iter().rev().take_while(|(at, _)| *at >= then).any(|(_, event)| is_it(event))
    }

    /// True if the run got to the end of the phase.
    pub fn done(&self, run: RunId, phase: latchel_sync_core::model::Phase) -> bool {
        self.events()
            .any(|event| matches!(event, Event::PhaseDone(of, finished) if (*of, *finished) == (run, phase)))
    }
}
