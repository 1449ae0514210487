//! Closes and creates that are held back on their way to the platform, and carried out once people let them
//! (rules L4, L8, L11, L15).

use chrono::TimeDelta;
use latchel_sync_core::in_memory::MemoryPlatform;
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::*;
use latchel_sync_core::{Capabilities, Ledger, Platform};

use tests::simulation::pair::{LATCHEL_USER, Pair, stamped, unit, world};

const JOB: JobId = JobId(302);

fn key() -> RecordKey {
    RecordKey::latchel(Kind::WorkOrder, JOB)
}

/// A pair under a policy whose platform refuses what Buildium does, with a Latchel work order that is there on both sides.
async fn synced(policy: Policy, change: fn(MemoryPlatform) -> MemoryPlatform) -> (Pair, WorkOrderId) {
    let mut pair = Pair::with(world(), policy, change).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    pair.add_job("Diagnosing Issue");
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    let made = pair.made_from(JOB).pop().expect("it is on the platform").id;
    pair.advance(TimeDelta::minutes(15));
    (pair, made)
}

fn strict(platform: MemoryPlatform) -> MemoryPlatform {
    let capabilities =
        Capabilities { refuses_at_inactive: true, refuses_unassigned: true, ..platform.capabilities() };
    platform.with_capabilities(capabilities)
}

fn plain(platform: MemoryPlatform) -> MemoryPlatform {
    platform
}

fn complete(pair: &Pair) {
    pair.latchel.edit(|world| world.change_job(JOB, |job| job.state = JobState::Completed));
}

fn assign(pair: &Pair, id: &WorkOrderId, users: &[&str]) {
    let users: Vec<_> = users.iter().map(|user| UserId::new(*user)).collect();
    pair.platform.edit(|world| world.change_work_order(id, |one| one.assigned_users = users));
}

fn set_active(pair: &Pair, is_active: bool) {
    pair.platform.edit(|world| {
        let now = world.now;
        let Some(Row::Record(one)) = world.properties.get_mut(&unit("12", Some("34"))) else { panic!() };
        (one.is_active, one.freshness) = (is_active, stamped(now));
    });
}

fn status(pair: &Pair) -> Option<ClosedStatus> {
    pair.made_from(JOB).pop().expect("it is on the platform").status.closed()
}

/// Runs for six days, of which none writes to the platform or asks it for a work order.
async fn six_quiet_days(pair: &mut Pair, reason: Reason) {
    for _ in 0..6 {
        pair.advance(TimeDelta::days(1));
        pair.journal.take();
        let done = pair.sync().await;
        assert_eq!(done.run.status, RunStatus::Success, "{:?}", done.outcomes);
        assert_eq!(status(pair), None);
        let calls = pair.journal.take();
        assert!(!calls.iter().any(|call| call.method == "close_work_order"), "{calls:?}");
    }
    let newest = pair.ledger.recall("main", &[key()]).await.expect("a ledger").pop().expect("it");
    let outcome = newest.outcome.expect("its outcome");
    assert_eq!((outcome.reason, outcome.status()), (reason, Status::NotSynced));
    // What to do is said for as long as it is to be done.
    let remedy = outcome.detail.is_some_and(|detail| detail.contains("on the platform"));
    assert!(remedy || reason != Reason::NotSupportedByPlatform);
}

#[tokio::test]
async fn what_was_taken_from_latchel_and_is_given_back_is_closed_however_late() {
    let (mut pair, id) = synced(Policy::new(SyncMethod::Assigned), plain).await;
    assign(&pair, &id, &["2"]);
    complete(&pair);
    assert_eq!(pair.sync().await.reason(&key()), Reason::UnassignedStopsUpdates);
    six_quiet_days(&mut pair, Reason::UnassignedStopsUpdates).await;

    pair.advance(TimeDelta::minutes(15));
    assign(&pair, &id, &[LATCHEL_USER]);
    assert_eq!(pair.sync().await.reason(&key()), Reason::StatusCompleted);
    assert_eq!(status(&pair), Some(ClosedStatus::Completed));
}

#[tokio::test]
async fn what_the_method_held_back_is_closed_when_it_changes_and_no_create_is_made_up_for() {
    let (mut pair, _) = synced(Policy::new(SyncMethod::All), plain).await;
    let property = pair.latchel.edit(|world| world.jobs[&JOB].property.expect("it is at one"));
    let method = |pair: &Pair, method| {
        pair.latchel.edit(|world| {
            world.properties.get_mut(&property).expect("it is there").sync_method = method;
        });
    };
    method(&pair, Some(SyncMethod::None));
    complete(&pair);
    let unlinked = pair.add_job("Diagnosing Issue");
    pair.advance(TimeDelta::minutes(1));
    let done = pair.sync().await;
    assert_eq!(done.reason(&key()), Reason::MethodNone);
    assert_eq!(done.reason(&RecordKey::latchel(Kind::WorkOrder, unlinked)), Reason::MethodNone);
    six_quiet_days(&mut pair, Reason::MethodNone).await;

    method(&pair, None);
    pair.advance(TimeDelta::minutes(15));
    assert_eq!(pair.sync().await.reason(&key()), Reason::StatusCompleted);
    assert_eq!(pair.made_from(unlinked), [], "it has left the window");
}

#[tokio::test]
async fn a_note_on_what_latchel_completed_closes_nothing_that_staff_opened_again() {
    let (mut pair, id) = synced(Policy::new(SyncMethod::All), plain).await;
    complete(&pair);
    assert_eq!(pair.sync().await.reason(&key()), Reason::StatusCompleted);
    pair.advance(TimeDelta::minutes(15));
    let open = WorkOrderStatus::Open("In Progress".to_owned());
    pair.platform.edit(|world| world.change_work_order(&id, |one| one.status = open.clone()));
    pair.latchel.edit(|world| world.change_job(JOB, |job| job.description.push_str(" Invoice 12 came.")));
    pair.advance(TimeDelta::minutes(15));
    assert_eq!(pair.sync().await.reason(&key()), Reason::StatusConflict);
    assert_eq!(status(&pair), None, "it stays open");

    // Opened again in Latchel and completed once more, it is closed once more, also between two runs.
    pair.latchel.edit(|world| world.change_job(JOB, |job| job.state = JobState::from_name("Pending")));
    pair.advance(TimeDelta::minutes(1));
    complete(&pair);
    pair.advance(TimeDelta::minutes(14));
    assert_eq!(pair.sync().await.reason(&key()), Reason::StatusCompleted);
    assert_eq!(status(&pair), Some(ClosedStatus::Completed));
}

#[tokio::test]
async fn a_platform_that_refuses_what_nobody_is_assigned_to_is_not_asked_until_somebody_is() {
    let (mut pair, id) = synced(Policy::new(SyncMethod::All), strict).await;
    assign(&pair, &id, &[]);
    complete(&pair);
    let planned = pair.run(latchel_sync_core::engine::Mode::Plan).await;
    assert_eq!(planned.reason(&key()), Reason::NotSupportedByPlatform, "said beforehand");
    let done = pair.sync().await;
    assert_eq!((done.reason(&key()), done.run.status), (Reason::NotSupportedByPlatform, RunStatus::Success));
    let said = done.outcomes.iter().find(|one| one.key == key()).and_then(|one| one.detail.clone());
    assert!(said.is_some_and(|said| said.contains("assign a user")), "with what to do");
    six_quiet_days(&mut pair, Reason::NotSupportedByPlatform).await;

    pair.advance(TimeDelta::minutes(15));
    assign(&pair, &id, &["2"]);
    assert_eq!(pair.sync().await.reason(&key()), Reason::StatusCompleted);
}

#[tokio::test]
async fn a_platform_that_refuses_writes_at_an_inactive_property_is_not_asked_until_it_is_active() {
    let (mut pair, _) = synced(Policy::new(SyncMethod::All), strict).await;
    complete(&pair);
    let unlinked = pair.add_job("Diagnosing Issue");
    let new = RecordKey::latchel(Kind::WorkOrder, unlinked);
    set_active(&pair, false);
    pair.advance(TimeDelta::minutes(1));
    for mode in [latchel_sync_core::engine::Mode::Plan, latchel_sync_core::engine::Mode::Apply] {
        let done = pair.run(mode).await;
        assert_eq!(done.reason(&key()), Reason::NotSupportedByPlatform, "{mode:?}");
        assert_eq!(done.reason(&new), Reason::NotSupportedByPlatform, "{mode:?}");
    }
    six_quiet_days(&mut pair, Reason::NotSupportedByPlatform).await;

    set_active(&pair, true);
    pair.advance(TimeDelta::minutes(15));
    let done = pair.sync().await;
    assert_eq!(done.reason(&key()), Reason::StatusCompleted);
    assert_eq!(done.reason(&new), Reason::WorkOrderCreated);
}

#[tokio::test]
async fn a_platform_that_takes_such_writes_is_asked() {
    let (mut pair, id) = synced(Policy::new(SyncMethod::All), plain).await;
    assign(&pair, &id, &[]);
    set_active(&pair, false);
    complete(&pair);
    pair.advance(TimeDelta::minutes(1));
    assert_eq!(pair.sync().await.reason(&key()), Reason::StatusCompleted);
}

#[tokio::test]
async fn a_work_order_of_a_property_that_is_gone_on_the_platform_waits() {
    let (mut pair, _) = synced(Policy::new(SyncMethod::All), plain).await;
    let new = pair.add_job("Diagnosing Issue");
    let row =
        pair.platform.edit(|world| world.properties.remove(&unit("12", Some("34"))).expect("it is there"));
    pair.advance(TimeDelta::minutes(15));
    let done = pair.sync().await;
    let new = RecordKey::latchel(Kind::WorkOrder, new);
    assert_eq!(done.reason(&new), Reason::NoPropertyMatch);
    assert_eq!((done.run.status, Reason::NoPropertyMatch.status()), (RunStatus::Success, Status::Pending));

    pair.platform.edit(|world| world.properties.insert(unit("12", Some("34")), row));
    pair.advance(TimeDelta::minutes(15));
    assert_eq!(pair.sync().await.reason(&new), Reason::WorkOrderCreated);
}

#[tokio::test]
async fn a_close_goes_by_the_property_of_the_platforms_work_order_not_by_what_latchel_refers_to_now() {
    let (pair, _) = synced(Policy::new(SyncMethod::All), strict).await;
    complete(&pair);
    // Somebody in Latchel has merged two properties.
    let other = unit("77", None);
    pair.add_property(&other);
    pair.latchel.edit(|world| {
        let property = world.jobs[&JOB].property.expect("a property");
        world.properties.get_mut(&property).expect("it").reference = Some(other.clone());
    });
    waits_while_inactive(pair).await;
}

/// A close is held back while the property is inactive, and carried out once it is active again.
async fn waits_while_inactive(mut pair: Pair) {
    set_active(&pair, false);
    pair.advance(TimeDelta::minutes(1));
    let done = pair.sync().await;
    assert_eq!(done.reason(&key()), Reason::NotSupportedByPlatform, "{:?}", done.outcomes);
    six_quiet_days(&mut pair, Reason::NotSupportedByPlatform).await;

    set_active(&pair, true);
    pair.advance(TimeDelta::minutes(15));
    assert_eq!(pair.sync().await.reason(&key()), Reason::StatusCompleted);
}

/// Puts the platform's work order elsewhere, as people there do.
fn move_to(pair: &Pair, id: &WorkOrderId, place: PropertyRef) {
    pair.platform.edit(|world| world.change_work_order(id, |one| one.property = place));
}

#[tokio::test]
async fn a_close_at_a_building_named_without_its_unit_goes_by_the_building_s_units() {
    let (pair, id) = synced(Policy::new(SyncMethod::All), strict).await;
    move_to(&pair, &id, unit("12", None));
    complete(&pair);
    waits_while_inactive(pair).await;
}

#[tokio::test]
async fn a_close_held_back_at_an_inactive_property_goes_on_once_the_work_order_stands_elsewhere() {
    let (mut pair, id) = synced(Policy::new(SyncMethod::All), strict).await;
    let other = unit("77", None);
    pair.add_property(&other);
    complete(&pair);
    set_active(&pair, false);
    pair.advance(TimeDelta::minutes(1));
    assert_eq!(pair.sync().await.reason(&key()), Reason::NotSupportedByPlatform);

    pair.advance(TimeDelta::days(6));
    move_to(&pair, &id, other);
    pair.advance(TimeDelta::minutes(15));
    assert_eq!(pair.sync().await.reason(&key()), Reason::StatusCompleted);
}
