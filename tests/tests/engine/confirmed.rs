//! Creates that were answered, on a platform that does not store what it is given (rules E3, S1).

use std::sync::Arc;

use chrono::TimeDelta;
use latchel_sync_core::Ledger;
use latchel_sync_core::engine::banner;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::*;

use tests::simulation::pair::{Done, LATCHEL_USER, Pair, world};

/// Change that the platform makes to a new work order, again whenever it is read.
type Stored = fn(&mut WorkOrder);

fn without_marker(one: &mut WorkOrder) {
    one.marker = None;
}

fn without_unit(one: &mut WorkOrder) {
    one.property.unit = None;
}

fn without_assignee(one: &mut WorkOrder) {
    one.assigned_users.clear();
}

fn as_sent(_: &mut WorkOrder) {}

/// Lets the platform store new work orders otherwise.
fn stores(pair: &Pair, stored: Stored) {
    let platform = Arc::clone(&pair.platform);
    pair.journal.decide(move |call| {
        if call.method == "work_orders_by_id" || call.method == "work_orders" {
            platform.edit(|world| {
                let new = world.work_orders.iter_mut().filter(|(id, _)| id.as_str().starts_with("50"));
                for (_, row) in new {
                    if let Row::Record(one) = row {
                        stored(one);
                    }
                }
            });
        }
        Intercept::Proceed
    });
}

/// A synced pair with one new Latchel work order, under a policy.
async fn with_job(method: SyncMethod, state: &str) -> (Pair, RecordKey) {
    let mut pair = Pair::with(world(), Policy::new(method), |platform| platform).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    let job = pair.add_job(state);
    pair.advance(TimeDelta::minutes(15));
    (pair, RecordKey::latchel(Kind::WorkOrder, job))
}

async fn link_of(pair: &Pair, key: &RecordKey) -> Link {
    let memory = pair.ledger.recall("main", std::slice::from_ref(key)).await.expect("a ledger").pop();
    *memory.and_then(|memory| memory.link).expect("it is linked")
}

fn new_on_platform(pair: &Pair) -> usize {
    pair.platform.edit(|world| world.work_orders.keys().filter(|id| id.as_str().starts_with("50")).count())
}

fn detail(done: &Done, key: &RecordKey) -> String {
    let outcome = done.outcomes.iter().find(|outcome| outcome.key == *key).expect("its outcome");
    outcome.detail.clone().unwrap_or_default()
}

#[tokio::test]
async fn what_was_answered_is_made_once_whatever_the_platform_stores_of_it() {
    let altered: [(Stored, Difference, &str); 3] = [
        (without_marker, Difference::Marker, "the tag [Latchel #302] is missing or altered"),
        (without_unit, Difference::Unit, "it was sent for unit 34 of property 12 and is at property 12"),
        (without_assignee, Difference::Assignee, "it is not assigned to Latchel"),
    ];
    for (stored, part, words) in altered {
        let (mut pair, key) = with_job(SyncMethod::All, "Diagnosing Issue").await;
        stores(&pair, stored);
        for run in 0..5 {
            let done = pair.sync().await;
            assert_eq!(done.reason(&key), Reason::NotConfirmed, "{part:?} in run {run}");
            assert!(detail(&done, &key).contains(words), "{}", detail(&done, &key));
            assert_eq!(new_on_platform(&pair), 1, "{part:?} in run {run}: it is never sent again");
            let jobs = pair.latchel.edit(|world| world.jobs.len());
            assert_eq!(jobs, 3, "{part:?} in run {run}: nor is it imported as a new one");
            let link = link_of(&pair, &key).await;
            assert_eq!((link.verified_at, link.not_stored), (None, vec![part]));
            pair.advance(TimeDelta::hours(7));
        }
        // The number is written back all the same, so that the pair is known without the ledger.
        let number = pair.latchel.edit(|world| world.jobs[&JobId(302)].number.clone());
        assert_eq!(number.as_deref(), Some("WO-5000"));
        let memories = pair.ledger.find("main", Kind::WorkOrder, "5000").await.expect("found");
        let told = banner(&memories, "the platform", pair.now, chrono_tz::UTC);
        assert_eq!(told.status, Status::Failed, "never shown as synced: {told:?}");
        assert!(told.explanation.contains(words), "{told:?}");

        // Somebody mends it.
        stores(&pair, as_sent);
        pair.platform.edit(|world| {
            world.change_work_order(&WorkOrderId::new("5000"), |one| {
                one.marker = Some(Marker::for_job(JobId(302)));
                one.property.unit = Some(UnitId::new("34"));
                one.assigned_users = vec![UserId::new(LATCHEL_USER)];
            });
        });
        let done = pair.sync().await;
        assert_eq!(done.run.status, RunStatus::Success, "{part:?}: {:?}", done.outcomes);
        let link = link_of(&pair, &key).await;
        assert!(link.verified_at.is_some() && link.not_stored.is_empty(), "{link:?}");
    }
}

#[tokio::test]
async fn what_was_stored_as_it_was_sent_is_confirmed_at_once() {
    let (pair, key) = with_job(SyncMethod::All, "Diagnosing Issue").await;
    assert_eq!(pair.sync().await.reason(&key), Reason::WorkOrderCreated);
    let link = link_of(&pair, &key).await;
    assert!(link.verified_at.is_some() && link.sent_for.is_none(), "{link:?}");
}

#[tokio::test]
async fn the_id_in_the_answer_is_kept_though_it_cannot_be_read_back() {
    let (mut pair, key) = with_job(SyncMethod::All, "Diagnosing Issue").await;
    let mut reads = 0;
    pair.journal.decide(move |call| {
        reads += u32::from(call.method == "work_orders_by_id");
        match call.method {
            "work_orders_by_id" if reads == 1 => Intercept::Fail(latchel_sync_core::ErrorKind::Timeout),
            _ => Intercept::Proceed,
        }
    });
    assert_eq!(pair.sync().await.reason(&key), Reason::CallFailed);
    assert_eq!(link_of(&pair, &key).await.platform_id, "5000");
    pair.advance(TimeDelta::minutes(15));
    pair.journal.take();
    assert_eq!(pair.sync().await.reason(&key), Reason::WorkOrderRecovered);
    assert!(!pair.journal.take().iter().any(|call| call.method == "find_by_marker"), "nothing is looked for");
    assert_eq!(new_on_platform(&pair), 1);
}

#[tokio::test]
async fn what_was_recovered_is_compared_as_what_is_new_is() {
    let (mut pair, key) = with_job(SyncMethod::Assigned, "Diagnosing Issue").await;
    pair.journal.decide(|call| match call.method {
        "create_work_order" => Intercept::LoseAnswer,
        _ => Intercept::Proceed,
    });
    pair.sync().await;
    stores(&pair, without_assignee);
    for _ in 0..2 {
        pair.advance(TimeDelta::hours(7));
        let done = pair.sync().await;
        assert!(detail(&done, &key).contains("not assigned to Latchel"), "{:?}", done.outcomes);
        assert_eq!(done.reason(&key), Reason::NotConfirmed);
    }
    // It never was assigned, so that nobody has taken it from Latchel (rule L11).
    pair.latchel.edit(|world| world.change_job(JobId(302), |job| job.state = JobState::Completed));
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    let closed = pair.made_from(JobId(302)).pop().and_then(|one| one.status.closed());
    assert_eq!(closed, Some(ClosedStatus::Completed));
}

#[tokio::test]
async fn an_answer_that_names_a_record_of_another_pair_tears_nothing_apart() {
    let (mut pair, key) = with_job(SyncMethod::All, "Diagnosing Issue").await;
    assert_eq!(pair.sync().await.reason(&key), Reason::WorkOrderCreated);
    pair.advance(TimeDelta::minutes(1));
    let other = pair.add_job("Diagnosing Issue");
    // The pretended answer names work order 0, which is somebody else's pair by then.
    let taken = Link { platform_id: "0".to_owned(), ..link_of(&pair, &key).await };
    let new = latchel_sync_core::ledger::NewRun {
        id: latchel_sync_core::model::RunId(uuid::Uuid::now_v7()),
        account: "main".to_owned(),
        now: pair.now,
        day: None,
        trigger: latchel_sync_core::ledger::Trigger::Manual,
        holder: "the test".to_owned(),
        phases: latchel_sync_core::model::Phase::ALL.to_vec(),
    };
    let lease = pair.ledger.begin_run(&new).await.expect("a lease");
    pair.ledger.unlink(&lease, Kind::WorkOrder, "5000").await.expect("ended");
    pair.ledger.put_link(&lease, &taken).await.expect("a link");
    pair.journal.decide(|call| match call.method {
        "create_work_order" => Intercept::Pretend,
        _ => Intercept::Proceed,
    });
    pair.advance(TimeDelta::minutes(15));
    let other = RecordKey::latchel(Kind::WorkOrder, other);
    assert_eq!(pair.sync().await.reason(&other), Reason::NotConfirmed);
    assert_eq!(link_of(&pair, &key).await.platform_id, "0");
}
