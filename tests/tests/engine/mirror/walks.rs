//! Completeness of a mirror: what walks show, and what may be created before and after.

use chrono::TimeDelta;
use latchel_sync_core::ErrorKind;
use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::Trigger;
use latchel_sync_core::mirror::{MirrorList, MirrorStore, Walk};
use latchel_sync_core::model::*;

use super::{PLENTY, carriers, in_step, key, put};
use tests::simulation::only_lists::OnlyLists;
use tests::simulation::pair::{Pair, job, stamped, unit, work_order};

async fn walk(pair: &Pair) -> Walk {
    pair.ledger.walk("main", MirrorList::Properties).await.expect("read").expect("a walk")
}

#[tokio::test]
async fn creates_wait_until_the_list_was_seen_whole() {
    // A run may read one page, and the list has three.
    let (mut pair, source) = in_step(2).await;
    let new = unit("30", None);
    pair.add_property(&new);
    for read in 1..=2 {
        let done = pair.sync().await;
        assert_eq!(done.reason(&key(&new)), Reason::MirrorIncomplete, "after {read} pages");
        assert!(done.run.warnings.iter().any(|one| one.contains("properties")), "{:?}", done.run.warnings);
        assert_eq!(pair.journal.take_writes(), []);
        pair.advance(TimeDelta::minutes(15));
        // A process that begins anew goes on where the one before ended.
        pair.begin_anew(&source);
    }
    let done = pair.sync().await;
    assert_eq!(done.reason(&key(&new)), Reason::PropertyNew);
    let pages: Vec<_> =
        source.take_reads().into_iter().filter(|one| one.starts_with("properties ")).collect();
    assert_eq!(pages, ["properties 1", "properties 2", "properties 3"]);
    assert_eq!(carriers(&pair, &new).len(), 1);
}

#[tokio::test]
async fn a_row_that_a_walk_leaves_out_is_found_by_another() {
    let (pair, source) = in_step(PLENTY).await;
    // 152 is the one that refers to property 20. The second walk leaves it out like the first.
    for _ in 0..2 {
        source.next_walk(MirrorList::Properties, &[&[100, 101], &[150, 151], &[151]]);
    }
    source.next_walk(MirrorList::Properties, &[&[100, 101], &[151, 152], &[151]]);
    let there = unit("20", None);
    pair.add_property(&there);
    let done = pair.sync().await;
    assert_eq!(carriers(&pair, &there), [152], "it was there: {:?}", done.outcomes);
    assert_eq!(done.reason(&key(&there)), Reason::PropertyChanged);
    assert_eq!(walk(&pair).await.number, 3);
}

#[tokio::test]
async fn a_list_that_repeats_rows_of_itself_is_proven_by_walks_that_add_nothing() {
    let (pair, source) = in_step(PLENTY).await;
    for _ in 0..4 {
        source.next_walk(MirrorList::Properties, &[&[100, 101], &[101, 150], &[150, 151], &[151, 152]]);
    }
    let new = unit("30", None);
    pair.add_property(&new);
    assert_eq!(pair.sync().await.reason(&key(&new)), Reason::PropertyNew);
    assert_eq!(walk(&pair).await.number, 4);
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_by_the_next_walk() {
    let (mut pair, _) = in_step(PLENTY).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    let new = unit("30", None);
    loses_the_answer_of_a_create(&mut pair).await;
    pair.sync().await;
    assert_eq!(carriers(&pair, &new).len(), 1, "it was not sent again");
    assert_eq!(pair.sync().await.reason(&key(&new)), Reason::PropertyUnchanged);
}

/// Walks that came to their end without a doubt say nothing of a later one that repeats a row in the place of the new one.
#[tokio::test]
async fn a_create_whose_answer_was_lost_is_not_sent_again_after_a_walk_that_leaves_it_out() {
    let (mut pair, source) = in_step(PLENTY).await;
    for _ in 0..4 {
        pair.sync().await;
        pair.advance(TimeDelta::days(1));
    }
    loses_the_answer_of_a_create(&mut pair).await;
    source.next_walk(MirrorList::Properties, &[&[100, 101], &[150, 151], &[151, 152]]);
    pair.sync().await;
    assert_eq!(carriers(&pair, &unit("30", None)).len(), 1);
}

/// A list that repeats rows of itself proves what was there when the first of three walks began.
#[tokio::test]
async fn a_create_whose_answer_was_lost_is_not_sent_again_for_walks_that_began_before_it() {
    let (mut pair, source) = in_step(PLENTY).await;
    for _ in 0..5 {
        source.next_walk(MirrorList::Properties, &[&[100, 101], &[101, 150], &[150, 151], &[151, 152]]);
    }
    loses_the_answer_of_a_create(&mut pair).await;
    pair.sync().await;
    assert_eq!(carriers(&pair, &unit("30", None)).len(), 1);
}

async fn loses_the_answer_of_a_create(pair: &mut Pair) {
    let new = unit("30", None);
    pair.add_property(&new);
    pair.journal.decide(|call| match call.method {
        "create_property" => Intercept::LoseAnswer,
        _ => Intercept::Proceed,
    });
    assert_eq!(pair.sync().await.reason(&key(&new)), Reason::CallFailed);
    pair.journal.decide(|_| Intercept::Proceed);
    pair.advance(TimeDelta::minutes(15));
}

#[tokio::test]
async fn what_somebody_has_made_since_the_last_walk_is_not_made_again() {
    let (mut pair, _) = in_step(PLENTY).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    let new = unit("30", None);
    put(&pair, 160, Some(new.clone()));
    pair.add_property(&new);
    pair.sync().await;
    assert_eq!(carriers(&pair, &new), [160]);
}

#[tokio::test]
async fn a_work_order_that_a_webhook_names_is_looked_for_before_it_is_created() {
    let (mut pair, _) = in_step(PLENTY).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    let id = WorkOrderId::new("W90");
    pair.platform.edit(|world| {
        let freshness = stamped(world.now);
        let one = WorkOrder { id: id.clone(), freshness, ..work_order(&unit("13", None)) };
        world.work_orders.insert(id.clone(), Row::Record(one));
    });
    pair.latchel.edit(|world| {
        let one =
            Job { work_order: Some(id.clone()), ..job(JobId(390), Some(LatchelPropertyId(101)), world.now) };
        world.jobs.insert(JobId(390), one);
    });
    let named = Some(vec![RecordKey::platform(Kind::WorkOrder, &id)]);
    pair.request(&Request { records: named, ..Request::everything(Mode::Apply, pair.now) }).await;
    let refer = |job: &&Job| job.work_order.as_ref() == Some(&id);
    let jobs: Vec<_> =
        pair.latchel.edit(|world| world.jobs.values().filter(refer).map(|one| one.id).collect());
    assert_eq!(jobs, [JobId(390)]);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_costs_no_more_than_the_run() {
    let (mut pair, source) = in_step(2).await;
    let new = unit("30", None);
    pair.add_property(&new);
    pair.sync().await;
    // The process dies with the list half read, and the line is down for a run.
    pair.begin_anew(&source);
    pair.journal.decide(|_| Intercept::Fail(ErrorKind::Unavailable));
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    pair.journal.decide(|_| Intercept::Proceed);
    for _ in 0..3 {
        pair.advance(TimeDelta::minutes(15));
        pair.sync().await;
    }
    assert_eq!(carriers(&pair, &new).len(), 1);
}

/// The list repeats a row in the place of the new one, as it may, and days pass between the runs.
#[tokio::test]
async fn a_work_order_that_a_question_leaves_out_is_asked_for_again_and_created_days_later() {
    let (mut pair, source) = in_step(PLENTY).await;
    let known: Vec<_> = pair.latchel.edit(|world| world.jobs.keys().map(|id| id.0).collect());
    let [one, other] = known[..] else { panic!("two work orders: {known:?}") };
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    let new = pair.add_job("Diagnosing Issue");
    pair.advance(TimeDelta::days(5));
    // Those that were created, and those that were updated.
    for _ in 0..2 {
        source.next_walk(MirrorList::Jobs, &[&[one, other], &[other]]);
    }
    pair.sync().await;
    assert_eq!(pair.made_from(new).len(), 0, "nobody has seen it");
    pair.advance(TimeDelta::days(4));
    pair.sync().await;
    assert_eq!(pair.made_from(new).len(), 1);
}

/// A run of the other direction is the first to see it; the direction that creates it has looked at later days meanwhile.
#[tokio::test]
async fn a_work_order_that_is_found_late_by_the_other_direction_is_created_all_the_same() {
    let (mut pair, source) = in_step(PLENTY).await;
    let known: Vec<_> = pair.latchel.edit(|world| world.jobs.keys().map(|id| id.0).collect());
    let [one, other] = known[..] else { panic!("two work orders: {known:?}") };
    pair.sync().await;
    pair.advance(TimeDelta::minutes(1));
    let new = pair.add_job("Diagnosing Issue");
    pair.advance(TimeDelta::days(5));
    for _ in 0..2 {
        source.next_walk(MirrorList::Jobs, &[&[one, other], &[other]]);
    }
    pair.sync().await;
    pair.advance(TimeDelta::days(4));
    let phases = vec![Phase::WorkOrdersToLatchel];
    pair.request(&Request { phases, ..Request::everything(Mode::Apply, pair.now) }).await;
    pair.advance(TimeDelta::days(3));
    pair.sync().await;
    assert_eq!(pair.made_from(new).len(), 1);
}

/// Pages of the properties' list that a run of the schedule through these phases reads.
async fn pages_of(pair: &Pair, source: &OnlyLists, phases: &[Phase]) -> usize {
    source.take_reads();
    let request = Request {
        phases: phases.to_vec(),
        trigger: Trigger::Schedule,
        ..Request::everything(Mode::Apply, pair.now)
    };
    pair.request(&request).await;
    source.take_reads().iter().filter(|read| read.starts_with("properties ")).count()
}

#[tokio::test]
async fn a_day_later_the_list_is_walked_through_by_a_run_of_its_own_and_not_by_those_of_work_orders() {
    let work_orders = [Phase::WorkOrdersToLatchel, Phase::WorkOrdersToPlatform];
    let (mut pair, source) = in_step(PLENTY).await;
    pair.sync().await;
    // A daily run begins a moment earlier than the day before.
    pair.advance(TimeDelta::days(1) - TimeDelta::minutes(1));
    assert_eq!(pages_of(&pair, &source, &work_orders).await, 0);
    assert_eq!(pages_of(&pair, &source, &[Phase::Properties]).await, 3);
    assert_eq!(walk(&pair).await.number, 2);
    assert_eq!(pages_of(&pair, &source, &[Phase::Properties]).await, 0, "it is walked through once a day");
}

#[tokio::test]
async fn runs_of_work_orders_read_what_the_lists_own_runs_cannot_make_good() {
    let work_orders = [Phase::WorkOrdersToLatchel, Phase::WorkOrdersToPlatform];
    let (mut pair, _) = in_step(PLENTY).await;
    pair.sync().await;
    // From now on a run may read one page.
    let source = pair.only_list(1);
    pair.advance(TimeDelta::days(1));
    assert_eq!(pages_of(&pair, &source, &[Phase::Properties]).await, 1);
    assert_eq!(pages_of(&pair, &source, &work_orders).await, 0, "the next daily run reads as many");
    pair.advance(TimeDelta::hours(23));
    assert_eq!(pages_of(&pair, &source, &work_orders).await, 1, "three pages are due, and one run reads one");
    assert_eq!(pages_of(&pair, &source, &work_orders).await, 0);
}
