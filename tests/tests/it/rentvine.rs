//! The built binary against the mock Rentvine, which says 200 to writes that it did not do.

use chrono::TimeDelta;
use mock_pms::world::{Table, Task, TaskStatus, World};
use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, GenerateSpec, LoggedRequest, Side, Switch};
use serde_json::{Value, json};
use specs::{Asked, Spec};

use crate::both_ways::{new_job, set_state};
use crate::platforms::{Lacks, generated, same_state_as_buildium, there_and_back};
use crate::setup::{Setup, noon};

const BASE: &str = "/api/manager";
const WORK_ORDERS: &str = "/api/manager/maintenance/work-orders";

/// Paths that the contract sheet has, and the reconstructed specification has not.
const NOT_SPECIFIED: [&str; 3] = ["/maintenance-technicians", "/portfolios", "/units"];

async fn rentvine(method: &str) -> Setup {
    generated(Dialect::RENTVINE, method, |_| {}).await
}

/// The calls to the platform since the last sync began.
fn calls(setup: &Setup) -> Vec<LoggedRequest> {
    setup.server.requests().into_iter().filter(|request| request.side == Side::Platform).collect()
}

fn orders(setup: &Setup) -> usize {
    setup.server.read(|world| world.platform.work_orders.len())
}

/// The task of the work order that was made last.
fn newest(world: &World) -> &Task {
    let made = world.platform.work_orders.iter().last().expect("the new one");
    world.platform.tasks.get(made.task_id).expect("its task")
}

/// A job made in Latchel after a first sync, about to be brought over.
async fn waiting_job(setup: &mut Setup) -> i64 {
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    job
}

fn post_fault(fault: Fault, path: &str) -> FaultPlan {
    let rule = FaultRule {
        side: Some(Side::Platform),
        method: Some("POST".to_owned()),
        path: Some(path.to_owned()),
        body: None,
        calls: vec![1],
        probability: None,
        times: None,
        fault,
    };
    FaultPlan { seed: 0, faults: vec![rule] }
}

#[tokio::test]
async fn a_first_sync_brings_over_what_it_does_with_buildium_but_for_permission_to_enter() {
    let setup = same_state_as_buildium(Dialect::RENTVINE, &[Lacks::Entry]).await;
    setup.run(0, &["check"]).await;
}

#[tokio::test]
async fn a_run_that_finds_nothing_to_do_makes_no_call_for_a_record() {
    let world = World::generate(&GenerateSpec { units: 300, seed: 3, now: noon() });
    let setup = Setup::on(Dialect::RENTVINE, world, "sync_method = \"all\"").await;
    setup.sync(0).await;
    assert_eq!(setup.sync(0).await, []);
    let calls = calls(&setup);
    let of_one = |request: &LoggedRequest| request.path.ends_with(|last: char| last.is_ascii_digit());
    assert!(!calls.iter().any(of_one), "{calls:?}");
    assert!(calls.len() <= 24, "{} calls", calls.len());
}

#[tokio::test]
async fn a_work_order_goes_there_assigned_is_numbered_and_closed() {
    let mut setup = rentvine("assigned").await;
    let id = there_and_back(&mut setup, "workOrderNumber").await;
    setup.server.read(|world| {
        let order = world.platform.work_orders.get(id).expect("the work order");
        let text = order.details.as_deref().expect("a description");
        assert!(text.starts_with("Broken fence\n\nThe fence fell over.\n\n[Latchel #"), "{text}");
        assert_eq!(order.status_word.as_deref(), Some("Closed"));
    });
    let banner = setup.run(0, &["status", "work-order", &id.to_string()]).await;
    assert!(banner.contains("successfully synced with Rentvine"), "{banner}");
}

fn is_over(status: TaskStatus) -> bool {
    matches!(status, TaskStatus::Completed | TaskStatus::Closed)
}

#[tokio::test]
async fn primary_statuses_of_other_numbers_are_known_by_their_names() {
    let other = |world: &mut World| {
        let quirk = ("other-primary-statuses".to_owned(), Switch::On);
        world.platform.account.quirks.extend([quirk]);
        world.latchel.properties = Table::default();
        world.latchel.residents = Table::default();
        world.latchel.jobs = Table::default();
        let is_open = |task: &&Task| !is_over(task.status);
        let open: Vec<_> = world.platform.tasks.iter().filter(is_open).map(|task| task.id).collect();
        for id in open.into_iter().step_by(2) {
            world.platform.tasks.get_mut(id).expect("the task").status = TaskStatus::Deferred;
        }
    };
    let mut setup = generated(Dialect::RENTVINE, "all", other).await;
    let statuses = setup.run(0, &["check"]).await;
    assert!(statuses.contains("status \"On Hold\"") && statuses.contains("counts as open"), "{statuses}");
    setup.run(0, &["sync", "--since", "2000-01-01T00:00:00Z"]).await;
    setup.server.read(|world| {
        let imported = world.latchel.jobs.iter().filter_map(|job| {
            let order = world.platform.work_orders.get(job.ref_job_id.as_ref()?.parse().ok()?)?;
            Some((world.platform.tasks.get(order.task_id)?.status, job.state.clone()))
        });
        let imported: Vec<_> = imported.collect();
        assert!(imported.iter().any(|(status, _)| *status == TaskStatus::Deferred), "{imported:?}");
        for (status, state) in imported {
            let closed = ["Completed", "Canceled", "Cancelled"].contains(&state.as_str());
            assert_eq!(closed, is_over(status), "{status:?} became {state}");
        }
    });
    let job = waiting_job(&mut setup).await;
    setup.sync(0).await;
    set_state(&mut setup, job, "Completed");
    setup.sync(0).await;
    assert_eq!(setup.server.read(|world| newest(world).status), TaskStatus::Completed);
}

#[tokio::test]
async fn every_call_is_as_the_specification_has_it_and_nobody_is_notified() {
    let mut setup = rentvine("all").await;
    let job = waiting_job(&mut setup).await;
    setup.sync(0).await;
    by_the_specification(&setup);
    let writes: Vec<_> = setup.writes().into_iter().filter(|one| one.side == Side::Platform).collect();
    let [create] = writes.as_slice() else { panic!("{writes:?}") };
    let body = create.body.as_ref().expect("a body");
    assert_eq!((&body["sendVendorNotification"], &body["sendEmail"]), (&json!(false), &json!(false)));
    assert_eq!(body["workOrderStatusID"], "1206", "the account's own Assigned");

    set_state(&mut setup, job, "Cancelled");
    let writes = setup.sync(0).await;
    by_the_specification(&setup);
    let [close] = writes.as_slice() else { panic!("{writes:?}") };
    let quiet = json!({"workOrderStatusID": "1105", "sendVendorNotification": false, "sendReview": false});
    assert_eq!(close.body, Some(quiet));
    setup.server.read(|world| {
        assert_eq!((newest(world).status, newest(world).assigned_to), (TaskStatus::Closed, Some(9_001)));
    });
}

/// Holds each call since the last sync began against the reconstructed specification, as far as that has it.
fn by_the_specification(setup: &Setup) {
    let spec = Spec::at_hand("rentvine.reconstructed.openapi.json");
    for request in calls(setup) {
        let path = request.path.strip_prefix(BASE).expect("the API's paths").to_owned();
        assert_eq!(request.status, 200, "{request:?}");
        let Some(spec) = spec.as_ref().filter(|_| !NOT_SPECIFIED.iter().any(|end| path.ends_with(end)))
        else {
            continue;
        };
        let asked = Asked { method: &request.method, path: &path };
        let mut faults = spec.query_faults(&asked, &request.query_pairs());
        faults.extend(request.body.iter().flat_map(|body| spec.body_faults(&asked, body)));
        let answer = request.response.clone().unwrap_or_default();
        faults.extend(spec.answer_faults(&asked, request.status, &answer, ""));
        assert!(faults.is_empty(), "{request:?}: {faults:#?}");
    }
}

#[tokio::test]
async fn a_close_that_was_answered_and_not_done_is_not_said_to_be_synced_and_is_sent_again() {
    let mut setup = rentvine("assigned").await;
    let job = waiting_job(&mut setup).await;
    setup.sync(0).await;
    set_state(&mut setup, job, "Completed");
    setup.server.set_faults(post_fault(Fault::Pretend, WORK_ORDERS));
    setup.sync(1).await;
    assert_ne!(setup.server.read(|world| newest(world).status), TaskStatus::Completed);
    let banner = setup.run(0, &["status", "work-order", &job.to_string()]).await;
    assert!(!banner.contains("successfully synced"), "{banner}");
    setup.server.set_faults(FaultPlan::default());
    setup.advance(TimeDelta::minutes(15));
    setup.sync(0).await;
    assert_eq!(setup.server.read(|world| newest(world).status), TaskStatus::Completed);
    assert_eq!(setup.sync(0).await, []);
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_by_its_marker() {
    let mut setup = rentvine("assigned").await;
    waiting_job(&mut setup).await;
    let before = orders(&setup);
    setup.server.set_faults(post_fault(Fault::CutAfter, WORK_ORDERS));
    setup.sync(1).await;
    setup.advance(TimeDelta::minutes(15));
    let writes = setup.sync(0).await;
    assert!(writes.iter().all(|write| write.side == Side::Latchel), "{writes:?}");
    assert_eq!(orders(&setup), before + 1);
}

#[tokio::test]
async fn a_create_that_was_answered_and_not_done_is_told_of_and_never_sent_again() {
    let mut setup = rentvine("assigned").await;
    waiting_job(&mut setup).await;
    let before = orders(&setup);
    setup.server.set_faults(post_fault(Fault::Pretend, WORK_ORDERS));
    // Rentvine may not show it yet: the work order waits (rule E1).
    setup.sync(0).await;
    assert_eq!(orders(&setup), before);
    let waiting = setup.run(0, &["pending", "list"]).await;
    assert!(waiting.contains("create_unsettled"), "{waiting}");
    for _ in 0..3 {
        setup.advance(TimeDelta::minutes(30));
        setup.output(&["sync"]).await;
    }
    assert_eq!(orders(&setup), before, "rule E3");
    let waiting = setup.run(0, &["pending", "list"]).await;
    assert!(waiting.contains("not_confirmed") && waiting.contains("does not show work order"), "{waiting}");
    assert!(setup.run(1, &["ledger", "check"]).await.contains("is not confirmed"));
}

#[tokio::test]
async fn a_work_order_whose_assignment_was_all_that_changed_is_imported_however_old_it_is() {
    let mut setup = rentvine("assigned").await;
    setup.sync(0).await;
    setup.advance(TimeDelta::days(40));
    setup.sync(0).await;
    let jobs = setup.server.read(|world| world.latchel.jobs.len());
    let task = setup.server.read(|world| {
        let known: Vec<_> = world.latchel.jobs.iter().filter_map(|job| job.ref_job_id.clone()).collect();
        let placed = |task: &Task| {
            let property = task.property_id.map(|id| id.to_string());
            let unit = task.unit_id.map(|id| id.to_string());
            let is_here = |one: &mock_pms::world::LatchelProperty| {
                one.is_active && one.ref_property_id == property && one.ref_unit_id == unit
            };
            world.latchel.properties.iter().any(is_here)
        };
        let mut orders = world.platform.work_orders.iter();
        let order = orders.find(|order| {
            let task = world.platform.tasks.get(order.task_id).expect("its task");
            let is_open = !matches!(task.status, TaskStatus::Completed | TaskStatus::Closed);
            is_open
                && task.assigned_to != Some(9_001)
                && placed(task)
                && !known.contains(&order.id.to_string())
        });
        order.expect("an open work order of somebody else's").task_id
    });
    let edit = json!([{"collection": "tasks", "id": task, "set": {"assigned_to": 9_001}}]);
    setup.edit(&Value::to_string(&edit));
    setup.sync(0).await;
    assert!(setup.server.read(|world| world.latchel.jobs.len()) > jobs);
}
