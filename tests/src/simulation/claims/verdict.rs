//! Results of claims, and what people or faults excuse.

use chrono::TimeDelta;

use crate::simulation::fault_injector::FaultInjector;
use crate::simulation::history::Event;

/// Longest time since a mirror saw a record, while its list counts as proven.
const MIRRORED: TimeDelta = TimeDelta::days(3);

/// `Err` says what makes the claim untrue.
pub(super) type Verdict = Result<(), String>;

/// Asserts in the form of an answer.
pub(super) fn so(yes: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if yes { Ok(()) } else { Err(otherwise()) }
}

pub(super) fn went_wrong(injector: &FaultInjector) -> Verdict {
    // People can make a read-back differ from what was just written.
    let people = injector
        .account
        .history()
        .0
        .iter()
        .any(|(at, event)| *at >= injector.view().began && by_people(event));
    let stale =
        injector.account.is_stale() || unseen(injector, |event| matches!(event, Event::LatchelProperty(_)));
    so(injector.view().faults > 0 || people || stale, || "nothing went wrong in this run".to_owned())
}

fn by_people(event: &Event) -> bool {
    matches!(
        event,
        Event::Property(_)
            | Event::Resident(_)
            | Event::WorkOrder(_)
            | Event::PropertyRemoved(_)
            | Event::ResidentRemoved(_)
            | Event::LatchelProperty(_)
            | Event::LatchelResident(_)
            | Event::Job(_)
    )
}

/// True if people touched a record since the run began, so that its claim may be overtaken.
pub(super) fn overtaken(injector: &FaultInjector, is_it: impl Fn(&Event) -> bool) -> bool {
    // An old copy hides what people did before that as well.
    injector.account.is_stale() || injector.account.history().touched_since(injector.view().began, is_it)
}

/// True if people touched a record since a mirror may have seen it last, where nothing is written that would make it look
/// again.
pub(super) fn unseen(injector: &FaultInjector, is_it: impl Fn(&Event) -> bool) -> bool {
    let since = injector.view().began - MIRRORED;
    injector.account.only_lists() && injector.account.history().touched_since(since, is_it)
}
