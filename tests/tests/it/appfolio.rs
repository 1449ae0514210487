//! The built binary against the mock AppFolio.

use chrono::TimeDelta;
use mock_pms::world::{Property, Task, TaskStatus, User, WorkOrder};
use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, Side};

use crate::both_ways::{new_job, set_state};
use crate::platforms::{generated, same_state_as_buildium, there_and_back};
use crate::setup::Setup;

const APPFOLIO: Dialect = Dialect::APPFOLIO;

#[tokio::test]
async fn a_first_sync_brings_over_what_it_does_with_buildium_and_a_second_reads_lists_alone() {
    let setup = same_state_as_buildium(APPFOLIO, &[]).await;
    let lists =
        ["properties", "units", "tenants", "users", "work_orders"].map(|name| format!("/api/v0/{name}"));
    let asked: Vec<_> =
        setup.server.requests().into_iter().filter(|request| request.side == Side::Platform).collect();
    assert!(asked.iter().all(|one| lists.contains(&one.path) && one.status == 200), "{asked:?}");
    assert!(asked.len() < 15, "{} calls", asked.len());
}

#[tokio::test]
async fn check_finds_nothing_wrong_and_names_a_missing_role() {
    let setup = generated(APPFOLIO, "assigned", |_| {}).await;
    let checked = setup.run(0, &["check"]).await;
    assert!(!checked.contains("ERROR") && !checked.contains("warning"), "{checked}");
    setup.server.edit(|world| {
        let demote = |user: &mut User| user.role = Some("Property manager".to_owned());
        world.update::<User>(9001, demote).expect("the Latchel user");
    });
    let checked = setup.run(2, &["check"]).await;
    assert!(checked.contains("has the role \"Property manager\""), "{checked}");
}

#[tokio::test]
async fn a_work_order_goes_there_and_back() {
    let mut setup = generated(APPFOLIO, "assigned", |_| {}).await;
    let id = there_and_back(&mut setup, "WorkOrderNumber").await;
    setup.server.read(|world| {
        let made = world.platform.work_orders.get(id).expect("it is there");
        assert_eq!(made.status_word.as_deref(), Some("Completed"));
        let details = made.details.as_deref().expect("a description");
        assert!(details.starts_with("Broken fence\n\nThe fence fell over.\n\n[Latchel #"), "{details}");
    });
    let banner = setup.run(0, &["status", "work-order", &id.to_string()]).await;
    assert!(banner.contains("successfully synced with AppFolio"), "{banner}");
}

#[tokio::test]
async fn hiding_a_property_deactivates_its_units_and_unhiding_brings_none_back() {
    let mut setup = generated(APPFOLIO, "none", |_| {}).await;
    setup.sync(0).await;
    let property = setup.server.read(|world| {
        let with_units = |one: &&Property| {
            one.active
                && one.address.state.is_some()
                && world.platform.units.iter().filter(|unit| unit.property_id == one.id).count() > 2
        };
        world.platform.properties.iter().find(with_units).expect("a property with units").id
    });
    let mut set = async |active: bool| {
        setup.advance(TimeDelta::minutes(15));
        let change = |one: &mut Property| one.active = active;
        setup.server.edit(|world| world.update::<Property>(property, change).expect("the property"));
        setup.server.clear_requests();
        // It is a good part of the 60 units.
        setup.run(0, &["sync", "--allow-mass-change"]).await;
        setup.writes()
    };
    let writes = set(false).await;
    assert!(writes.len() > 1, "{writes:?}");
    for write in &writes {
        assert_eq!(write.body, Some(serde_json::json!({"is_active": false})), "{write:?}");
    }
    assert_eq!(set(true).await, []);
}

#[tokio::test]
async fn work_that_waits_for_its_bill_is_imported_as_completed_and_left_as_it_is() {
    let mut setup = generated(APPFOLIO, "all", |_| {}).await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    setup.sync(0).await;
    let order = setup.server.edit(|world| {
        let order = world.platform.work_orders.iter().last().expect("the new one");
        let (order, task) = (order.id, order.task_id);
        let bill = |order: &mut WorkOrder| order.status_word = Some("Ready to Bill".to_owned());
        world.update::<WorkOrder>(order, bill).expect("the order");
        world.update::<Task>(task, |task| task.status = TaskStatus::Completed).expect("its task");
        order
    });
    set_state(&mut setup, job, "Completed");
    assert_eq!(setup.sync(0).await, []);
    let word =
        setup.server.read(|world| world.platform.work_orders.get(order).expect("there").status_word.clone());
    assert_eq!(word.as_deref(), Some("Ready to Bill"));
}

#[tokio::test]
async fn at_night_a_sync_pauses_and_the_morning_does_everything() {
    let mut setup = generated(APPFOLIO, "all", |world| {
        world.platform.account.quirks.insert("nightly-pause".to_owned(), mock_pms::Switch::On);
    })
    .await;
    setup.advance(TimeDelta::hours(10));
    setup.server.clear_requests();
    let output = setup.output(&["sync"]).await;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{out}\n{err}");
    assert!(out.contains("main: paused") && err.contains("warning: "), "{out}\n{err}");
    assert!(err.contains("04:00 Pacific") && err.contains("no failure"), "{err}");
    let asked = setup.server.requests().into_iter().filter(|request| request.side == Side::Platform).count();
    assert_eq!((asked, setup.writes()), (1, Vec::new()), "it is asked once and left in peace");
    let status = setup.run(0, &["status"]).await;
    assert!(status.contains("main: paused") && status.contains("failed 0"), "{status}");
    assert!(status.contains("last success never") && status.contains("04:00 Pacific"), "{status}");
    assert!(setup.run(0, &["runs"]).await.contains("paused"));
    let checked = setup.run(0, &["check"]).await;
    assert!(checked.contains("warning") && checked.contains("04:00 Pacific"), "{checked}");

    setup.advance(TimeDelta::hours(6));
    assert!(!setup.sync(0).await.is_empty());
    assert!(setup.run(0, &["status"]).await.contains("main: ok"));
}

/// The night begins in the middle of a run.
async fn nightfall(setup: &Setup, method: &str, path: &str) {
    let fault = Fault::Status { status: 533, retry_after: None };
    let rule = FaultRule {
        side: Some(Side::Platform),
        method: Some(method.to_owned()),
        path: Some(path.to_owned()),
        body: None,
        calls: Vec::new(),
        probability: None,
        times: None,
        fault,
    };
    setup.server.set_faults(FaultPlan { seed: 0, faults: vec![rule] });
    setup.sync(0).await;
    let listed = setup.run(0, &["runs", "--json"]).await;
    let runs: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(runs[0]["status"], "paused", "{method} {path}: {listed}");
    setup.server.set_faults(FaultPlan::default());
}

#[tokio::test]
async fn a_create_and_a_close_that_meet_the_night_wait_for_the_morning() {
    let mut setup = generated(APPFOLIO, "assigned", |_| {}).await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    let orders = |setup: &Setup| setup.server.read(|world| world.platform.work_orders.len());
    let before = orders(&setup);
    nightfall(&setup, "POST", "/api/v0/work_orders").await;
    assert_eq!(orders(&setup), before);
    let pending = setup.run(0, &["pending", "list"]).await;
    assert!(pending.contains("far_side_paused") && pending.contains("04:00 Pacific"), "{pending}");

    setup.advance(TimeDelta::hours(7));
    setup.sync(0).await;
    assert_eq!(orders(&setup), before + 1);
    set_state(&mut setup, job, "Completed");
    nightfall(&setup, "PATCH", "/api/v0/work_orders").await;
    setup.advance(TimeDelta::hours(7));
    let writes = setup.sync(0).await;
    assert!(writes.len() == 1 && writes[0].method == "PATCH", "{writes:?}");
    assert_eq!(orders(&setup), before + 1);
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_by_its_marker() {
    let mut setup = generated(APPFOLIO, "assigned", |_| {}).await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    let before = setup.server.read(|world| world.platform.work_orders.len());
    let rule = FaultRule {
        side: Some(Side::Platform),
        method: Some("POST".to_owned()),
        path: None,
        body: None,
        calls: vec![1],
        probability: None,
        times: None,
        fault: Fault::CutAfter,
    };
    setup.server.set_faults(FaultPlan { seed: 0, faults: vec![rule] });
    setup.sync(1).await;
    setup.advance(TimeDelta::minutes(15));
    let writes = setup.sync(0).await;
    assert!(writes.iter().all(|write| write.side == Side::Latchel), "{writes:?}");
    assert_eq!(setup.server.read(|world| world.platform.work_orders.len()), before + 1);
}
