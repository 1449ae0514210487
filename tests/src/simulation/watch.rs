//! Writes that no run may ever send, held against what it was shown when it writes.

use latchel_sync_core::Platform;
use latchel_sync_core::model::*;

use super::account::Account;
use super::fault_injector::FaultInjector;
use super::history::Event;
use super::naive;

/// P1, P5, P6: no property that is left out, and none but as the platform has it.
pub fn create_property(injector: &FaultInjector, new: &NewProperty) {
    let view = injector.view();
    let id = &new.reference;
    let shown = view.properties.get(id).unwrap_or_else(|| panic!("{id} was never shown"));
    assert!(!naive::is_excluded(&injector.account, id), "P5: {id} is excluded");
    assert!(naive::is_complete(&new.source_address), "P6: {id} has no whole address");
    let skip = injector.account.policy().properties.new_inactive == NewRecords::Skip;
    assert!(new.is_active || !skip, "P1: {id} is inactive, and such are left out");
    let as_sent = |one: &Property| {
        let expected = (naive::as_stored(&naive::name(one)), &one.address, one.is_active);
        (naive::as_stored(&new.name), &new.source_address, new.is_active) == expected
    };
    // By its id it may be shown once more for the guard's sake (rule A1), and be another by then.
    let (run, history) = (view.run(), injector.account.history());
    let listed = |event: &Event| matches!(event, Event::PropertyShown(of, one) if (*of, &one.id) == (run, id) && as_sent(one));
    let fits = as_sent(shown) || history.events().any(listed);
    assert!(fits, "P1: {new:?} is not {shown:?}");
}

/// P8: the platform no longer has it, or shows an old copy that has not.
fn is_gone(injector: &FaultInjector, latchel: &LatchelProperty, patch: &PropertyPatch) -> bool {
    let alone = PropertyPatch { deactivate: true, ..PropertyPatch::default() };
    let Some(id) = latchel.reference.as_ref().filter(|_| *patch == alone) else { return false };
    let account = &injector.account;
    let there = account.on_platform(|world| world.properties.contains_key(id));
    let back = || {
        let added = |event: &Event| matches!(event, Event::Property(one) if one.id == *id);
        account.history().touched_since(injector.view().began, added)
    };
    account.policy().properties.gone == GoneProperties::Deactivate
        && !naive::is_excluded(account, id)
        && (!there || account.is_stale() || back())
}

/// P2 to P6: an inactive one is left alone; deactivating changes nothing else; nothing but what the platform has.
pub fn update_property(injector: &FaultInjector, id: LatchelPropertyId, patch: &PropertyPatch) {
    let latchel = injector.view().latchel_properties[&id].clone();
    assert!(latchel.is_active, "P4: {id} is inactive in Latchel");
    if is_gone(injector, &latchel, patch) {
        injector.account.note(Event::SwitchedOffAsGone(id));
        return;
    }
    let renamed = |new: &str| naive::as_stored(new) != naive::as_stored(&latchel.name);
    assert!(patch.name.as_deref().is_none_or(renamed), "E4: {patch:?} changes nothing of {latchel:?}");
    let view = injector.view();
    let fits = |property: &&Property| {
        let alone = PropertyPatch { deactivate: true, ..PropertyPatch::default() };
        let name = naive::as_stored(&naive::name(property));
        let text = |new: &Option<String>| new.as_deref().is_none_or(|new| naive::as_stored(new) == name);
        let address = patch.source_address.as_ref().is_none_or(|new| *new == property.address);
        let same = text(&patch.name) && text(&patch.integration_data) && address;
        let whole = naive::is_complete(&property.address);
        let change = property.is_active && same && whole && !patch.deactivate;
        let end = !property.is_active && *patch == alone;
        (change || end) && !naive::is_excluded(&injector.account, &property.id)
    };
    let sources: Vec<_> = view.properties.values().filter(fits).collect();
    assert!(!sources.is_empty(), "P2, P3: nothing that the run was shown asks for {patch:?} of {id}");
}

/// R1, R5: as the platform has the resident, in a unit that is in Latchel.
pub fn create_resident(injector: &FaultInjector, new: &NewResident) {
    let view = injector.view();
    let id = &new.reference;
    let shown = view.residents.get(id).unwrap_or_else(|| panic!("{id} was never shown"));
    let stay = naive::stay(shown, view.today);
    let active = naive::lives_there(stay.move_in, stay.move_out, view.today);
    assert_eq!((&new.tenancy, new.is_active), (&stay, active), "R1: {id} on {}", view.today);
    let contact = (&shown.name, &shown.email, &shown.phone);
    assert_eq!((&new.name, &new.email, &new.phone), contact, "R1: {id}");
    let gone = stay.move_out.is_some_and(|day| day <= view.today);
    let skip = injector.account.policy().residents.new_moved_out == NewRecords::Skip;
    assert!(!(gone && skip), "R1: {id} has moved out, and such are left out");
}

/// R2, R3, R4, R6, R9: dates and unit only as the platform has them, and before the move-out unless it was ours to write;
/// active only who lives there by what the platform shows now, and nobody whom people switched off. That there is no way to
/// write contact data is the type's promise (R7).
pub fn update_resident(injector: &FaultInjector, id: LatchelResidentId, patch: &ResidentPatch) {
    let view = injector.view();
    let latchel = &view.latchel_residents[&id];
    let only_activity = ResidentPatch { is_active: patch.is_active, ..ResidentPatch::default() };
    let by_dates = naive::lives_there(latchel.move_in, latchel.move_out, view.today);
    let move_out = *patch == only_activity && patch.is_active == Some(false) && !by_dates;
    let source = latchel.reference.as_ref().and_then(|id| view.residents.get(id));
    let change = source.is_some_and(|resident| {
        let stay = naive::stay(resident, view.today);
        let reached = latchel.move_out.is_some_and(|day| day <= view.today);
        (!reached || may_be_corrected(&injector.account, latchel))
            && patch.move_in.is_none_or(|new| new == stay.move_in)
            && patch.move_out.is_none_or(|new| new == stay.move_out)
            && patch.unit.as_ref().is_none_or(|new| new.unit == stay.unit)
            && patch.is_active.unwrap_or(latchel.is_active)
                == naive::lives_there(stay.move_in, stay.move_out, view.today)
    });
    if patch.is_active == Some(false) {
        injector.account.note(Event::SwitchOffSent(latchel.clone()));
    }
    assert!(move_out || change, "R2, R3, R6: nothing asks for {patch:?} of {latchel:?} on {}", view.today);
    if patch.is_active == Some(true) {
        let began = view.began;
        assert!(!was_switched_off(&injector.account, id, began), "R4: {id} was switched off by hand");
    }
}

/// R9: whether Latchel shows a resident as some run left them when it set them inactive, and the policy says to correct it.
fn may_be_corrected(account: &Account, latchel: &LatchelResident) -> bool {
    let as_left = |event: &Event| match event {
        Event::LatchelResidentWritten(one) => {
            let dates = (one.move_in, one.move_out) == (latchel.move_in, latchel.move_out);
            one.id == latchel.id && dates && !one.is_active && !latchel.is_active
        }
        // An answer that was a lie cannot be told from one that came late.
        Event::SwitchOffSent(one) => {
            let dates = (one.move_in, one.move_out) == (latchel.move_in, latchel.move_out);
            one.id == latchel.id && dates && !latchel.is_active
        }
        _ => false,
    };
    account.policy().residents.returning == Returning::Correct && account.history().events().any(as_left)
}

/// True if people switched a resident off before `then` whom a run knew as active, and nobody has switched them on since.
/// If people switch one on and off again between two looks, no run can tell.
fn was_switched_off(account: &Account, id: LatchelResidentId, then: chrono::DateTime<chrono::Utc>) -> bool {
    let (mut active, mut off) = (false, false);
    for (_, event) in account.history().0.iter().take_while(|(at, _)| *at < then) {
        match event {
            Event::LatchelResident(one) if one.id == id => {
                off = !one.is_active && (active || off);
            }
            Event::ResidentKnown(one, known) if *one == id => active = *known,
            Event::SwitchOffSent(one) if one.id == id => active = false,
            _ => {}
        }
    }
    off
}

/// WP1, WP2, WP4, WP7: only what the method permits, with the platform's number, at its property, in its state.
pub fn create_job(injector: &FaultInjector, new: &NewJob) {
    let view = injector.view();
    let id = &new.work_order;
    let shown = view.work_orders.get(id).unwrap_or_else(|| panic!("{id} was never shown"));
    let property = &view.latchel_properties[&new.property];
    let account = &injector.account;
    let method =
        account.in_latchel(|world| naive::method(account, Some(property), Some(&shown.property), world));
    assert_ne!(method, SyncMethod::None, "WP1: {id}");
    assert!(method == SyncMethod::All || naive::is_assigned(shown), "WP2: {id} is not assigned to Latchel");
    assert_eq!((&new.number, new.closed), (&shown.number, naive::closed(shown)), "WP4, WP7: {id}");
    let skip = account.policy().work_orders.closed == ClosedWorkOrders::Skip;
    assert!(!(skip && new.closed.is_some()), "WP7: {id} is closed, and such are left out");
    if let Some(resident) = new.resident.and_then(|id| view.latchel_residents.get(&id)) {
        let asked = shown.requested_by.as_ref();
        assert_eq!(resident.reference.as_ref().map(|one| &one.resident), asked, "WP4: {id}");
    }
}

/// L7: once, and only on the Latchel work order that the platform's was made from.
pub fn write_number_back(injector: &FaultInjector, id: JobId, number: &str, work_order: &WorkOrderId) {
    let account = &injector.account;
    let before = account.in_latchel(|world| world.jobs[&id].work_order.clone());
    assert!(before.as_ref().is_none_or(|one| one == work_order), "L7: {id} refers to {before:?} already");
    let (own, marker) = account.on_platform(|world| match &world.work_orders[work_order] {
        Row::Record(one) => (one.number.clone(), one.marker),
        other => panic!("{other:?}"),
    });
    let made = account.made(work_order).map(|made| made.from);
    let ours = marker == Some(Marker::for_job(id)) || made == Some(id);
    assert!(own == number && ours, "L7: {work_order} is {own}, and not {number} of {id}");
}

/// L2 to L6: made after the sync start, with the method's leave, where the platform can and the user may.
pub fn create_work_order(injector: &FaultInjector, new: &NewWorkOrder, marker: &Marker) {
    let (view, account) = (injector.view(), &injector.account);
    let id = marker.job();
    let job = &view.jobs[&id];
    assert!(account.platform.capabilities().create_work_order, "the platform cannot create work orders");
    assert!(account.sync_start().is_some_and(|start| job.created_at > start), "L2: {id}");
    assert_eq!(job.work_order, None, "L6: {id} has a counterpart");
    let latchel = job.property.and_then(|id| view.latchel_properties.get(&id));
    let method = account.in_latchel(|world| naive::method(account, latchel, Some(&new.property), world));
    assert_ne!(method, SyncMethod::None, "L4: {id}");
    let user = new.assigned_to.as_ref().map(UserId::as_str);
    let can_be = account.platform.capabilities().assign_user;
    assert_eq!(user, can_be.then_some(super::pair::LATCHEL_USER), "L6: {id} is for the Latchel user");
    assert_eq!((&new.title, &new.description), (&job.name, &job.description), "L6: {id}");
}

/// L8 to L12: only the end that Latchel shows, only of one that is open, and assigned where it must be.
pub fn close_work_order(injector: &FaultInjector, id: &WorkOrderId, status: ClosedStatus) {
    let (view, account) = (injector.view(), &injector.account);
    let shown = &view.work_orders[id];
    assert_eq!(naive::closed(shown), None, "L12: {id} is closed already");
    let made = account.made(id);
    let linked = |job: &&Job| {
        job.work_order.as_ref() == Some(id)
            || shown.marker == Some(Marker::for_job(job.id))
            || made.is_some_and(|made| made.from == job.id)
    };
    // People may move it on between the list and the write.
    let run = view.run();
    let shown_jobs: Vec<Job> = account
        .history()
        .events()
        .filter_map(|event| match event {
            Event::JobShown(of, one, ..) if *of == run => Some(one.clone()),
            _ => None,
        })
        .collect();
    let ends: Vec<_> = shown_jobs.iter().filter(linked).collect();
    let ending = ends.iter().find(|job| naive::ended(job) == Some(status));
    let job = ending.unwrap_or_else(|| panic!("L8: nothing in Latchel says that {id} is {status}: {ends:?}"));
    let latchel = job.property.and_then(|id| view.latchel_properties.get(&id));
    let property = latchel.and_then(|one| one.reference.as_ref());
    let method = account.in_latchel(|world| naive::method(account, latchel, property, world));
    assert_ne!(method, SyncMethod::None, "L4: {id}");
    // Whoever took it from Latchel before a run was shown that it ever was Latchel's has left no trace of that.
    let known = account.history().events().any(|event| match event {
        Event::WorkOrderShown(_, one, ..) => one.id == *id && naive::is_assigned(one),
        _ => made.is_none(),
    });
    let stopped = method == SyncMethod::Assigned && !naive::is_wanted(account, shown, job.id) && known;
    assert!(!stopped, "L11: {id} is no longer assigned to Latchel");
    assert!(account.platform.capabilities().can_close(status), "the platform cannot set {status}");
}

/// E1: nothing is created of a kind of which somebody has not yet been shown all that was there.
pub fn everything_was_listed(account: &Account, kind: Kind) {
    let never = account.listings().never_shown(kind);
    assert_eq!(never, Some(Vec::new()), "E1: a create, and the list of each {kind} was never seen whole");
}

/// E1: no two records in Latchel refer to one of the platform's.
pub fn no_two_in_latchel(account: &Account) {
    account.in_latchel(|world| {
        let properties = world.properties.values().filter_map(|one| one.reference.clone());
        assert_eq!(naive::doubled(properties), None, "two properties in Latchel");
        let residents = world.residents.values().filter_map(|one| one.reference.clone());
        assert_eq!(naive::doubled(residents), None, "two residents in Latchel");
        let jobs = world.jobs.values().filter_map(|one| one.work_order.clone());
        assert_eq!(naive::doubled(jobs), None, "two work orders in Latchel");
    });
}

/// E1: no two work orders on the platform were made from one of Latchel's; people's copies are not ours.
pub fn no_two_made_alike(injector: &FaultInjector, marker: &Marker) {
    let made = injector.account.on_platform(|world| {
        let ours = |one: &WorkOrder| one.marker == Some(*marker) && !one.id.as_str().starts_with('W');
        super::generate::records(&world.work_orders).into_iter().filter(ours).count()
    });
    assert!(made <= 1, "{made} work orders were made from {marker}");
}
