//! What must be so in the end, computed from the history of what people did and from nothing else. It is naive on
//! purpose, shares no code with the rules, and says nothing where the answer depends on when a sync came by.

use chrono::NaiveDate;
use latchel_sync_core::model::*;

use super::pair::Pair;

/// Something that people did.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// A property was hidden or shown on the platform.
    PropertyOnPlatform(PropertyRef, bool),
    /// A property was switched off or on in Latchel.
    PropertyByHand(PropertyRef, bool),
    /// A move-out was noted on the platform.
    MoveOut(ResidentRef, NaiveDate),
    /// A resident was switched off or on in Latchel.
    ResidentByHand(ResidentRef),
    /// A work order was closed or assigned on the platform.
    WorkOrderOnPlatform(WorkOrderId),
    /// A Latchel work order was made in, or came to, a state.
    JobState(JobId, JobState),
}

/// Compares the end with what must be so.
pub(super) fn check(history: &[Event], pair: &Pair, method: SyncMethod) {
    pair.latchel.edit(|world| {
        for property in world.properties.values() {
            let Some(id) = &property.reference else { continue };
            if let Some(expected) = activity(history, id) {
                assert_eq!(property.is_active, expected, "{id} by its history");
            }
        }
        for resident in world.residents.values() {
            let Some(id) = &resident.reference else { continue };
            if let Some(day) = only_move_out(history, id) {
                assert_eq!(resident.move_out, Some(day), "{id} moves out once");
                let today = world.now.with_timezone(&chrono_tz::America::Los_Angeles).date_naive();
                assert_eq!(resident.is_active, today < day, "{id} moves out on {day}, and it is {today}");
            }
        }
    });
    if method == SyncMethod::All {
        check_closings(history, pair);
    }
}

/// Whether a property is active in Latchel in the end, where the history alone tells.
fn activity(history: &[Event], id: &PropertyRef) -> Option<bool> {
    let mut switched_off = false;
    let (mut hidden, mut shown_again) = (false, false);
    for event in history {
        match event {
            Event::PropertyByHand(of, active) if of == id => {
                switched_off = !active;
                (hidden, shown_again) = (false, false);
            }
            Event::PropertyOnPlatform(of, true) if of == id => shown_again = hidden,
            Event::PropertyOnPlatform(of, false) if of == id => (hidden, shown_again) = (true, false),
            _ => {}
        }
    }
    match (switched_off, hidden, shown_again) {
        (true, ..) => Some(false),
        (false, true, false) => Some(false),
        // Switched on by hand while hidden on the platform: a later change there decides, and there was none.
        (false, false, _) => {
            let by_hand =
                history.iter().any(|event| matches!(event, Event::PropertyByHand(of, _) if of == id));
            (!by_hand).then_some(true)
        }
        // A sync in between has switched it off for good, and one that came later has not.
        (false, true, true) => None,
    }
}

/// The day of a resident's only move-out, if nobody touched the resident in Latchel.
fn only_move_out(history: &[Event], id: &ResidentRef) -> Option<NaiveDate> {
    let mut days = Vec::new();
    for event in history {
        match event {
            Event::ResidentByHand(of) if of == id => return None,
            Event::MoveOut(of, day) if of == id => days.push(*day),
            _ => {}
        }
    }
    if let [day] = days.as_slice() { Some(*day) } else { None }
}

/// A work order that nobody touched on the platform stands there as it last stood in Latchel.
fn check_closings(history: &[Event], pair: &Pair) {
    let jobs = pair.latchel.edit(|world| world.jobs.clone());
    for (id, job) in jobs {
        let Some(work_order) = &job.work_order else { continue };
        let touched =
            history.iter().any(|event| matches!(event, Event::WorkOrderOnPlatform(of) if of == work_order));
        let states: Vec<_> = history
            .iter()
            .filter_map(|event| match event {
                Event::JobState(of, state) if *of == id => Some(state),
                _ => None,
            })
            .collect();
        let closed = |state: &JobState| matches!(state, JobState::Completed | JobState::Cancelled);
        // The first of two closings counts on the platform, whichever a sync saw first.
        let closings = states.iter().filter(|state| closed(state)).count();
        if touched || closings > 1 {
            continue;
        }
        let expected = match states.last() {
            Some(JobState::Completed) => Some(ClosedStatus::Completed),
            Some(JobState::Cancelled) => Some(ClosedStatus::Cancelled),
            _ if closings == 0 => None,
            _ => continue,
        };
        let stands = pair.platform.edit(|world| match world.work_orders.get(work_order) {
            Some(Row::Record(one)) => one.status.closed(),
            _ => None,
        });
        assert_eq!(stands, expected, "{work_order} of Latchel's {id} by its history {states:?}");
    }
}
