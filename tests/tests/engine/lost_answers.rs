//! Late effects of a write whose answer was lost: dates that pass, people who go on, records that are gone.

use chrono::TimeDelta;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::model::*;
use latchel_sync_core::{ErrorKind, Ledger, LedgerAdmin};

use tests::simulation::pair::{Pair, stamped, world};

/// Intercepts every call of `method` so.
fn let_all(pair: &Pair, method: &'static str, intercept: Intercept) {
    pair.journal.decide(move |call| if call.method == method { intercept } else { Intercept::Proceed });
}

fn resident() -> RecordKey {
    RecordKey::platform(Kind::Resident, "R13@13")
}

fn work_order(id: &str) -> RecordKey {
    RecordKey::platform(Kind::WorkOrder, id)
}

/// A pair in which the resident at property 13 stays from tomorrow until in four days.
async fn about_to_move_in() -> Pair {
    let pair = Pair::new(world()).await;
    let day = |days| Some((pair.now + TimeDelta::days(days)).date_naive());
    pair.platform.edit(|world| {
        let Some(Row::Record(one)) = world.residents.values_mut().last() else { panic!() };
        (one.tenancies[0].move_in, one.tenancies[0].move_out) = (day(1), day(4));
    });
    pair
}

fn is_active(pair: &Pair) -> bool {
    pair.latchel.edit(|world| world.residents.values().last().expect("the resident").is_active)
}

#[tokio::test]
async fn a_move_in_whose_answer_was_lost_is_not_taken_for_somebodys_change() {
    let mut pair = about_to_move_in().await;
    pair.sync().await;
    pair.advance(TimeDelta::days(1));
    let_all(&pair, "update_resident", Intercept::LoseAnswer);
    pair.sync().await;
    assert!(is_active(&pair), "it was carried out");
    let_all(&pair, "update_resident", Intercept::Proceed);
    pair.advance(TimeDelta::hours(7));
    pair.sync().await;
    pair.advance(TimeDelta::days(4));
    assert_eq!(pair.sync().await.reason(&resident()), Reason::ResidentLapsed);
    assert!(!is_active(&pair));
}

#[tokio::test]
async fn a_move_out_that_fails_after_a_move_in_whose_answer_was_lost_is_tried_again() {
    let mut pair = about_to_move_in().await;
    pair.sync().await;
    pair.advance(TimeDelta::days(1));
    let_all(&pair, "update_resident", Intercept::LoseAnswer);
    pair.sync().await;
    assert!(is_active(&pair), "it was carried out");
    pair.advance(TimeDelta::days(4));
    let_all(&pair, "update_resident", Intercept::Fail(ErrorKind::Refused));
    pair.sync().await;
    assert!(is_active(&pair), "it was refused");
    let_all(&pair, "update_resident", Intercept::Proceed);
    pair.advance(TimeDelta::hours(7));
    pair.sync().await;
    assert!(!is_active(&pair));
}

#[tokio::test]
async fn a_move_in_that_never_arrived_is_tried_again() {
    let mut pair = about_to_move_in().await;
    pair.sync().await;
    pair.advance(TimeDelta::days(1));
    let_all(&pair, "update_resident", Intercept::Pretend);
    assert_eq!(pair.sync().await.reason(&resident()), Reason::NotConfirmed);
    let_all(&pair, "update_resident", Intercept::Proceed);
    pair.advance(TimeDelta::hours(7));
    pair.sync().await;
    assert!(is_active(&pair));
}

#[tokio::test]
async fn a_resident_whose_creation_was_lost_moves_in_and_out_all_the_same() {
    for (days, expected) in [(2, true), (5, false)] {
        let mut pair = about_to_move_in().await;
        let_all(&pair, "create_resident", Intercept::LoseAnswer);
        pair.sync().await;
        let_all(&pair, "create_resident", Intercept::Proceed);
        pair.advance(TimeDelta::days(days));
        pair.sync().await;
        pair.advance(TimeDelta::minutes(15));
        pair.sync().await;
        assert_eq!(is_active(&pair), expected, "after {days} days");
    }
}

#[tokio::test]
async fn a_change_on_the_platform_is_not_lost_to_a_move_in() {
    let mut pair = about_to_move_in().await;
    pair.sync().await;
    pair.advance(TimeDelta::hours(1));
    let leaves = Some((pair.now + TimeDelta::days(30)).date_naive());
    pair.platform.edit(|world| {
        let now = world.now;
        let Some(Row::Record(one)) = world.residents.values_mut().last() else { panic!() };
        one.tenancies[0].move_out = leaves;
        one.freshness = stamped(now);
    });
    // No sync comes by until the move-in is reached; then the change is in its window for the last time.
    pair.advance(TimeDelta::days(2));
    pair.sync().await;
    let latchel = pair.latchel.edit(|world| world.residents.values().last().expect("the resident").clone());
    assert_eq!((latchel.move_out, latchel.is_active), (leaves, true));
}

#[tokio::test]
async fn a_move_out_that_was_taken_back_in_a_lost_answer_is_not_gone_by() {
    let mut pair = about_to_move_in().await;
    pair.sync().await;
    let note = |pair: &mut Pair, move_out| {
        pair.advance(TimeDelta::hours(1));
        pair.platform.edit(|world| {
            let now = world.now;
            let Some(Row::Record(one)) = world.residents.values_mut().last() else { panic!() };
            (one.tenancies[0].move_out, one.freshness) = (move_out, stamped(now));
        });
    };
    note(&mut pair, None);
    let_all(&pair, "update_resident", Intercept::LoseAnswer);
    pair.sync().await;
    let_all(&pair, "update_resident", Intercept::Proceed);
    let leaves = Some((pair.now + TimeDelta::days(30)).date_naive());
    note(&mut pair, leaves);
    // The day on which they were to leave at first is over when a sync comes by.
    pair.advance(TimeDelta::days(5));
    pair.sync().await;
    let latchel = pair.latchel.edit(|world| world.residents.values().last().expect("the resident").clone());
    assert_eq!((latchel.move_out, latchel.is_active), (leaves, true));
}

#[tokio::test]
async fn somebody_set_inactive_in_a_lost_answer_until_a_move_in_is_still_updated() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    let note = |pair: &mut Pair, move_in: i64, move_out: Option<i64>| {
        pair.advance(TimeDelta::hours(1));
        pair.platform.edit(|world| {
            let now = world.now;
            let day = |days| (now + TimeDelta::days(days)).date_naive();
            let Some(Row::Record(one)) = world.residents.values_mut().last() else { panic!() };
            let stay = &mut one.tenancies[0];
            (stay.move_in, stay.move_out, one.freshness) =
                (Some(day(move_in)), move_out.map(day), stamped(now));
        });
    };
    note(&mut pair, 1, None);
    let_all(&pair, "update_resident", Intercept::LoseAnswer);
    pair.sync().await;
    assert!(!is_active(&pair), "they come tomorrow");
    let_all(&pair, "update_resident", Intercept::Proceed);
    note(&mut pair, 1, Some(30));
    pair.advance(TimeDelta::days(2));
    assert_eq!(pair.sync().await.reason(&resident()), Reason::ResidentChanged);
    let latchel = pair.latchel.edit(|world| world.residents.values().last().expect("the resident").clone());
    assert_eq!((latchel.move_out.is_some(), latchel.is_active), (true, true));
}

#[tokio::test]
async fn what_was_made_and_lost_is_closed_on_the_platform_when_it_is_found() {
    let mut pair = Pair::new(world()).await;
    let_all(&pair, "create_job", Intercept::LoseAnswer);
    pair.sync().await;
    let_all(&pair, "create_job", Intercept::Proceed);
    pair.advance(TimeDelta::hours(1));
    let id = pair.latchel.edit(|world| {
        let (id, job) = world.jobs.iter().last().expect("one was made");
        let found = (*id, job.work_order.clone().expect("its reference"));
        world.change_job(found.0, |job| job.state = JobState::Cancelled);
        found.1
    });
    pair.advance(TimeDelta::days(2));
    pair.sync().await;
    let status = pair.platform.edit(|world| match &world.work_orders[&id] {
        Row::Record(one) => one.status.closed(),
        other => panic!("{other:?}"),
    });
    assert_eq!(status, Some(ClosedStatus::Cancelled), "in the same run, in whose window it is");
}

#[tokio::test]
async fn a_create_ends_with_the_record_it_was_for() {
    let mut pair = Pair::new(world()).await;
    let_all(&pair, "create_job", Intercept::Fail(ErrorKind::Timeout));
    pair.sync().await;
    let_all(&pair, "create_job", Intercept::Proceed);
    pair.platform.edit(|world| {
        world.work_orders.remove(&WorkOrderId::new("W12"));
        // Nothing of the other is wanted any more.
        world
            .change_work_order(&WorkOrderId::new("W13"), |one| one.property.property = PropertyId::new("99"));
    });
    pair.advance(TimeDelta::hours(1));
    let done = pair.sync().await;
    assert_eq!(done.reason(&work_order("W12")), Reason::GoneFromSource);
    assert_eq!(done.reason(&work_order("W13")), Reason::NoPropertyMatch);
    assert_eq!(pair.ledger.check().await.expect("the ledger"), [""; 0]);
    let keys = [work_order("W12"), work_order("W13")];
    let memories = pair.ledger.recall("main", &keys).await.expect("memories");
    assert!(memories.iter().all(|memory| memory.intent.is_none()), "{memories:?}");
}

#[tokio::test]
async fn a_first_run_that_failed_is_made_up_for_however_late() {
    let mut pair = Pair::new(world()).await;
    let_all(&pair, "properties", Intercept::Fail(ErrorKind::Unavailable));
    pair.sync().await;
    let_all(&pair, "properties", Intercept::Proceed);
    pair.advance(TimeDelta::days(6));
    pair.sync().await;
    assert_eq!(pair.latchel.edit(|world| world.properties.len()), 2);
}

#[tokio::test]
async fn one_record_that_cannot_be_read_back_costs_none_of_those_that_were_created_with_it() {
    for kind in [ErrorKind::Malformed, ErrorKind::Unavailable] {
        let pair = Pair::new(world()).await;
        let (mut created, mut failed) = (false, false);
        pair.journal.decide(move |call| {
            created |= call.method == "create_property";
            if created && !failed && call.method == "properties_by_id" {
                failed = true;
                return Intercept::Fail(kind);
            }
            Intercept::Proceed
        });
        let done = pair.sync().await;
        let failures: Vec<_> =
            done.outcomes.iter().filter(|outcome| outcome.status() == Status::Failed).collect();
        assert!(failures.is_empty(), "{kind:?}: {failures:?}");
    }
}
