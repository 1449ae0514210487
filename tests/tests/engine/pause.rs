//! A far side that is closed by its own schedule: no failure, nothing hammered, and the next run goes on.

use chrono::TimeDelta;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::{Phase, Reason, Status};
use latchel_sync_core::{ErrorKind, Ledger, LedgerAdmin};

use tests::simulation::pair::{Pair, world};

use super::faults::{assert_it_heals, before, let_it, writes};

#[tokio::test]
async fn a_closed_platform_pauses_the_run_and_the_next_one_does_everything() {
    for method in ["users", "properties"] {
        let mut pair = Pair::new(world()).await;
        pair.journal.decide(move |call| match call.method == method {
            true => Intercept::Fail(ErrorKind::Paused),
            false => Intercept::Proceed,
        });
        let done = pair.sync().await;
        assert_eq!(done.run.status, RunStatus::Paused, "{method}");
        assert!(done.outcomes.is_empty() && done.run.phases.len() == 1, "{method}: {:?}", done.run);
        assert!(done.run.phases[0].error.is_none() && done.run.phases[0].paused.is_some(), "{method}");
        let [warning] = done.run.warnings.as_slice() else { panic!("{:?}", done.run.warnings) };
        assert!(warning.contains("no failure") && warning.contains("goes on"), "{warning}");
        let asked = pair.journal.take().iter().filter(|call| call.method == method).count();
        assert_eq!(asked, 1, "{method} is not asked for again");
        let last = pair.ledger.last_success("main", Phase::Properties).await.expect("the ledger answers");
        assert_eq!(last, None, "{method}: nothing counts as done");

        pair.journal.decide(|_| Intercept::Proceed);
        pair.advance(TimeDelta::hours(7));
        assert_eq!(pair.sync().await.run.status, RunStatus::Success, "{method}");
    }
}

#[tokio::test]
async fn phases_before_the_pause_count_and_those_after_it_do_not() {
    let pair = Pair::new(world()).await;
    pair.journal.decide(|call| match call.method {
        "work_orders" => Intercept::Fail(ErrorKind::Paused),
        _ => Intercept::Proceed,
    });
    let done = pair.sync().await;
    assert_eq!(done.run.status, RunStatus::Paused);
    assert!(!done.outcomes.is_empty());
    assert!(done.outcomes.iter().all(|outcome| outcome.status() != Status::Failed), "{:?}", done.outcomes);
    for (phase, moved) in [
        (Phase::Properties, true),
        (Phase::Residents, true),
        (Phase::WorkOrdersToLatchel, false),
        (Phase::WorkOrdersToPlatform, false),
    ] {
        let last = pair.ledger.last_success("main", phase).await.expect("the ledger answers");
        assert_eq!(last.is_some(), moved, "{phase}");
    }
}

#[tokio::test]
async fn a_write_that_meets_the_pause_waits_and_is_made_by_the_next_run() {
    for (write, key) in writes() {
        let mut pair = before(write).await;
        let_it(&pair, write, Intercept::Fail(ErrorKind::Paused));
        let done = pair.sync().await;
        assert_eq!(done.reason(&key), Reason::FarSidePaused, "{write}");
        assert_eq!(done.run.status, RunStatus::Paused, "{write}");
        let waiting = pair.ledger.all_pending("main").await.expect("pending");
        let one = waiting.iter().find(|one| one.outcome.key == key).expect("it is pending");
        assert_eq!(one.next_try(), None, "{write}: it is no failure that is tried with growing pauses");
        assert_it_heals(&mut pair, write, &key).await;
    }
}

#[tokio::test]
async fn a_pause_beside_a_real_failure_does_not_hide_it() {
    let pair = before("create_property").await;
    pair.journal.decide(|call| match call.method {
        "create_property" if call.on == "13" => Intercept::Fail(ErrorKind::Refused),
        "residents" => Intercept::Fail(ErrorKind::Paused),
        _ => Intercept::Proceed,
    });
    let done = pair.sync().await;
    assert_eq!(done.run.status, RunStatus::Partial);
}
