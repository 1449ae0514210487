use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::Platform;
use latchel_sync_core::in_memory::MemoryLedger;
use latchel_sync_core::model::*;

use super::super::account::Account;
use super::super::history::{Eligible, Event, History, How};
use super::super::{eligible, generate, naive, quoted};

/// WP1 to WP7, for each of the platform's work orders that people made.
pub async fn check_import(account: &Account, ledger: &MemoryLedger) {
    for work_order in account.on_platform(|world| generate::records(&world.work_orders)) {
        let is_text = quoted::is_quoted(&work_order) && account.made(&work_order.id).is_none();
        assert!(!is_text || work_order.marker.is_none(), "WP6: {work_order:?} quotes, and carries no marker");
        // What carries a marker is linked by it or reported; `check_export` and the claims look at that.
        let id = &work_order.id;
        let key = RecordKey::platform(Kind::WorkOrder, id);
        let reported = super::is_reported(account, ledger, key).await;
        if work_order.marker.is_some() || account.made(id).is_some() || reported {
            continue;
        }
        let job = account
            .in_latchel(|world| world.jobs.values().find(|job| job.work_order.as_ref() == Some(id)).cloned());
        let shown = shown_work_order(account, id);
        if job.is_some() {
            assert!(shown.ever, "WP1, WP2, WP7: {id} is in Latchel, and never should be");
            continue;
        }
        let housed = super::in_latchel(account, ledger, &work_order.property).await.is_some();
        // Once it is closed, some platforms no longer show it, and nobody can bring it over.
        let is_hidden = !account.platform.capabilities().lists_closed && naive::closed(&work_order).is_some();
        // It may have been asked for by its id since, when its row could not be read, or been listed by a run that died.
        let wanted = !is_hidden
            && housed
            && shown.last == Some(Eligible::Yes)
            && last_shown(account, id) != Some(Eligible::No);
        assert!(!wanted, "WP4: {id} is not in Latchel");
    }
}

fn shown_work_order(account: &Account, id: &WorkOrderId) -> Shown {
    let history = account.history();
    let mut shown = history.0.iter().filter_map(|(at, event)| match event {
        Event::WorkOrderShown(run, one, eligible, How::Listed)
            if one.id == *id && history.done(*run, Phase::WorkOrdersToLatchel) =>
        {
            Some(if is_in_doubt(account, &history, *at) { Eligible::No } else { *eligible })
        }
        _ => None,
    });
    // A run that did not get through may have brought it over as well.
    let ever = |(at, event): &(DateTime<Utc>, Event)| match event {
        Event::WorkOrderShown(_, one, eligible, _) => {
            one.id == *id && (*eligible == Eligible::Yes || is_in_doubt(account, &history, *at))
        }
        _ => false,
    };
    Shown { last: shown.next_back(), ever: history.0.iter().any(ever) }
}

/// Eligibility of it when any run was last shown it.
fn last_shown(account: &Account, id: &WorkOrderId) -> Option<Eligible> {
    let history = account.history();
    history.events().rev().find_map(|event| match event {
        Event::WorkOrderShown(_, one, eligible, _) if one.id == *id => Some(*eligible),
        _ => None,
    })
}

/// Eligibility of a work order by the runs that were shown it.
struct Shown {
    /// Eligibility when the last run that got through the phase was shown it in its list.
    last: Option<Eligible>,
    /// True if it was eligible at any time that a run was shown it.
    ever: bool,
}

/// L2 to L12, for each of Latchel's work orders.
pub async fn check_export(account: &Account, ledger: &MemoryLedger) {
    for job in account.in_latchel(|world| world.jobs.clone()).into_values() {
        let marker = Some(Marker::for_job(job.id));
        let carriers = account.on_platform(|world| {
            let mut all = generate::records(&world.work_orders);
            all.retain(|one| one.marker == marker);
            all
        });
        let (copies, ours): (Vec<_>, Vec<_>) =
            carriers.into_iter().partition(|one| one.id.as_str().starts_with('W'));
        let shown = shown_job(account, job.id);
        match ours.as_slice() {
            [] if super::is_reported(account, ledger, RecordKey::latchel(Kind::WorkOrder, job.id)).await => {}
            // L15: it may have been refused then, and not be taken since.
            [] if is_barred(account, &job) => {}
            [] if copies.is_empty() && job.work_order.is_none() => {
                assert_ne!(shown.last, Some(Eligible::Yes), "L6: {job:?} is not on the platform");
            }
            [] => {}
            [one] => {
                assert!(shown.ever, "L2 to L5: {job:?} is on the platform");
                if copies.is_empty() {
                    l7_number(account, &job, one);
                }
            }
            several => panic!("E1: {several:?} were made from {job:?}"),
        }
        l8_to_l12_end(account, &job);
    }
}

/// True if people changed a property in Latchel shortly after something was shown, or one of the platform's about then: the run
/// may have gone by what they set, and by an old copy of what was before. A mirror's copy of a property may be days old.
fn is_in_doubt(account: &Account, history: &History, at: DateTime<Utc>) -> bool {
    let (shortly_before, soon) = (at - TimeDelta::minutes(2), at + TimeDelta::minutes(10));
    let mirrored = |then: DateTime<Utc>| at - TimeDelta::days(3) <= then && then <= at;
    let method = |event: &Event| matches!(event, Event::LatchelProperty(_));
    if account.only_lists() && history.0.iter().any(|(then, event)| method(event) && mirrored(*then)) {
        return true;
    }
    let about = history.0.iter().filter(|(then, _)| shortly_before <= *then && *then <= soon);
    about.into_iter().any(|(then, event)| match event {
        Event::LatchelProperty(_) => at <= *then,
        Event::Property(_) | Event::PropertyRemoved(_) => true,
        _ => false,
    })
}

fn shown_job(account: &Account, id: JobId) -> Shown {
    let history = account.history();
    let mut shown = history.0.iter().filter_map(|(at, event)| match event {
        Event::JobShown(run, one, eligible, How::Listed)
            if one.id == id && history.done(*run, Phase::WorkOrdersToPlatform) =>
        {
            Some(if is_in_doubt(account, &history, *at) { Eligible::No } else { *eligible })
        }
        _ => None,
    });
    let ever = |(at, event): &(DateTime<Utc>, Event)| match event {
        Event::JobShown(_, one, eligible, _) => {
            one.id == id && (*eligible == Eligible::Yes || is_in_doubt(account, &history, *at))
        }
        _ => false,
    };
    Shown { last: shown.next_back(), ever: history.0.iter().any(ever) }
}

/// L7: the platform's number, unless people changed it afterwards, or the method permits no write now (L4).
fn l7_number(account: &Account, job: &Job, work_order: &WorkOrder) {
    if method(account, job) == SyncMethod::None {
        return;
    }
    assert_eq!(job.work_order.as_ref(), Some(&work_order.id), "L7: {job:?}");
    let own = |event: &Event| match event {
        Event::Job(one) => one.id == job.id && one.number == job.number,
        _ => false,
    };
    let by_hand = account.history().events().any(own);
    assert!(by_hand || job.number.as_ref() == Some(&work_order.number), "L7: {job:?} of {work_order:?}");
}

/// L3, L15: the platform takes no writes at its property now.
fn is_barred(account: &Account, job: &Job) -> bool {
    let latchel = job.property.and_then(|id| account.in_latchel(|world| world.properties.get(&id).cloned()));
    let property = latchel.and_then(|one| one.reference);
    property.is_some_and(|id| !eligible::takes_writes(account, &id))
}

/// M: the method that holds for a Latchel work order now.
fn method(account: &Account, job: &Job) -> SyncMethod {
    account.in_latchel(|world| {
        let latchel = job.property.and_then(|id| world.properties.get(&id));
        let property = latchel.and_then(|one| one.reference.as_ref());
        naive::method(account, latchel, property, world)
    })
}

/// L8 to L12: it ended on the platform because it ended in Latchel, or by people's hands; and what ended in Latchel
/// ended on the platform.
fn l8_to_l12_end(account: &Account, job: &Job) {
    let Some(id) = &job.work_order else { return };
    let Some(work_order) = account.on_platform(|world| match world.work_orders.get(id) {
        Some(Row::Record(one)) => Some(one.clone()),
        _ => None,
    }) else {
        return;
    };
    let history = account.history();
    if let Some(status) = naive::closed(&work_order) {
        let ended = |event: &Event| match event {
            Event::WorkOrder(one) => one.id == *id && naive::closed(one) == Some(status),
            Event::Job(one) => one.id == job.id && naive::ended(one) == Some(status),
            _ => false,
        };
        assert!(history.events().any(ended), "L8, L10: {id} is {status}, and nobody ever said so");
        return;
    }
    let Some(status) = naive::ended(job) else { return };
    // L4, L11: whether a run came by while it was assigned, or the method was another, depends on when it came.
    let assigned = |event: &Event| match event {
        Event::WorkOrder(one) => one.id != *id || naive::is_wanted(account, one, job.id),
        Event::LatchelProperty(one) => Some(one.id) != job.property || one.sync_method.is_none(),
        _ => true,
    };
    let always = history.events().all(assigned) && method(account, job) != SyncMethod::None;
    // L8: opened again on the platform after it had ended in Latchel, it stays open; so does one that was
    // imported closed, and opened while that run went on.
    let ended_at = job.state_updated_at.unwrap_or(job.updated_at);
    let since = ended_at - TimeDelta::hours(1);
    let opened =
        history.touched_since(since, |event| matches!(event, Event::WorkOrder(one) if one.id == *id));
    let shown = history.0.iter().any(|(at, event)| match event {
        Event::JobShown(run, one, _, How::Listed) => {
            one.id == job.id
                && *at >= ended_at
                && one.state_updated_at == job.state_updated_at
                && one.work_order == job.work_order
                && history.done(*run, Phase::WorkOrdersToPlatform)
        }
        _ => false,
    });
    // L15: it may have been inactive, or without an assignee, when the runs came by, and was so until they ended.
    let capabilities = account.platform.capabilities();
    let refused = capabilities.refuses_at_inactive || capabilities.refuses_unassigned;
    // A mirror has it in the end, and the window with it.
    let shown = shown || account.only_lists();
    let wanted = always && !opened && shown && !refused && super::can_close(account, status);
    assert!(!wanted, "L8: {id} is open, and {job:?} has ended");
}
