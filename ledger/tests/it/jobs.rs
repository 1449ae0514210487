//! Tests of the jobs that all processes on one PostgreSQL share.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::model::Phase;
use latchel_sync_ledger::jobs::{
    Beginning, Begun, Claim, DueDate, Ended, NewDueDate, NewJob, Next, SharedJobs, Task, Which,
};
use latchel_sync_ledger::{PostgresLedger, throw_away};
use uuid::Uuid;

async fn jobs() -> SharedJobs {
    let ledger = PostgresLedger::open(&throw_away::fresh_url().await).await.expect("the jobs");
    SharedJobs::open(&ledger).await.expect("the jobs")
}

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-03-02T{text}Z").parse().expect("the jobs")
}

fn asked(account: &str, digest: &str, rank: i16) -> NewJob {
    NewJob {
        id: Uuid::now_v7(),
        account: account.to_owned(),
        digest: digest.to_owned(),
        joins: false,
        holds: Phase::ALL.to_vec(),
        rank,
        request: "{}".to_owned(),
        data: "{}".to_owned(),
    }
}

fn due(part: &str, due_at: DateTime<Utc>, replaces: Option<i64>) -> NewDueDate {
    NewDueDate {
        account: "main".to_owned(),
        part: part.to_owned(),
        due_at,
        after: TimeDelta::zero(),
        late_from: Some(due_at),
        timetable: "every 15m".to_owned(),
        replaces,
    }
}

async fn claim(jobs: &SharedJobs, worker: &str) -> Option<Claim> {
    jobs.claim(worker, Which::Any).await.expect("the jobs")
}

async fn begin(jobs: &SharedJobs, claim: &Claim, holds: &[Phase], rank: i16) -> Beginning {
    let begun = Begun { id: Uuid::now_v7(), account: "main", holds, rank, request: "{}", data: "{}" };
    jobs.begin(claim, begun).await.expect("the jobs")
}

async fn known(jobs: &SharedJobs, part: &str) -> DueDate {
    let all = jobs.due_dates().await.expect("the jobs");
    all.into_iter().find(|one| one.part == part).expect("the jobs")
}

#[tokio::test]
async fn a_task_for_another_due_date_has_nothing_to_do() {
    let jobs = jobs().await;
    jobs.put_due_dates(&[due("work_orders", at("12:00:00"), None)]).await.unwrap();
    // Another process that knew of none comes too late.
    jobs.put_due_dates(&[due("work_orders", at("13:00:00"), None)]).await.unwrap();
    assert_eq!(known(&jobs, "work_orders").await.due_at, at("12:00:00"));
    let first = claim(&jobs, "one").await.unwrap();
    assert!(claim(&jobs, "other").await.is_none(), "there is one task for it");
    // The timetable is changed while it is under way: its end leaves the new date alone.
    jobs.put_due_dates(&[due("work_orders", at("14:00:00"), Some(1))]).await.unwrap();
    let next = Next::Due { at: at("12:15:00"), after: TimeDelta::hours(1), late_from: None, is_slow: false };
    assert!(jobs.end(&first, None, next).await.unwrap());
    let now = known(&jobs, "work_orders").await;
    assert_eq!((now.due_at, now.epoch, now.is_kept), (at("14:00:00"), 2, true));
    let second = claim(&jobs, "other").await.unwrap();
    assert!(matches!(second.task, Task::Due { epoch: 2, .. }));
    assert!(jobs.end(&second, None, next).await.unwrap());
    let now = known(&jobs, "work_orders").await;
    assert_eq!((now.due_at, now.epoch, now.is_kept), (at("12:15:00"), 3, true));
    assert!(claim(&jobs, "one").await.is_none(), "its time has not come");
}

#[tokio::test]
async fn what_is_given_back_leaves_another_due_date_alone() {
    let jobs = jobs().await;
    jobs.put_due_dates(&[due("work_orders", at("12:00:00"), None)]).await.unwrap();
    let first = claim(&jobs, "one").await.unwrap();
    jobs.put_due_dates(&[due("work_orders", at("14:00:00"), Some(1))]).await.unwrap();
    jobs.defer(&first, TimeDelta::zero(), None).await.unwrap();
    let next = claim(&jobs, "one").await.unwrap();
    assert!(matches!(next.task, Task::Due { epoch: 2, .. }), "{next:?}");
    assert!(claim(&jobs, "one").await.is_none());
    jobs.forget(at("14:00:00")).await.unwrap();
    assert!(known(&jobs, "work_orders").await.is_kept);
}

#[tokio::test]
async fn what_is_late_goes_before_the_rest_and_what_people_ask_for_before_both() {
    let jobs = jobs().await;
    let late = due("late", at("12:00:00"), None);
    let ordinary = NewDueDate { late_from: None, ..due("ordinary", at("12:00:00"), None) };
    jobs.put_due_dates(&[ordinary, late]).await.unwrap();
    jobs.deliver("main", 1, TimeDelta::zero()).await.unwrap();
    let by_hand = asked("main", "sync", 0);
    jobs.ask(&by_hand).await.unwrap();
    jobs.put_late_first(at("11:59:59")).await.unwrap();
    assert_eq!(jobs.late(at("12:00:00")).await.unwrap().len(), 1);
    jobs.put_late_first(at("12:00:00")).await.unwrap();
    let mut order = Vec::new();
    while let Some(claim) = claim(&jobs, "one").await {
        order.push(match claim.task {
            Task::Asked { .. } => "asked".to_owned(),
            Task::Told { .. } => "told".to_owned(),
            Task::Due { part, .. } => part,
        });
    }
    assert_eq!(order, ["asked", "told", "late", "ordinary"]);
    assert_eq!(jobs.counts(at("12:00:00")).await.unwrap(), (3, 0));
}

#[tokio::test]
async fn work_that_took_long_is_left_to_whoever_has_room_for_it() {
    let jobs = jobs().await;
    jobs.put_due_dates(&[due("work_orders", at("12:00:00"), None)]).await.unwrap();
    let first = jobs.claim("one", Which::Quick).await.unwrap().unwrap();
    let next = Next::Due { at: at("12:15:00"), after: TimeDelta::zero(), late_from: None, is_slow: true };
    assert!(jobs.end(&first, None, next).await.unwrap());
    assert!(jobs.claim("one", Which::Quick).await.unwrap().is_none());
    assert!(claim(&jobs, "one").await.unwrap().is_slow);
}

#[tokio::test]
async fn two_jobs_of_an_account_that_share_a_phase_are_not_under_way_at_once() {
    let jobs = jobs().await;
    let (one, other) = (asked("main", "sync", 0), asked("main", "plan", 0));
    assert_eq!(jobs.ask(&one).await.unwrap(), one.id);
    assert_eq!(jobs.ask(&asked("main", "sync", 0)).await.unwrap(), one.id, "the same waits already");
    assert_eq!(jobs.ask(&other).await.unwrap(), other.id);
    let first = claim(&jobs, "one").await.unwrap();
    let second = claim(&jobs, "other").await.unwrap();
    // Whoever was asked for first goes first, whichever is claimed first.
    assert_eq!(begin(&jobs, &second, &Phase::ALL, 0).await, Beginning::Blocked);
    assert_eq!(begin(&jobs, &first, &Phase::ALL, 0).await, Beginning::Begun(one.id));
    assert_eq!(begin(&jobs, &second, &Phase::ALL, 0).await, Beginning::Blocked);
    assert_eq!(begin(&jobs, &second, &[], 0).await, Beginning::Begun(other.id), "it holds nothing");
    let ended = |id| Ended { id, data: Some("{}"), result: Some("[]"), at: at("12:00:00") };
    assert!(jobs.end(&first, Some(ended(one.id)), Next::Nothing).await.unwrap());
    assert_eq!(jobs.job(one.id).await.unwrap().map(|seen| seen.state), Some("ended".to_owned()));
    assert_ne!(jobs.ask(&asked("main", "sync", 0)).await.unwrap(), one.id);
}

#[tokio::test]
async fn whoever_lost_a_job_changes_nothing_by_its_end() {
    let jobs = jobs().await.taking_over_after(Duration::from_millis(50));
    let asked = asked("main", "sync", 0);
    jobs.ask(&asked).await.unwrap();
    jobs.beat("frozen").await.unwrap();
    let frozen = claim(&jobs, "frozen").await.unwrap();
    assert_eq!(begin(&jobs, &frozen, &Phase::ALL, 0).await, Beginning::Begun(asked.id));
    let taken = loop {
        jobs.sweep().await.unwrap();
        if let Some(taken) = claim(&jobs, "other").await {
            break taken;
        }
    };
    let ended = Ended { id: asked.id, data: Some("{}"), result: None, at: at("12:00:00") };
    assert!(!jobs.end(&frozen, Some(ended), Next::Nothing).await.unwrap());
    jobs.defer(&frozen, TimeDelta::zero(), None).await.unwrap();
    assert_eq!(begin(&jobs, &frozen, &Phase::ALL, 0).await, Beginning::Lost);
    assert_eq!(begin(&jobs, &taken, &Phase::ALL, 0).await, Beginning::Begun(asked.id));
    assert!(jobs.end(&taken, Some(ended), Next::Nothing).await.unwrap());
    assert!(claim(&jobs, "other").await.is_none());
}

#[tokio::test]
async fn what_is_given_back_waits_for_whoever_claims_it() {
    let jobs = jobs().await;
    let asked = asked("main", "sync", 0);
    jobs.ask(&asked).await.unwrap();
    let first = claim(&jobs, "one").await.unwrap();
    begin(&jobs, &first, &Phase::ALL, 0).await;
    assert_eq!(jobs.counts(at("12:00:00")).await.unwrap(), (0, 1));
    jobs.defer(&first, TimeDelta::zero(), Some("{\"again\":true}")).await.unwrap();
    assert_eq!(jobs.counts(at("12:00:00")).await.unwrap(), (1, 0));
    let second = claim(&jobs, "other").await.unwrap();
    assert_eq!(second.asked, Some(("{}".to_owned(), "{\"again\":true}".to_owned())));
}

#[tokio::test]
async fn a_duty_is_one_processs_at_a_time() {
    let jobs = jobs().await;
    let take = async |holder, length| jobs.take_duty("alerts", holder, length).await.unwrap();
    assert!(take("one", TimeDelta::minutes(1)).await);
    assert!(take("one", TimeDelta::minutes(1)).await);
    assert!(!take("other", TimeDelta::minutes(1)).await);
    assert!(take("one", TimeDelta::zero()).await);
    assert!(take("other", TimeDelta::minutes(1)).await);
}
