//! Rows of Latchel's lists that cannot be understood, and lists that cannot be had whole.

use chrono::TimeDelta;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::mirror::{MirrorList, MirrorStore, UnreadReference};
use latchel_sync_core::model::*;

use super::{PLENTY, carriers, in_step, key, rename};
use tests::simulation::pair::{Pair, stamped, unit, work_order};

/// 152 refers to property 20, and nobody can tell.
#[tokio::test]
async fn a_row_that_may_be_anybody_keeps_creates_back_and_is_named() {
    let (mut pair, source) = in_step(PLENTY).await;
    source.garble(152, UnreadReference::Unknown);
    let there = unit("20", None);
    pair.add_property(&there);
    let done = pair.sync().await;
    assert_eq!(done.reason(&key(&there)), Reason::MirrorIncomplete, "{:?}", done.outcomes);
    let named =
        |one: &String| one.contains("152") && one.contains("move_out") && one.contains("nothing is created");
    assert!(done.run.warnings.iter().any(named), "{:?}", done.run.warnings);

    source.mend();
    pair.advance(TimeDelta::hours(2));
    assert_eq!(pair.sync().await.reason(&key(&there)), Reason::PropertyChanged);
    assert_eq!(carriers(&pair, &there), [152]);
}

#[tokio::test]
async fn a_row_that_may_be_anybody_but_is_linked_keeps_nobody_back() {
    let (mut pair, source) = in_step(PLENTY).await;
    pair.sync().await;
    pair.advance(TimeDelta::days(1));
    source.garble(100, UnreadReference::Unknown);
    let new = unit("30", None);
    pair.add_property(&new);
    let done = pair.sync().await;
    assert_eq!(done.reason(&key(&new)), Reason::PropertyNew);
    pair.advance(TimeDelta::minutes(15));
    let warnings = pair.sync().await.run.warnings;
    assert!(warnings.iter().any(|one| one.contains("property 100: move_out")), "{warnings:?}");
}

#[tokio::test]
async fn a_row_whose_reference_is_understood_keeps_back_that_record_alone() {
    let (pair, source) = in_step(PLENTY).await;
    let (there, new) = (unit("20", None), unit("30", None));
    source.garble(152, UnreadReference::Is(there.to_string()));
    source.garble(150, UnreadReference::Nothing);
    pair.add_property(&there);
    pair.add_property(&new);
    let done = pair.sync().await;
    assert_eq!(done.reason(&key(&new)), Reason::PropertyNew, "{:?}", done.outcomes);
    assert_eq!(carriers(&pair, &there), [152], "{:?}", done.outcomes);
    assert!(done.reason(&key(&there)).status() == Status::Failed, "{:?}", done.outcomes);
}

#[tokio::test]
async fn a_work_order_that_cannot_be_understood_is_said_and_keeps_creates_back_if_it_may_be_anybodys() {
    for (reference, held) in [(UnreadReference::Unknown, true), (UnreadReference::Nothing, false)] {
        let (mut pair, source) = in_step(PLENTY).await;
        pair.sync().await;
        pair.advance(TimeDelta::minutes(15));
        let new = pair.add_job("Diagnosing Issue");
        source.garble(new.0, reference);
        let id = order(&pair, "W90");
        let done = pair.sync().await;
        let unread = RecordKey::latchel(Kind::WorkOrder, new);
        assert_eq!(done.reason(&unread), Reason::InvalidRecord, "{:?}", done.outcomes);
        let expected = if held { Reason::MirrorIncomplete } else { Reason::WorkOrderImported };
        assert_eq!(done.reason(&id), expected, "{:?}", done.outcomes);
    }
}

/// The mirror begins anew, and has never understood the row.
#[tokio::test]
async fn a_linked_record_that_cannot_be_understood_fails_alone() {
    let (pair, source) = in_step(PLENTY).await;
    source.garble(101, UnreadReference::Is("13".to_owned()));
    source.garble(201, UnreadReference::Unknown);
    let (bad, good) = (unit("13", None), unit("12", Some("34")));
    rename(&pair, &bad, "Oak");
    rename(&pair, &good, "Elm");
    let done = pair.sync().await;
    assert_eq!(done.reason(&key(&bad)), Reason::InvalidRecord, "{:?}", done.outcomes);
    assert_eq!(done.reason(&key(&good)), Reason::PropertyChanged, "{:?}", done.outcomes);
    let of_resident = RecordKey::platform(Kind::Resident, "R13@13");
    assert_eq!(done.reason(&of_resident), Reason::InvalidRecord, "{:?}", done.outcomes);
    let detail = done.outcomes.iter().find(|one| one.key == key(&bad)).and_then(|one| one.detail.clone());
    assert!(detail.as_ref().is_some_and(|words| words.contains("move_out")), "{detail:?}");
    assert!(done.run.phases.iter().all(|phase| phase.error.is_none()), "{:?}", done.run.phases);
}

/// An unlinked record at which Latchel fails is not known to be there, and stops nobody.
#[tokio::test]
async fn a_record_at_which_latchel_fails_does_not_end_the_run() {
    let (pair, source) = in_step(PLENTY).await;
    source.next_walk(MirrorList::Properties, &[&[100, 101], &[150, 151], &[152]]);
    source.next_walk(MirrorList::Properties, &[&[100, 101], &[101, 150], &[151]]);
    pair.sync().await;
    source.fail_at("property 152");
    let new = unit("30", None);
    pair.add_property(&new);
    let done = pair.sync().await;
    assert_eq!(done.reason(&key(&new)), Reason::PropertyNew, "{:?}", done.outcomes);
    assert_eq!(done.run.phases.len(), 4);
}

/// The work order that the create made is left out of each list that is asked for, in the place of a row that comes twice.
#[tokio::test]
async fn a_work_order_whose_answer_was_lost_is_not_sent_again_while_lists_leave_it_out() {
    let (mut pair, source) = in_step(PLENTY).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    let id = order(&pair, "W90");
    pair.journal.decide(|call| match call.method {
        "create_job" => Intercept::LoseAnswer,
        _ => Intercept::Proceed,
    });
    pair.sync().await;
    pair.journal.decide(|_| Intercept::Proceed);
    pair.advance(TimeDelta::minutes(15));
    let made = of(&pair, "W90");
    assert_eq!(made.len(), 1, "it was made");
    let known: Vec<_> =
        pair.latchel.edit(|world| world.jobs.keys().map(|id| id.0).filter(|id| *id != made[0].0).collect());
    let [one, other] = known[..] else { panic!("two work orders: {known:?}") };
    for _ in 0..5 {
        source.next_walk(MirrorList::Jobs, &[&[one, other], &[other]]);
    }
    let done = pair.sync().await;
    assert_eq!(done.reason(&id), Reason::MirrorIncomplete, "{:?}", done.outcomes);
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    assert_eq!(of(&pair, "W90"), made);
}

/// Completed, opened again and completed again, in a run that walks through the list once more.
#[tokio::test]
async fn a_second_close_is_brought_over_though_the_list_is_walked_through() {
    let (mut pair, _) = in_step(PLENTY).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    let new = pair.add_job("Diagnosing Issue");
    pair.sync().await;
    for (state, stamp) in [("Completed", 10), ("Diagnosing Issue", 20)] {
        pair.advance(TimeDelta::minutes(stamp));
        set_state(&pair, new, state);
        pair.sync().await;
    }
    let [work_order] = pair.made_from(new).try_into().expect("one");
    assert_eq!(work_order.status, WorkOrderStatus::Closed(ClosedStatus::Completed));
    open(&pair, &work_order.id);
    pair.advance(TimeDelta::minutes(15));
    set_state(&pair, new, "Completed");
    // The platform has one that is far older than what the mirror keeps.
    let old = WorkOrderId::new("W1000");
    pair.platform.edit(|world| {
        let at = world.now - TimeDelta::days(400);
        let freshness = Freshness::Stamped { created_at: Some(at), updated_at: Some(world.now) };
        let one = WorkOrder { id: old.clone(), freshness, ..work_order_of(&old) };
        world.work_orders.insert(old.clone(), Row::Record(one));
    });
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    let [work_order] = pair.made_from(new).try_into().expect("one");
    assert_eq!(work_order.status, WorkOrderStatus::Closed(ClosedStatus::Completed));
    let walk = pair.ledger.walk("main", MirrorList::Jobs).await.expect("read").expect("a walk");
    assert!(walk.number > 1, "it was walked through again: {walk:?}");
}

fn work_order_of(id: &WorkOrderId) -> WorkOrder {
    WorkOrder { id: id.clone(), ..work_order(&unit("13", None)) }
}

/// A new work order on the platform.
fn order(pair: &Pair, id: &str) -> RecordKey {
    let id = WorkOrderId::new(id);
    pair.platform.edit(|world| {
        let one = WorkOrder { freshness: stamped(world.now), ..work_order_of(&id) };
        world.work_orders.insert(id.clone(), Row::Record(one));
    });
    RecordKey::platform(Kind::WorkOrder, &id)
}

/// Latchel's work orders that refer to one of the platform's.
fn of(pair: &Pair, id: &str) -> Vec<JobId> {
    let id = WorkOrderId::new(id);
    let refer = |job: &&Job| job.work_order.as_ref() == Some(&id);
    pair.latchel.edit(|world| world.jobs.values().filter(refer).map(|one| one.id).collect())
}

fn set_state(pair: &Pair, id: JobId, state: &str) {
    pair.latchel.edit(|world| {
        let now = world.now;
        let job = world.jobs.get_mut(&id).expect("it is there");
        job.state = JobState::from_name(state);
        (job.updated_at, job.state_updated_at) = (now, Some(now));
    });
}

/// Somebody opens the platform's work order again.
fn open(pair: &Pair, id: &WorkOrderId) {
    pair.platform.edit(|world| {
        let now = world.now;
        let Some(Row::Record(one)) = world.work_orders.get_mut(id) else { panic!("it is there") };
        one.status = WorkOrderStatus::Open("Open".to_owned());
        one.freshness = stamped(now);
    });
}
