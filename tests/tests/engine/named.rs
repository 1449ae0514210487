//! Runs of named records alone.

use chrono::TimeDelta;
use latchel_sync_core::ErrorKind;
use latchel_sync_core::Ledger;
use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::model::*;

use tests::simulation::pair::{Done, Pair, unit, work_order, world};

async fn sync_named(pair: &Pair, records: Vec<RecordKey>) -> Done {
    let request = Request { records: Some(records), ..Request::everything(Mode::Apply, pair.now) };
    pair.request(&request).await
}

#[tokio::test]
async fn named_records_come_over_and_the_others_wait_for_a_run_of_the_window() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::hours(2));
    let (named, other) = (pair.add_job("Diagnosing Issue"), pair.add_job("Diagnosing Issue"));
    let key = |job| RecordKey::latchel(Kind::WorkOrder, job);

    let done = sync_named(&pair, vec![key(named)]).await;
    assert_eq!(done.outcomes.len(), 1);
    assert_eq!(done.reason(&key(named)), Reason::WorkOrderCreated);
    assert_eq!((pair.made_from(named).len(), pair.made_from(other).len()), (1, 0));

    // It moved no watermark: what the run did not look at is still in the window of the next.
    let start = pair.now - TimeDelta::hours(2);
    for phase in Phase::ALL {
        assert_eq!(pair.ledger.last_success("main", phase).await.expect("read"), Some(start), "{phase}");
    }
    pair.sync().await;
    assert_eq!((pair.made_from(named).len(), pair.made_from(other).len()), (1, 1));
}

#[tokio::test]
async fn one_that_has_left_the_window_comes_over_all_the_same() {
    let mut pair = Pair::new(world()).await;
    pair.let_it_age().await;
    let name = "Elm Street Flats";
    pair.platform.edit(|world| {
        let Some(Row::Record(one)) = world.properties.get_mut(&unit("13", None)) else {
            panic!("it is there")
        };
        one.property_name = name.to_owned();
    });
    let key = RecordKey::platform(Kind::Property, unit("13", None));
    assert!(pair.sync().await.outcomes.iter().all(|outcome| outcome.key != key));
    assert_eq!(sync_named(&pair, vec![key.clone()]).await.reason(&key), Reason::PropertyChanged);
}

#[tokio::test]
async fn one_that_failed_is_tried_without_its_pause() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    let job = pair.add_job("Diagnosing Issue");
    let key = RecordKey::latchel(Kind::WorkOrder, job);
    pair.journal.decide(|call| match call.method {
        "create_work_order" => Intercept::Fail(ErrorKind::Refused),
        _ => Intercept::Proceed,
    });
    assert_eq!(pair.sync().await.reason(&key), Reason::CallFailed);
    pair.journal.decide(|_| Intercept::Proceed);
    pair.advance(TimeDelta::seconds(1));
    pair.sync().await;
    assert_eq!(pair.made_from(job).len(), 0, "it pauses");
    assert_eq!(sync_named(&pair, vec![key.clone()]).await.reason(&key), Reason::WorkOrderCreated);
}

#[tokio::test]
async fn of_one_that_is_nowhere_nothing_is_said_and_of_one_that_is_gone_that() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    let gone = work_order(&unit("13", None)).id;
    pair.platform.edit(|world| world.work_orders.remove(&gone));
    let key = |id: &str| RecordKey::platform(Kind::WorkOrder, id);
    let done = sync_named(&pair, vec![key(gone.as_str()), key("never heard of")]).await;
    assert_eq!(done.outcomes.len(), 1);
    assert_eq!(done.reason(&key(gone.as_str())), Reason::GoneFromSource);
}

#[tokio::test]
async fn one_that_is_named_several_times_has_one_outcome_also_where_it_cannot_be_read() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    let job = pair.add_job("Diagnosing Issue");
    let key = RecordKey::latchel(Kind::WorkOrder, job);
    pair.journal.decide(|call| match call.method {
        "jobs_by_id" => Intercept::Fail(ErrorKind::Unavailable),
        _ => Intercept::Proceed,
    });
    assert_eq!(sync_named(&pair, vec![key.clone(); 3]).await.reason(&key), Reason::CallFailed);
    pair.journal.decide(|_| Intercept::Proceed);
    assert_eq!(sync_named(&pair, vec![key.clone(); 3]).await.reason(&key), Reason::WorkOrderCreated);
    assert_eq!(pair.made_from(job).len(), 1);
}
