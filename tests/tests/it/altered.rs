//! Work orders that the platform was sent and does not store as they were (rules E3, S1), and writes that it refuses (rule L15).

use chrono::TimeDelta;
use mock_pms::world::{Task, TaskStatus, WorkOrder};
use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, Side};
use serde_json::Value;

use crate::both_ways::{new_job, set_state};
use crate::platforms::generated;
use crate::setup::Setup;

/// The platform's newest work order, with its task.
fn newest(setup: &Setup) -> (WorkOrder, Task) {
    setup.server.read(|world| {
        let order = world.platform.work_orders.iter().last().expect("one").clone();
        let task = world.platform.tasks.get(order.task_id).expect("its task").clone();
        (order, task)
    })
}

/// Puts other brackets around the tag, wherever it stands, as a platform that takes no square ones.
fn bracket_otherwise(setup: &Setup) {
    let (order, task) = newest(setup);
    let altered = |value: Value| value.to_string().replace("[Latchel #", "(LATCHEL #");
    let order_now: WorkOrder =
        serde_json::from_str(&altered(serde_json::to_value(&order).expect("JSON"))).expect("an order");
    let task_now: Task =
        serde_json::from_str(&altered(serde_json::to_value(&task).expect("JSON"))).expect("a task");
    setup.server.edit(|world| {
        world.update::<WorkOrder>(order.id, |one| *one = order_now).expect("the order");
        world.update::<Task>(task.id, |one| *one = task_now).expect("the task");
    });
}

fn counts(setup: &Setup) -> (usize, usize) {
    setup.server.read(|world| (world.platform.work_orders.len(), world.latchel.jobs.len()))
}

#[tokio::test]
async fn a_tag_that_the_platform_alters_makes_no_second_work_order_and_the_ledger_knows_of_it() {
    for (platform, one) in [
        (Dialect::BUILDIUM, "/v1/workorders/"),
        (Dialect::RENTMANAGER, "/ServiceManagerIssues/"),
        (Dialect::RENTVINE, "/api/manager/maintenance/work-orders/"),
    ] {
        let mut setup = generated(platform, "all", |_| {}).await;
        setup.output(&["sync"]).await;
        setup.advance(TimeDelta::minutes(10));
        let job = new_job(&setup, "Diagnosing Issue");
        let (orders, jobs) = counts(&setup);
        // It is answered, and cannot be read back before it is altered.
        let unread = FaultRule {
            side: Some(Side::Platform),
            method: Some("GET".to_owned()),
            path: Some(one.to_owned()),
            body: None,
            calls: Vec::new(),
            probability: None,
            times: None,
            fault: Fault::Status { status: 400, retry_after: None },
        };
        setup.server.set_faults(FaultPlan { seed: 1, faults: vec![unread] });
        setup.output(&["sync"]).await;
        setup.server.set_faults(FaultPlan::default());
        assert_eq!(counts(&setup), (orders + 1, jobs), "{platform}: it was made");
        bracket_otherwise(&setup);

        for run in 0..4 {
            setup.advance(TimeDelta::hours(7));
            setup.output(&["sync"]).await;
            assert_eq!(counts(&setup), (orders + 1, jobs), "{platform} in run {run}");
        }
        let told = setup.run(0, &["status", "work-order", &job.to_string()]).await;
        assert!(told.contains(&format!("[Latchel #{job}]")) && told.contains("missing or altered"), "{told}");
        let checked = setup.run(1, &["ledger", "check"]).await;
        assert!(checked.contains("does not store its tag as it was sent"), "{platform}: {checked}");
    }
}

#[tokio::test]
async fn a_ledger_without_open_confirmations_is_sound() {
    let setup = Setup::small("all").await;
    setup.sync(0).await;
    assert!(setup.run(0, &["ledger", "check"]).await.contains("the ledger is sound"));
}

/// A generated Buildium with a Latchel work order that was made there and is completed in Latchel.
async fn to_close(prepare: impl Fn(&Setup, &Task)) -> (Setup, i64, Task) {
    let mut setup = generated(Dialect::BUILDIUM, "all", |_| {}).await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    setup.sync(0).await;
    let (_, task) = newest(&setup);
    setup.advance(TimeDelta::minutes(10));
    prepare(&setup, &task);
    set_state(&mut setup, job, "Completed");
    (setup, job, task)
}

fn status(setup: &Setup, task: &Task) -> TaskStatus {
    setup.server.read(|world| world.platform.tasks.get(task.id).expect("the task").status)
}

/// Says beforehand that the platform refuses it and why; then runs that fail nothing and write nothing there.
async fn is_refused(setup: &mut Setup, why: &str) {
    let plan = setup.run(0, &["plan", "--all"]).await;
    assert!(plan.contains("not_supported_by_platform") && plan.contains(why), "{plan}");
    for _ in 0..3 {
        let writes = setup.sync(0).await;
        assert!(writes.iter().all(|write| write.side != Side::Platform), "{writes:?}");
        setup.advance(TimeDelta::days(2));
    }
}

#[tokio::test]
async fn buildium_is_not_asked_to_close_what_nobody_is_assigned_to_until_somebody_is() {
    let assign = |setup: &Setup, task: &Task, to: Option<i64>| {
        setup.server.edit(|world| {
            world.update::<Task>(task.id, |one| one.assigned_to = to).expect("the task");
        });
    };
    let (mut setup, _, task) = to_close(|setup, task| assign(setup, task, None)).await;
    is_refused(&mut setup, "assign a user").await;
    assign(&setup, &task, Some(9001));
    setup.advance(TimeDelta::minutes(10));
    setup.sync(0).await;
    assert_eq!(status(&setup, &task), TaskStatus::Completed);
}

#[tokio::test]
async fn buildium_is_not_asked_to_close_anything_at_a_rental_that_is_not_active_until_it_is() {
    let set_active = |setup: &Setup, task: &Task, active: bool| {
        let rental = task.property_id.expect("it is at one");
        setup.server.edit(|world| {
            let set = |one: &mut mock_pms::world::Property| one.active = active;
            world.update::<mock_pms::world::Property>(rental, set).expect("the rental");
        });
    };
    let (mut setup, _, task) = to_close(|setup, task| set_active(setup, task, false)).await;
    is_refused(&mut setup, "is not active on the platform").await;
    set_active(&setup, &task, true);
    setup.advance(TimeDelta::minutes(10));
    setup.sync(0).await;
    assert_eq!(status(&setup, &task), TaskStatus::Completed);
}
