//! Rows that cannot be understood, are of another kind, are only hinted at, or are gone.

use chrono::TimeDelta;
use latchel_sync_core::ErrorKind;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::*;
use serde_json::json;

use tests::simulation::pair::{Pair, unit, work_order, world};

fn invalid<T>(id: &str) -> Row<T> {
    let text = |text: &str| text.to_owned();
    Row::Invalid(InvalidRecord { id: text(id), field: text("MoveInDate"), problem: text("not a date") })
}

fn platform_work_order(id: &str) -> RecordKey {
    RecordKey::platform(Kind::WorkOrder, id)
}

#[tokio::test]
async fn an_unreadable_record_fails_alone_and_arrives_once_it_can_be_read() {
    let mut world = world();
    let bad = ResidentRef::new(ResidentId::new("R13"), PropertyId::new("13"));
    let good = world.residents.insert(bad.clone(), invalid(&bad.key())).expect("the resident");
    let mut pair = Pair::new(world).await;
    let done = pair.sync().await;
    let key = RecordKey::platform(Kind::Resident, &bad);
    assert_eq!(done.reason(&key), Reason::InvalidRecord);
    assert_eq!(done.reason(&RecordKey::platform(Kind::Resident, "R12@12")), Reason::ResidentNew);
    assert_eq!(done.run.status, RunStatus::Partial);

    pair.let_it_age().await;
    pair.platform.edit(|world| world.residents.insert(bad.clone(), good));
    assert_eq!(pair.sync().await.reason(&key), Reason::ResidentNew, "though it left the window");
}

#[tokio::test]
async fn a_row_without_an_id_is_kept_and_stops_nothing() {
    let mut world = world();
    let nameless = InvalidRecord::nameless("work order", &json!({"Title": "Tap"}));
    world.work_orders.insert(WorkOrderId::new("0"), invalid(&nameless));
    world.work_orders.insert(WorkOrderId::new("W99"), Row::Record(work_order(&unit("99", None))));
    let mut pair = Pair::new(world).await;
    assert_eq!(pair.sync().await.reason(&platform_work_order(&nameless)), Reason::InvalidRecord);

    pair.platform.edit(|world| drop(world.work_orders.remove(&WorkOrderId::new("0"))));
    pair.let_it_age().await;
    pair.add_property(&unit("99", None));
    let done = pair.sync().await;
    assert_eq!(done.reason(&platform_work_order(&nameless)), Reason::InvalidRecord, "it is still shown");
    assert_eq!(done.reason(&platform_work_order("W99")), Reason::WorkOrderImported, "the other goes on");
    assert!(done.run.phases.iter().all(|phase| phase.error.is_none()), "{:?}", done.run.phases);
}

#[tokio::test]
async fn a_pending_record_that_makes_the_call_fail_does_not_take_the_others_with_it() {
    let mut world = world();
    for property in ["98", "99"] {
        let one = work_order(&unit(property, None));
        world.work_orders.insert(one.id.clone(), Row::Record(one));
    }
    let mut pair = Pair::new(world).await;
    pair.sync().await;
    pair.let_it_age().await;
    pair.add_property(&unit("98", None));
    pair.add_property(&unit("99", None));
    pair.journal.decide(|call| match call.method == "work_orders_by_id" && call.on.contains("W98") {
        true => Intercept::Fail(ErrorKind::Refused),
        false => Intercept::Proceed,
    });
    let done = pair.sync().await;
    assert_eq!(done.reason(&platform_work_order("W98")), Reason::CallFailed);
    assert_eq!(done.reason(&platform_work_order("W99")), Reason::WorkOrderImported);
}

#[tokio::test]
async fn what_was_pending_and_is_gone_is_no_longer_pending() {
    let mut world = world();
    world.work_orders.insert(WorkOrderId::new("W99"), Row::Record(work_order(&unit("99", None))));
    world.properties.insert(unit("99", None), invalid("99"));
    let mut pair = Pair::new(world).await;
    let key = platform_work_order("W99");
    assert_eq!(pair.sync().await.reason(&key), Reason::NoPropertyMatch);

    pair.let_it_age().await;
    let done = pair.sync().await;
    assert_eq!(done.reason(&key), Reason::NoPropertyMatch, "its property is not there: no need to look");
    pair.platform.edit(|world| {
        world.work_orders.remove(&WorkOrderId::new("W99"));
    });
    pair.add_property(&unit("99", None));
    assert_eq!(pair.sync().await.reason(&key), Reason::GoneFromSource);
    let after = pair.sync().await;
    assert!(!after.outcomes.iter().any(|outcome| outcome.key == key));
}

#[tokio::test]
async fn a_record_of_another_kind_has_its_outcome_and_is_looked_at_once() {
    let mut world = world();
    let fingerprint = Some(Fingerprint::of(&json!({"Id": 77})));
    let what = "a work order of an association".to_owned();
    let id = "77".to_owned();
    world.work_orders.insert(WorkOrderId::new("77"), Row::NotSupported { id, what, fingerprint });
    let pair = Pair::new(world).await;
    let done = pair.sync().await;
    assert_eq!(done.reason(&platform_work_order("77")), Reason::NotSupported);
    assert_eq!(done.run.status, RunStatus::Success, "it is no failure");
}

/// Work orders of kinds that are not synced, one for each of `kinds`.
fn unsynced(kinds: &[&str]) -> Vec<(WorkOrderId, Row<WorkOrder>)> {
    let row = |(number, kind): (usize, &&str)| {
        let id = format!("unsynced-{number}");
        let row = Row::NotSupported { id: id.clone(), what: (*kind).to_owned(), fingerprint: None };
        (WorkOrderId::new(id), row)
    };
    kinds.iter().enumerate().map(row).collect()
}

/// Status and last error of a run over these work orders alone.
async fn run_over(work_orders: Vec<(WorkOrderId, Row<WorkOrder>)>) -> (RunStatus, String) {
    let mut world = world();
    world.work_orders = work_orders.into_iter().collect();
    let run = Pair::new(world).await.sync().await.run;
    (run.status, run.phases.iter().filter_map(|phase| phase.error.clone()).collect())
}

#[tokio::test]
async fn work_orders_that_are_all_skipped_for_one_reason_are_no_quiet_run() {
    const NOWHERE: &str = "an issue of no property or unit";
    let (status, error) = run_over(unsynced(&[NOWHERE; 3])).await;
    assert_eq!(status, RunStatus::Partial);
    assert!(error.contains("all 3 work orders") && error.contains(NOWHERE), "{error}");
    let mut with_another = unsynced(&[NOWHERE; 3]);
    with_another.extend(world().work_orders.into_iter().take(1));
    for quiet in
        [unsynced(&[NOWHERE; 2]), unsynced(&[NOWHERE, NOWHERE, "a task of the office"]), with_another]
    {
        let done = run_over(quiet.clone()).await;
        assert_eq!(done, (RunStatus::Success, String::new()), "{quiet:?}");
    }
}

#[tokio::test]
async fn where_work_orders_are_synced_a_time_without_any_is_quiet_and_one_that_no_longer_can_be_is_not() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    let synced: Vec<_> = pair.platform.edit(|world| {
        let before = std::mem::take(&mut world.work_orders);
        world.work_orders = unsynced(&["a task of the office"; 3]).into_iter().collect();
        before.into_keys().collect()
    });
    pair.now += TimeDelta::days(5);
    assert_eq!(pair.sync().await.run.status, RunStatus::Success);
    pair.platform.edit(|world| {
        let id = synced[0].clone();
        let what = "a task of the office".to_owned();
        world
            .work_orders
            .insert(id.clone(), Row::NotSupported { id: id.to_string(), what, fingerprint: None });
    });
    assert_eq!(pair.sync().await.run.status, RunStatus::Partial);
}

#[tokio::test]
async fn a_hint_is_followed_once_and_then_only_if_its_content_changes() {
    let id = WorkOrderId::new("W13");
    let hint = |pair: &Pair, content: &str| {
        pair.platform.edit(|world| world.hinted.insert(id.clone(), Fingerprint::of(&json!(content))));
    };
    let looked =
        |pair: &Pair| pair.journal.take().iter().filter(|call| call.method == "work_orders_by_id").count();
    let mut pair = Pair::new(world()).await;
    pair.platform.edit(|world| {
        let Some(Row::Record(one)) = world.work_orders.get_mut(&id) else { panic!("no work order") };
        one.assigned_users.clear();
        one.property = unit("99", None);
        let fingerprint = Fingerprint::of(&json!("one"));
        one.freshness = Freshness::Fingerprint { fingerprint, at_least: None };
    });
    hint(&pair, "one");
    let done = pair.sync().await;
    assert_eq!(done.reason(&platform_work_order("W13")), Reason::NoPropertyMatch);
    assert_eq!(looked(&pair), 1);

    pair.advance(TimeDelta::minutes(15));
    let done = pair.sync().await;
    assert_eq!(done.reason(&platform_work_order("W13")), Reason::NoPropertyMatch, "still pending");
    assert_eq!(looked(&pair), 0, "the content is the same");

    hint(&pair, "two");
    pair.sync().await;
    assert_eq!(looked(&pair), 1, "the content is another");
}

#[tokio::test]
async fn a_hint_at_what_is_gone_has_an_outcome() {
    let mut world = world();
    let gone = work_order(&unit("13", None));
    world.hinted.insert(gone.id.clone(), Fingerprint::of(&json!("one")));
    let mut pair = Pair::new(world).await;
    let removed = gone.id.clone();
    let platform = std::sync::Arc::clone(&pair.platform);
    pair.journal.decide(move |call| {
        if call.method == "work_orders_by_id" {
            platform.edit(|world| drop(world.work_orders.remove(&removed)));
        }
        Intercept::Proceed
    });
    assert_eq!(pair.sync().await.reason(&platform_work_order("W13")), Reason::GoneFromSource);
    pair.advance(TimeDelta::minutes(15));
    assert_eq!(pair.sync().await.run.status, RunStatus::Success);
}
