//! One phase that ends early, or that cannot have a row, and the phases after it.

use chrono::TimeDelta;
use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::*;
use latchel_sync_core::{ErrorKind, Ledger, LedgerAdmin};
use serde_json::json;

use tests::simulation::pair::{Pair, unit, world};

/// The phases that the run came to, and those that count as done.
async fn phases(pair: &Pair, method: &'static str, fails: Intercept) -> (Vec<Phase>, Vec<Phase>) {
    pair.journal.decide(move |call| if call.method == method { fails } else { Intercept::Proceed });
    let done = pair.sync().await;
    let begun = done.run.phases.iter().map(|report| report.phase).collect();
    let mut counted = Vec::new();
    for phase in Phase::ALL {
        if pair.ledger.last_success("main", phase).await.expect("the ledger answers").is_some() {
            counted.push(phase);
        }
    }
    (begun, counted)
}

#[tokio::test]
async fn a_phase_that_ends_early_does_not_stop_the_next_ones() {
    for kind in [
        ErrorKind::Unavailable,
        ErrorKind::Timeout,
        ErrorKind::RateLimited,
        ErrorKind::Malformed,
        ErrorKind::Refused,
        ErrorKind::Forbidden,
    ] {
        for (method, failed) in [("properties", Phase::Properties), ("residents", Phase::Residents)] {
            let pair = Pair::new(world()).await;
            let (begun, counted) = phases(&pair, method, Intercept::Fail(kind)).await;
            assert_eq!(begun, Phase::ALL, "{kind:?} in {method}");
            let others: Vec<_> = Phase::ALL.into_iter().filter(|phase| *phase != failed).collect();
            assert_eq!(counted, others, "{kind:?} in {method}");
        }
    }
}

#[tokio::test]
async fn what_makes_every_further_call_pointless_ends_the_run() {
    for kind in [
        ErrorKind::Unauthorized,
        ErrorKind::Paused,
        ErrorKind::Ledger,
        ErrorKind::Busy,
        ErrorKind::MassChange,
    ] {
        let pair = Pair::new(world()).await;
        let (begun, counted) = phases(&pair, "residents", Intercept::Fail(kind)).await;
        assert_eq!(begun, [Phase::Properties, Phase::Residents], "{kind:?}");
        assert_eq!(counted, [Phase::Properties], "{kind:?}");
    }
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_begins_no_further_phase() {
    let pair = Pair::new(world()).await;
    let request = Request::everything(Mode::Apply, pair.now);
    let stop = request.stop.clone();
    pair.journal.decide(move |call| {
        if call.method == "residents" {
            stop.stop();
        }
        Intercept::Proceed
    });
    let done = pair.request(&request).await;
    assert!(done.run.phases.len() <= 2, "{:?}", done.run.phases);
}

#[tokio::test]
async fn a_mistake_of_ours_ends_its_phase_alone_and_keeps_nobody_from_the_account() {
    for (method, others) in [("residents", 3), ("users", 0)] {
        let mut pair = Pair::new(world()).await;
        pair.journal.decide(move |call| {
            assert_ne!(call.method, method, "a mistake of ours");
            Intercept::Proceed
        });
        let done = pair.sync().await;
        let broken: Vec<_> =
            done.run.phases.iter().filter(|one| one.error_kind == Some(ErrorKind::Internal)).collect();
        assert_eq!(broken.len(), 1, "{:?}", done.run);
        assert!(broken[0].error.as_deref().is_some_and(|error| !error.contains("a mistake of ours")));
        assert_eq!(done.run.phases.len() - 1, others, "{method}");
        assert!(matches!(done.run.status, RunStatus::Partial | RunStatus::Failed), "{:?}", done.run);
        let stored = &pair.ledger.runs(Some("main"), 1).await.expect("runs")[0];
        assert_eq!(stored.status, done.run.status, "it is written down");
        // Nobody holds the lease any more.
        pair.journal.decide(|_| Intercept::Proceed);
        pair.advance(TimeDelta::seconds(1));
        assert_eq!(pair.sync().await.run.status, RunStatus::Success);
    }
}

fn place(row: usize) -> Row<Resident> {
    let problem = "it failed with status 500 at this row alone".to_owned();
    let unserved = Unserved { list: "tenants".to_owned(), row, problem: problem.clone() };
    let id = InvalidRecord::nameless("tenant", &unserved.stand_in());
    Row::Invalid(InvalidRecord { id, field: "the row".to_owned(), problem })
}

#[tokio::test]
async fn a_row_that_is_not_served_is_named_by_its_place_and_covered_again_until_it_is() {
    let mut world = world();
    let hidden = ResidentRef::new(ResidentId::new("R13"), PropertyId::new("13"));
    let Some(Row::Record(resident)) = world.residents.insert(hidden.clone(), place(2)) else { panic!() };
    let mut pair = Pair::new(world).await;
    let done = pair.sync().await;
    let key = RecordKey::platform(Kind::Resident, "?row 2 in tenants");
    assert_eq!(done.reason(&key), Reason::InvalidRecord);
    assert_eq!(done.reason(&RecordKey::platform(Kind::Resident, "R12@12")), Reason::ResidentNew);
    assert_eq!((done.run.status, done.run.phases.len()), (RunStatus::Partial, 4));
    let last = async |pair: &Pair, phase| pair.ledger.last_success("main", phase).await.expect("the ledger");
    assert_eq!(last(&pair, Phase::Residents).await, None, "the next run must cover the same time");
    assert!(
        last(&pair, Phase::Properties).await.is_some()
            && last(&pair, Phase::WorkOrdersToPlatform).await.is_some()
    );

    // It lies elsewhere in the next run, and is one and not two.
    pair.advance(TimeDelta::minutes(15));
    pair.platform.edit(|world| drop(world.residents.insert(hidden.clone(), place(1))));
    let done = pair.sync().await;
    assert_eq!(done.reason(&RecordKey::platform(Kind::Resident, "?row 1 in tenants")), Reason::InvalidRecord);
    assert_eq!(done.reason(&key), Reason::GoneFromSource);

    pair.advance(TimeDelta::minutes(15));
    pair.platform.edit(|world| drop(world.residents.insert(hidden.clone(), Row::Record(resident))));
    let done = pair.sync().await;
    assert_eq!(done.reason(&RecordKey::platform(Kind::Resident, &hidden)), Reason::ResidentNew);
    assert_eq!(done.run.status, RunStatus::Success);
    assert_eq!(last(&pair, Phase::Residents).await, Some(pair.now));
    let pending =
        pair.ledger.pending("main", Kind::Resident, Side::Platform, None, 10).await.expect("pending");
    assert!(pending.is_empty(), "{pending:?}");
}

#[tokio::test]
async fn a_row_without_an_id_that_can_be_read_lets_the_phase_succeed() {
    let mut world = world();
    let nameless = InvalidRecord::nameless("tenant", &json!({"LastName": 7}));
    let invalid = InvalidRecord { id: nameless, field: "Id".to_owned(), problem: "missing".to_owned() };
    world.residents.insert(ResidentRef::from_key("R14@14").expect("a key"), Row::Invalid(invalid));
    let pair = Pair::new(world).await;
    pair.sync().await;
    assert!(pair.ledger.last_success("main", Phase::Residents).await.expect("the ledger").is_some());
}

#[tokio::test]
async fn a_pending_record_at_which_the_far_side_fails_does_not_stop_the_others() {
    let mut world = world();
    for property in ["97", "98", "99"] {
        let order = tests::simulation::pair::work_order(&unit(property, None));
        world.work_orders.insert(order.id.clone(), Row::Record(order));
    }
    let mut pair = Pair::new(world).await;
    pair.sync().await;
    pair.let_it_age().await;
    ["97", "98", "99"].iter().for_each(|property| pair.add_property(&unit(property, None)));
    pair.journal.decide(|call| match call.method {
        "work_orders_by_id" if call.on.contains("W98") => Intercept::Fail(ErrorKind::Unavailable),
        _ => Intercept::Proceed,
    });
    let done = pair.sync().await;
    let reason = |id: &str| done.reason(&RecordKey::platform(Kind::WorkOrder, id));
    assert_eq!([reason("W97"), reason("W99")], [Reason::WorkOrderImported; 2]);
    assert_eq!(reason("W98"), Reason::CallFailed);
    assert!(done.outcomes.iter().filter(|one| one.status() == Status::Failed).count() == 1);
}
