//! Latchel's webhooks as the feed of changes: what the schedule asks for where they tell, and what is read of what they told.

use chrono::TimeDelta;
use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::ledger::Trigger;
use latchel_sync_core::mirror::MirrorStore;
use latchel_sync_core::model::*;
use tests::simulation::only_lists::OnlyLists;
use tests::simulation::pair::{Pair, job};

use super::{PLENTY, in_step};

/// The lists of work orders that a run by the schedule asked for.
async fn asked(pair: &Pair, source: &OnlyLists, trigger: Trigger) -> Vec<String> {
    source.take_reads();
    let phases = vec![Phase::WorkOrdersToLatchel, Phase::WorkOrdersToPlatform];
    pair.request(&Request { phases, trigger, ..Request::everything(Mode::Apply, pair.now) }).await;
    source.take_reads().into_iter().filter(|one| one.starts_with("jobs ")).collect()
}

#[tokio::test]
async fn the_schedule_asks_for_work_orders_once_an_hour_and_people_always() {
    let (mut pair, source) = in_step(PLENTY).await;
    pair.begin_anew_told(&source);
    pair.sync().await;
    for asks in [false, false, false, true, false] {
        pair.advance(TimeDelta::minutes(16));
        assert_eq!(!asked(&pair, &source, Trigger::Schedule).await.is_empty(), asks, "at {}", pair.now);
    }
    assert!(!asked(&pair, &source, Trigger::Manual).await.is_empty());
    // A process that hears of nothing asks each time.
    pair.begin_anew(&source);
    assert!(!asked(&pair, &source, Trigger::Schedule).await.is_empty());
}

#[tokio::test]
async fn a_work_order_that_a_webhook_tells_of_is_created_between_two_questions() {
    let (mut pair, source) = in_step(PLENTY).await;
    pair.begin_anew_told(&source);
    pair.sync().await;
    pair.advance(TimeDelta::minutes(16));
    let property = pair.latchel.edit(|world| world.properties.keys().next().copied());
    let new = JobId(390);
    pair.latchel.edit(|world| world.jobs.insert(new, job(new, property, world.now)));
    let made = |pair: &Pair| {
        let marker = |one: &WorkOrder| one.marker.is_some_and(|marker| marker.job() == new);
        pair.platform.edit(|world| {
            let rows = world.work_orders.values();
            rows.filter(|row| matches!(row, Row::Record(one) if marker(one))).count()
        })
    };
    assert_eq!(asked(&pair, &source, Trigger::Schedule).await, [""; 0]);
    assert_eq!(made(&pair), 0);
    let records = Some(vec![RecordKey::latchel(Kind::WorkOrder, new)]);
    let told = Request {
        records,
        phases: vec![Phase::WorkOrdersToPlatform],
        trigger: Trigger::Webhook,
        ..Request::everything(Mode::Apply, pair.now)
    };
    pair.request(&told).await;
    assert_eq!(made(&pair), 1);
}

#[tokio::test]
async fn a_property_that_a_webhook_tells_of_is_read_by_one_call_unless_it_was_just_seen() {
    let (mut pair, source) = in_step(PLENTY).await;
    pair.begin_anew_told(&source);
    pair.sync().await;
    let id = LatchelPropertyId(150);
    let tell = async |pair: &Pair| {
        source.take_reads();
        let records = Some(vec![RecordKey::latchel(Kind::Property, id)]);
        let request = Request {
            records,
            phases: Vec::new(),
            trigger: Trigger::Webhook,
            ..Request::everything(Mode::Apply, pair.now)
        };
        pair.request(&request).await;
        source.take_reads()
    };
    pair.latchel
        .edit(|world| world.properties.get_mut(&id).expect("it is there").name = "Renamed".to_owned());
    assert_eq!(tell(&pair).await, [""; 0], "it was seen a moment ago");
    pair.advance(TimeDelta::minutes(3));
    assert_eq!(tell(&pair).await, ["property 150"]);
    let kept = pair.ledger.by_id("main", Kind::Property, &[id.0]).await.expect("it is kept");
    assert!(kept[0].body.contains("Renamed"), "{kept:?}");
}

#[tokio::test]
async fn a_property_that_cannot_be_read_keeps_no_work_order_of_the_same_webhooks_waiting() {
    let (mut pair, source) = in_step(PLENTY).await;
    pair.begin_anew_told(&source);
    pair.sync().await;
    pair.advance(TimeDelta::minutes(16));
    source.fail_at("property 150");
    let job = pair.add_job("Diagnosing Issue");
    let key = RecordKey::latchel(Kind::WorkOrder, job);
    let request = Request {
        records: Some(vec![RecordKey::latchel(Kind::Property, LatchelPropertyId(150)), key.clone()]),
        phases: vec![Phase::WorkOrdersToPlatform],
        trigger: Trigger::Webhook,
        ..Request::everything(Mode::Apply, pair.now)
    };
    let done = pair.request(&request).await;
    assert_eq!(done.reason(&key), Reason::WorkOrderCreated);
    let warned = |one: &String| one.contains("property") && one.contains("150");
    assert!(done.run.warnings.iter().any(warned), "{:?}", done.run.warnings);
}
