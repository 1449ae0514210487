//! Both directions: what a first sync brings over, what changes bring over, and that nothing else is written.

use chrono::TimeDelta;
use mock_pms::LoggedRequest;
use mock_pms::Side::{Latchel, Platform};
use mock_pms::world::{Job, LatchelProperty, Property, Resident, Task, TaskStatus, World};

use crate::setup::Setup;

#[tokio::test]
async fn a_plan_writes_nothing_and_says_what_the_sync_then_does() {
    let setup = Setup::new("assigned", |_| {}).await;
    let planned = setup.plan().await;
    assert!(setup.writes().is_empty(), "{:?}", setup.writes());
    let files: Vec<_> = std::fs::read_dir(setup.folder.path()).expect("a folder").flatten().collect();
    assert_eq!(files.len(), 1, "only the configuration: {files:?}");

    setup.sync(0).await;
    let runs: serde_json::Value =
        serde_json::from_str(&setup.run(0, &["runs", "--json"]).await).expect("JSON");
    let run = runs[0]["id"].as_str().expect("an id");
    let shown: serde_json::Value =
        serde_json::from_str(&setup.run(0, &["runs", "show", run, "--json"]).await).expect("JSON");
    let outcomes = shown["outcomes"].as_array().expect("outcomes");
    assert_eq!(outcomes.len(), planned.len());
    for outcome in outcomes {
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        let key = &outcome["key"];
        let id = format!("{} {} {}", text(&key["side"]), text(&key["kind"]), text(&key["id"]));
        assert_eq!(planned.get(&id), Some(&(text(&outcome["reason"]), text(&outcome["action"]))), "{id}");
    }
}

#[tokio::test]
async fn a_second_run_writes_nothing_and_makes_no_call_for_a_record() {
    let setup = Setup::new("all", |_| {}).await;
    assert!(!setup.sync(0).await.is_empty());
    let (properties, residents, jobs) = counts(&setup);
    setup.sync(0).await;
    assert_eq!(setup.sync(0).await, []);
    assert_eq!(counts(&setup), (properties, residents, jobs));

    let calls = setup.server.requests();
    let of_one = |request: &LoggedRequest| {
        request.path.rsplit('/').next().is_some_and(|last| last.parse::<i64>().is_ok())
    };
    assert!(!calls.iter().any(of_one), "{calls:?}");
    assert!(calls.len() < 40, "{} calls", calls.len());
}

#[tokio::test]
async fn every_platform_unit_has_one_counterpart_after_a_sync() {
    let setup = Setup::new("none", |_| {}).await;
    setup.sync(0).await;
    setup.sync(0).await;
    setup.server.read(|world| {
        let mut refs: Vec<_> = world
            .latchel
            .properties
            .iter()
            .filter_map(|one| Some((one.ref_property_id.clone()?, one.ref_unit_id.clone())))
            .collect();
        let all = refs.len();
        refs.sort();
        refs.dedup();
        assert_eq!(refs.len(), all, "no reference twice");
        let mut people: Vec<_> =
            world.latchel.residents.iter().filter_map(|one| one.ref_user_id.clone()).collect();
        let all = people.len();
        people.sort();
        people.dedup();
        assert_eq!(people.len(), all, "no resident twice");
    });
}

#[tokio::test]
async fn hiding_a_property_deactivates_it_and_unhiding_it_does_not_bring_it_back() {
    let mut setup = Setup::new("none", |_| {}).await;
    setup.sync(0).await;
    let (rental, latchel) = setup.server.read(|world| {
        let active = |one: &&LatchelProperty| {
            let rental: i64 =
                one.ref_property_id.as_deref().and_then(|id| id.parse().ok()).unwrap_or_default();
            one.is_active && world.platform.properties.get(rental).is_some_and(|rental| rental.active)
        };
        let one = world.latchel.properties.iter().find(active).expect("an active one");
        (one.ref_property_id.clone().expect("a reference").parse::<i64>().expect("a number"), one.id)
    });

    set_active(&mut setup, rental, false);
    let writes = setup.sync(0).await;
    assert!(!writes.is_empty());
    for write in &writes {
        assert_eq!((write.side, write.method.as_str()), (Latchel, "PATCH"));
        assert_eq!(write.body, Some(serde_json::json!({"is_active": false})), "nothing is changed with it");
    }
    assert!(
        !setup.server.read(|world| world.latchel.properties.get(latchel).expect("still there").is_active)
    );

    set_active(&mut setup, rental, true);
    assert_eq!(setup.sync(0).await, []);
}

#[tokio::test]
async fn a_move_out_day_that_passes_deactivates_the_resident_without_any_change() {
    let mut setup = Setup::new("none", |_| {}).await;
    setup.sync(0).await;
    let today = setup.now.date_naive();
    let leaving = setup.server.read(|world| {
        let leaving =
            |one: &&Resident| one.is_active && one.ref_user_id.is_some() && one.move_out_date.is_some();
        let mut all: Vec<_> = world.latchel.residents.iter().filter(leaving).collect();
        all.sort_by_key(|one| one.move_out_date);
        let first = all.first().expect("somebody who leaves");
        (first.id, first.move_out_date.expect("a date"))
    });
    let days = (leaving.1 - today).num_days();
    setup.advance(TimeDelta::days(days - 1));
    setup.sync(0).await;
    assert!(
        setup.server.read(|world| world.latchel.residents.get(leaving.0).expect("there").is_active),
        "a day early"
    );
    setup.advance(TimeDelta::days(1));
    let writes = setup.sync(0).await;
    let path = format!("/v1/residents/{}", leaving.0);
    let body = serde_json::json!({"is_active": false});
    assert!(
        writes.iter().any(|write| write.path == path && write.body.as_ref() == Some(&body)),
        "{writes:?}"
    );
    assert!(!setup.server.read(|world| world.latchel.residents.get(leaving.0).expect("there").is_active));
}

#[tokio::test]
async fn a_latchel_work_order_is_created_once_numbered_once_and_closed() {
    let mut setup = Setup::new("assigned", |_| {}).await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));

    let before = setup.server.read(|world| world.platform.work_orders.len());
    setup.sync(0).await;
    setup.sync(0).await;
    let (id, task) = setup.server.read(|world| {
        assert_eq!(world.platform.work_orders.len(), before + 1, "exactly one");
        let made = world.platform.work_orders.iter().last().expect("the new one");
        let task = world.platform.tasks.get(made.task_id).expect("its task");
        assert_eq!(task.assigned_to, Some(9001), "assigned to the Latchel user");
        let job = world.latchel.jobs.get(job).expect("the job");
        assert_eq!(job.order_number, Some(made.id.to_string()));
        assert_eq!(job.ref_job_id, Some(made.id.to_string()));
        (made.id, task.id)
    });
    let banner = setup.run(0, &["status", "work-order", &id.to_string()]).await;
    assert!(banner.contains("successfully synced with Buildium"), "{banner}");

    set_state(&mut setup, job, "Completed");
    let writes = setup.sync(0).await;
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert_eq!((writes[0].side, writes[0].method.as_str()), (Platform, "PUT"));
    setup.server.read(|world| {
        let after = world.platform.tasks.get(task).expect("its task");
        assert_eq!(after.status, TaskStatus::Completed);
        assert_eq!(after.assigned_to, Some(9001), "what the write leaves out would be nulled");
        assert!(after.property_id.is_some());
    });
    assert_eq!(setup.sync(0).await, []);
}

#[tokio::test]
async fn a_vendor_named_latchel_is_not_latchel() {
    let assign = |world: &mut World, user: i64| {
        let ids: Vec<_> = world.platform.tasks.iter().map(|task| task.id).collect();
        for id in ids {
            world.platform.tasks.get_mut(id).expect("a task").assigned_to = Some(user);
        }
        let jobs: Vec<_> = world.latchel.jobs.iter().map(|job| job.id).collect();
        jobs.into_iter().for_each(|id| drop(world.latchel.jobs.remove(id)));
    };
    let vendor = Setup::new("assigned", |world| {
        let user = serde_json::json!({"id": 9_999, "kind": "vendor", "first_name": "Latchel", "last_name": "Plumbing",
            "active": true});
        world.platform.users.insert(serde_json::from_value(user).expect("a user")).expect("a free id");
        assign(world, 9_999);
    })
    .await;
    vendor.sync(0).await;
    assert_eq!(vendor.server.read(|world| world.latchel.jobs.len()), 0);
    let user = Setup::new("assigned", |world| assign(world, 9_001)).await;
    user.sync(0).await;
    assert!(user.server.read(|world| world.latchel.jobs.len()) > 0);
}

#[tokio::test]
async fn a_forwarded_an_open_and_an_unassigned_work_order_stay_as_they_are() {
    let mut setup = Setup::new("assigned", |_| {}).await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    setup.sync(0).await;
    let task =
        setup.server.read(|world| world.platform.work_orders.iter().last().expect("the new one").task_id);

    for state in ["Forwarded to PM", "Awaiting Invoice"] {
        set_state(&mut setup, job, state);
        assert_eq!(setup.sync(0).await, [], "{state}");
    }
    setup
        .server
        .edit(|world| world.update::<Task>(task, |task| task.assigned_to = Some(9002)).expect("the task"));
    set_state(&mut setup, job, "Canceled");
    assert_eq!(setup.sync(0).await, []);
    let banner = setup.run(0, &["status", "work-order", &job.to_string()]).await;
    assert!(banner.contains("unassigned_stops_updates"), "{banner}");

    setup.advance(TimeDelta::minutes(5));
    setup
        .server
        .edit(|world| world.update::<Task>(task, |task| task.assigned_to = Some(9001)).expect("the task"));
    assert_eq!(setup.sync(0).await.len(), 1, "assigned again, it is closed");
    let status = setup.server.read(|world| world.platform.tasks.get(task).expect("the task").status);
    assert_eq!(status, TaskStatus::Closed);
}

#[tokio::test]
async fn under_method_none_no_work_order_crosses() {
    let mut setup = Setup::new("none", |_| {}).await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    new_job(&setup, "Completed");
    setup.advance(TimeDelta::minutes(10));
    let writes = setup.sync(0).await;
    assert_eq!(writes, []);
    assert!(!setup.server.requests().iter().any(|request| request.side == Platform && request.is_write()));
}

#[tokio::test]
async fn a_work_order_that_waits_for_its_property_arrives_when_the_property_does() {
    let state = |world: &mut World, state: Option<String>| {
        world.update::<Property>(1_002, |rental| rental.address.state = state).expect("the third rental");
    };
    let mut setup = Setup::new("all", |_| {}).await;
    setup.sync(0).await;
    let pending = setup.run(0, &["pending", "list"]).await;
    assert!(pending.contains("no_property_match"), "{pending}");
    setup.advance(TimeDelta::days(5));
    setup.sync(0).await;
    setup.server.edit(|world| {
        let units: Vec<i64> = world
            .platform
            .units
            .iter()
            .filter(|unit| unit.property_id == 1_002)
            .map(|unit| unit.id)
            .collect();
        for unit in units {
            let set = |unit: &mut mock_pms::world::Unit| unit.address.state = Some("ID".to_owned());
            world.update::<mock_pms::world::Unit>(unit, set).expect("the unit");
        }
        state(world, Some("ID".to_owned()));
    });
    setup.advance(TimeDelta::minutes(15));
    setup.sync(0).await;
    let waiting = setup.run(0, &["pending", "list"]).await;
    assert!(!waiting.contains("waits for property 1002"), "{waiting}");
    setup.server.read(|world| {
        let there = |one: &LatchelProperty| one.ref_property_id.as_deref() == Some("1002");
        assert!(world.latchel.properties.iter().any(there));
    });
}

fn counts(setup: &Setup) -> (usize, usize, usize) {
    setup.server.read(|world| {
        (world.latchel.properties.len(), world.latchel.residents.len(), world.latchel.jobs.len())
    })
}

fn set_active(setup: &mut Setup, rental: i64, active: bool) {
    setup.advance(TimeDelta::minutes(15));
    setup
        .server
        .edit(|world| world.update::<Property>(rental, |one| one.active = active).expect("the rental"));
}

pub fn set_state(setup: &mut Setup, job: i64, state: &str) {
    setup.advance(TimeDelta::minutes(15));
    setup.server.edit(|world| world.update::<Job>(job, |one| one.state = state.to_owned()).expect("the job"));
}

/// A job made in Latchel on a property that the platform has.
pub fn new_job(setup: &Setup, state: &str) -> i64 {
    let edit = |property: i64| {
        serde_json::from_value(serde_json::json!([{"side": "latchel", "collection": "jobs", "create": {
            "source": "Tenant Call", "state": state, "name": "Broken fence", "description": "The fence fell over.",
            "property_id": property,
        }}]))
        .expect("an edit")
    };
    setup.server.edit(|world| {
        let known = |one: &&LatchelProperty| one.is_active && one.ref_property_id.is_some();
        let property = world.latchel.properties.iter().find(known).expect("a known property").id;
        let edits: Vec<mock_pms::Edit> = edit(property);
        world.apply(&edits).expect("the edit fits")[0]
    })
}
