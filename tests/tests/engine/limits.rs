//! Limits: things that a platform cannot do, and properties that its Latchel user cannot reach.

use chrono::TimeDelta;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::model::*;
use latchel_sync_core::{Capabilities, ErrorKind, FindingLevel, Platform};

use tests::simulation::pair::{LATCHEL_USER, Pair, unit, work_order, world};

async fn with(change: fn(&mut Capabilities)) -> Pair {
    with_method(SyncMethod::All, change).await
}

async fn with_method(method: SyncMethod, change: fn(&mut Capabilities)) -> Pair {
    let policy = Policy::new(method);
    let limited = |platform: latchel_sync_core::in_memory::MemoryPlatform| {
        let mut capabilities = platform.capabilities();
        change(&mut capabilities);
        platform.with_capabilities(capabilities)
    };
    let mut pair = Pair::with(world(), policy, limited).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    pair.journal.take();
    pair
}

#[tokio::test]
async fn a_platform_without_a_create_says_so_instead_of_failing() {
    let mut pair = with(|capabilities| capabilities.create_work_order = false).await;
    let job = pair.add_job("Diagnosing Issue");
    pair.advance(TimeDelta::minutes(15));
    let key = RecordKey::latchel(Kind::WorkOrder, job);
    assert_eq!(pair.sync().await.reason(&key), Reason::NotSupportedByPlatform);
    assert_eq!(pair.journal.take_writes(), []);
}

#[tokio::test]
async fn a_platform_that_cannot_cancel_still_completes() {
    let mut pair = with(|capabilities| capabilities.set_cancelled = false).await;
    let (done, off) = (pair.add_job("Diagnosing Issue"), pair.add_job("Diagnosing Issue"));
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    pair.latchel.edit(|world| {
        world.change_job(done, |job| job.state = JobState::Completed);
        world.change_job(off, |job| job.state = JobState::Cancelled);
    });
    pair.advance(TimeDelta::minutes(15));
    let outcome = pair.sync().await;
    assert_eq!(outcome.reason(&RecordKey::latchel(Kind::WorkOrder, done)), Reason::StatusCompleted);
    let off_key = RecordKey::latchel(Kind::WorkOrder, off);
    assert_eq!(outcome.reason(&off_key), Reason::NotSupportedByPlatform);
    let words = |pair: &Pair| {
        let calls = pair.journal.take();
        calls.iter().filter(|call| call.method == "leave_word").count()
    };
    assert_eq!(words(&pair), 1, "of the one that was cancelled");
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    assert_eq!(words(&pair), 0, "once for each time that it is cancelled");
}

#[tokio::test]
async fn word_that_could_not_be_left_is_left_later() {
    let mut pair = with(|capabilities| capabilities.set_cancelled = false).await;
    let off = pair.add_job("Diagnosing Issue");
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    pair.latchel.edit(|world| world.change_job(off, |job| job.state = JobState::Cancelled));
    let mut tries = 0;
    pair.journal.decide(move |call| match call.method {
        "leave_word" if std::mem::replace(&mut tries, 1) == 0 => Intercept::Fail(ErrorKind::Unavailable),
        _ => Intercept::Proceed,
    });
    pair.advance(TimeDelta::minutes(15));
    let key = RecordKey::latchel(Kind::WorkOrder, off);
    assert_eq!(pair.sync().await.reason(&key).status(), Status::Failed);
    pair.advance(TimeDelta::minutes(15));
    assert_eq!(pair.sync().await.reason(&key), Reason::NotSupportedByPlatform);
}

#[tokio::test]
async fn an_unreachable_property_gets_no_work_order_unless_reach_is_unknown() {
    for (knows_reach, expected) in
        [(true, Reason::PropertyNotAssignedToLatchel), (false, Reason::WorkOrderCreated)]
    {
        let mut pair = match knows_reach {
            true => with(|_| {}).await,
            false => with(|capabilities| capabilities.knows_reach = false).await,
        };
        pair.platform.edit(|world| world.unreachable = vec![PropertyId::new("12"), PropertyId::new("13")]);
        let job = pair.add_job("Diagnosing Issue");
        pair.advance(TimeDelta::minutes(15));
        assert_eq!(pair.sync().await.reason(&RecordKey::latchel(Kind::WorkOrder, job)), expected);
    }
}

#[tokio::test]
async fn what_a_platform_that_cannot_assign_got_from_us_is_closed_all_the_same() {
    for (can_assign, expected) in [(false, Reason::StatusCompleted), (true, Reason::UnassignedStopsUpdates)] {
        let mut pair = match can_assign {
            true => with_method(SyncMethod::Assigned, |_| {}).await,
            false => with_method(SyncMethod::Assigned, |capabilities| capabilities.assign_user = false).await,
        };
        let job = pair.add_job("Diagnosing Issue");
        pair.advance(TimeDelta::minutes(15));
        let done = pair.sync().await;
        let key = RecordKey::latchel(Kind::WorkOrder, job);
        assert_eq!(done.reason(&key), Reason::WorkOrderCreated);
        let outcome = done.outcomes.iter().find(|outcome| outcome.key == key).expect("an outcome");
        let said = outcome.detail.as_deref().is_some_and(|detail| detail.contains("cannot assign"));
        assert_eq!(said, !can_assign, "{outcome:?}");
        let made = pair.made_from(job);
        let [work_order] = made.as_slice() else { panic!("{made:?}") };
        assert_eq!(work_order.assigned_users.len(), usize::from(can_assign));

        pair.platform.edit(|world| {
            world.change_work_order(&work_order.id, |work_order| work_order.assigned_users.clear());
        });
        pair.latchel.edit(|world| world.change_job(job, |job| job.state = JobState::Completed));
        pair.advance(TimeDelta::minutes(15));
        assert_eq!(pair.sync().await.reason(&key), expected);
    }
}

#[tokio::test]
async fn what_was_taken_from_latchel_on_a_platform_that_cannot_assign_is_not_closed() {
    let mut pair = with_method(SyncMethod::Assigned, |capabilities| capabilities.assign_user = false).await;
    let job = pair.latchel.edit(|world| *world.jobs.keys().next().expect("an imported one"));
    let taken = pair.latchel.edit(|world| world.jobs[&job].work_order.clone().expect("a reference"));
    pair.platform.edit(|world| {
        world.change_work_order(&taken, |work_order| work_order.assigned_users.clear());
    });
    pair.latchel.edit(|world| world.change_job(job, |job| job.state = JobState::Completed));
    pair.advance(TimeDelta::minutes(15));
    let key = RecordKey::latchel(Kind::WorkOrder, job);
    assert_eq!(pair.sync().await.reason(&key), Reason::UnassignedStopsUpdates);
}

#[tokio::test]
async fn an_inactive_namesake_is_no_candidate_and_its_work_orders_are_still_latchels() {
    for active in [false, true] {
        let mut pair = with_method(SyncMethod::Assigned, |_| {}).await;
        let old = UserId::new("77");
        let theirs = work_order(&unit("13", None));
        pair.platform.edit(|world| {
            world.users.push(User { id: old.clone(), name: "Old Latchel".to_owned(), is_active: active });
            let updated_at = Some(world.now);
            let freshness = Freshness::Stamped { created_at: None, updated_at };
            let one = WorkOrder {
                id: WorkOrderId::new("W77"),
                assigned_users: vec![old.clone()],
                freshness,
                ..theirs
            };
            world.work_orders.insert(one.id.clone(), Row::Record(one));
        });
        let job = pair.add_job("Diagnosing Issue");
        pair.advance(TimeDelta::minutes(15));
        let done = pair.sync().await;
        let imported = done.reason(&RecordKey::platform(Kind::WorkOrder, "W77"));
        assert_eq!(imported, Reason::WorkOrderImported, "rule M2, active: {active}");
        let made = pair.made_from(job);
        assert_eq!(made.len(), usize::from(!active), "two active ones are for people to choose from");
        assert!(made.iter().all(|one| one.assigned_users == [UserId::new(LATCHEL_USER)]));
    }
}

#[tokio::test]
async fn a_latchel_user_is_needed_only_where_something_can_be_assigned() {
    for (can_assign, expected) in [(false, 1), (true, 0)] {
        let mut pair = match can_assign {
            true => with(|_| {}).await,
            false => with(|capabilities| capabilities.assign_user = false).await,
        };
        pair.platform.edit(|world| world.users.retain(|user| !user.is_latchel()));
        let job = pair.add_job("Diagnosing Issue");
        pair.advance(TimeDelta::minutes(15));
        pair.sync().await;
        assert_eq!(pair.made_from(job).len(), expected);
        let level = |findings: Vec<latchel_sync_core::Finding>| {
            findings.into_iter().find(|one| one.subject == "Latchel user").map(|one| one.level)
        };
        let wrong = if can_assign { FindingLevel::Error } else { FindingLevel::Warning };
        assert_eq!(level(pair.engine.check(pair.now).await), Some(wrong));
    }
}

#[tokio::test]
async fn what_has_left_a_list_of_open_work_orders_counts_as_closed_and_is_asked_for_once() {
    let mut pair = with(|can| {
        (can.create_work_order, can.set_completed, can.set_cancelled) = (false, false, false);
        can.lists_closed = false;
    })
    .await;
    let [closed, open] = ["W12", "W13"].map(WorkOrderId::new);
    let job = |id: &WorkOrderId| {
        let of = |job: &&Job| job.work_order.as_ref() == Some(id);
        RecordKey::latchel(
            Kind::WorkOrder,
            pair.latchel.edit(|world| world.jobs.values().find(of).expect("it").id),
        )
    };
    let keys = [job(&closed), job(&open)];
    pair.platform.edit(|world| {
        let completed = WorkOrderStatus::Closed(ClosedStatus::Completed);
        world.change_work_order(&closed, |one| one.status = completed);
    });
    pair.latchel.edit(|world| {
        let ids: Vec<_> = world.jobs.keys().copied().collect();
        ids.into_iter().for_each(|id| world.change_job(id, |job| job.state = JobState::Completed));
    });
    for run in 0..2 {
        pair.advance(TimeDelta::minutes(15));
        pair.journal.take();
        let done = pair.sync().await;
        let reasons = [done.reason(&keys[0]), done.reason(&keys[1])];
        assert_eq!(reasons, [Reason::StatusAlreadySet, Reason::NotSupportedByPlatform]);
        let detail = done.outcomes.iter().find(|one| one.key == keys[0]).and_then(|one| one.detail.clone());
        assert_eq!(detail.is_some_and(|detail| detail.contains("no longer among")), run == 0);
        let asked = pair.journal.take().into_iter().filter(|call| call.method == "work_orders_by_id").count();
        assert_eq!(asked, if run == 0 { 2 } else { 0 }, "run {run}");
    }
    // It is open again, and listed: Latchel and the platform differ.
    pair.platform.edit(|world| {
        world.change_work_order(&closed, |one| one.status = WorkOrderStatus::Open("Reopened".to_owned()));
    });
    pair.advance(TimeDelta::minutes(15));
    assert_eq!(pair.sync().await.reason(&keys[0]), Reason::StatusConflict);
}

#[tokio::test]
async fn what_is_closed_before_it_was_seen_is_not_imported_where_lists_leave_it_out() {
    let mut pair = with(|can| can.lists_closed = false).await;
    pair.platform.edit(|world| {
        let status = WorkOrderStatus::Closed(ClosedStatus::Cancelled);
        let freshness = tests::simulation::pair::stamped(world.now);
        let one =
            WorkOrder { id: WorkOrderId::new("W99"), status, freshness, ..work_order(&unit("13", None)) };
        world.work_orders.insert(one.id.clone(), Row::Record(one));
    });
    pair.advance(TimeDelta::minutes(15));
    let done = pair.sync().await;
    assert!(!done.outcomes.iter().any(|one| one.key.id == "W99"), "{:?}", done.outcomes);
}
