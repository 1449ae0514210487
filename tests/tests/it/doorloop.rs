//! The built binary against the mock DoorLoop, which cannot say what changed.

use std::collections::BTreeSet;

use adapters as _;
use chrono::TimeDelta;
use futures::TryStreamExt;
use latchel_sync_core::model::Window;
use latchel_sync_core::registry::{self, Settings};
use mock_pms::world::{Lease, LeaseStatus, LeaseTenant, Property, Table, TaskStatus, World};
use mock_pms::{
    Dialect, Fault, FaultPlan, FaultRule, GenerateSpec, LoggedRequest, MockServer, Options, Side, Switch,
};
use serde_json::{Map, Value, json};
use specs::{Asked, Spec};

use crate::both_ways::{new_job, set_state};
use crate::setup::{Setup, noon};

fn generated(units: u32) -> World {
    let mut world = World::generate(&GenerateSpec { units, seed: 3, now: noon() });
    // What Latchel has in a generated world refers to the ids that Buildium gives.
    world.latchel.properties = Table::default();
    world.latchel.residents = Table::default();
    world.latchel.jobs = Table::default();
    world
}

async fn doorloop(method: &str) -> Setup {
    Setup::on(Dialect::DOORLOOP, generated(60), &format!("sync_method = \"{method}\"")).await
}

/// The calls to the platform since the last sync began.
fn calls(setup: &Setup) -> Vec<LoggedRequest> {
    setup.server.requests().into_iter().filter(|request| request.side == Side::Platform).collect()
}

/// Records in Latchel, without ids and numbers, which each platform has of its own.
fn facts(setup: &Setup) -> Vec<String> {
    setup.server.read(|world| {
        let place = |id| world.latchel.properties.get(id).map(|one| one.name.clone());
        let person =
            |id: Option<i64>| id.and_then(|id| world.latchel.residents.get(id)).map(|one| one.name.clone());
        let properties = world.latchel.properties.iter().map(|one| {
            let address = (&one.address1, &one.address2, &one.city, &one.state, &one.zip);
            format!("property {} {address:?} {}", one.name, one.is_active)
        });
        let residents = world.latchel.residents.iter().map(|one| {
            let dates = (one.move_in_date, one.move_out_date, one.is_active);
            let contact = (&one.name, &one.email, &one.phone);
            format!("resident {contact:?} at {:?} {dates:?}", one.property_id.and_then(place))
        });
        let jobs = world.latchel.jobs.iter().map(|one| {
            let what = (&one.name, &one.description, &one.state, one.severity, one.enter_permission);
            format!("job {what:?} at {:?} of {:?}", place(one.property_id), person(one.tenant_id))
        });
        let mut facts: Vec<_> = properties.chain(residents).chain(jobs).collect();
        facts.sort();
        facts
    })
}

#[tokio::test]
async fn a_first_sync_ends_as_with_buildium_and_a_second_reads_the_lists_alone_and_writes_nothing() {
    let policy = "sync_method = \"all\"";
    let buildium = Setup::on(Dialect::BUILDIUM, generated(60), policy).await;
    let doorloop = doorloop("all").await;
    for setup in [&buildium, &doorloop] {
        // A first run with DoorLoop takes everything, because nothing says when it changed.
        setup.run(0, &["sync", "--since", "2000-01-01T00:00:00Z"]).await;
    }
    let (expected, got) = (facts(&buildium), facts(&doorloop));
    let missing: Vec<_> = expected.iter().filter(|one| !got.contains(one)).collect();
    let beside: Vec<_> = got.iter().filter(|one| !expected.contains(one)).collect();
    assert!(missing.is_empty() && beside.is_empty(), "missing: {missing:#?}\nbeside: {beside:#?}");
    assert!(expected.len() > 60, "{}", expected.len());
    assert_eq!(expected.len(), got.len());

    assert_eq!(doorloop.sync(0).await, []);
    let paths: Vec<_> = calls(&doorloop).into_iter().map(|request| request.path).collect();
    let lists = ["/api/users", "/api/properties", "/api/units", "/api/leases/tenants", "/api/tasks"];
    assert_eq!(paths, lists, "each list once, and no call for a record");
    doorloop.run(0, &["check"]).await;
}

#[tokio::test]
async fn a_work_order_goes_there_is_numbered_and_closed_and_every_call_is_as_the_specification_has_it() {
    let mut setup = doorloop("assigned").await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    let before = setup.server.read(|world| world.platform.work_orders.len());
    setup.sync(0).await;
    let made = by_the_specification(&setup);
    assert!(made.contains("POST /tasks"), "{made:?}");
    assert_eq!(setup.sync(0).await, []);
    let (task, id) = setup.server.read(|world| {
        assert_eq!(world.platform.work_orders.len(), before + 1, "exactly one");
        let made = world.platform.work_orders.iter().last().expect("the new one");
        assert_eq!(made.reference.as_deref(), Some(format!("[Latchel #{job}]").as_str()));
        let task = world.platform.tasks.get(made.task_id).expect("its task");
        assert_eq!(task.assigned_to, Some(9_001), "assigned to the Latchel user");
        let job = world.latchel.jobs.get(job).expect("the job");
        assert_eq!(job.order_number, job.ref_job_id, "a task has no other number than its id");
        (task.id, job.ref_job_id.clone().expect("a reference"))
    });
    let banner = setup.run(0, &["status", "work-order", &id]).await;
    assert!(banner.contains("successfully synced with DoorLoop"), "{banner}");

    set_state(&mut setup, job, "Canceled");
    let writes = setup.sync(0).await;
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert_eq!((writes[0].path.as_str(), writes[0].method.as_str()), ("/api/tasks/update", "POST"));
    let body = writes[0].body.as_ref().expect("a body");
    assert_eq!((&body["notifyTenant"], &body["notifyAssignees"]), (&json!(false), &json!(false)));
    by_the_specification(&setup);
    let updates = setup.server.read(|world| {
        let task = world.platform.tasks.get(task).expect("its task");
        assert_eq!((task.status, task.assigned_to), (TaskStatus::Closed, Some(9_001)));
        task.history.len()
    });
    assert_eq!(setup.sync(0).await, []);
    set_state(&mut setup, job, "Cancelled");
    setup.sync(0).await;
    let after = setup.server.read(|world| world.platform.tasks.get(task).expect("its task").history.len());
    assert_eq!(after, updates, "an update that would change nothing is not sent");
}

/// The operations since the last sync began, each of them held against the reconstructed specification.
fn by_the_specification(setup: &Setup) -> BTreeSet<String> {
    let spec = Spec::at_hand("doorloop.reconstructed.openapi.json");
    let mut operations = BTreeSet::new();
    for request in calls(setup) {
        let path = request.path.strip_prefix("/api").expect("the API's paths").to_owned();
        operations.insert(format!("{} {path}", request.method));
        let Some(spec) = &spec else { continue };
        let asked = Asked { method: &request.method, path: &path };
        let mut faults = spec.query_faults(&asked, &request.query_pairs());
        faults.extend(request.body.iter().flat_map(|body| spec.body_faults(&asked, body)));
        let answer = request.response.clone().unwrap_or_default();
        assert_eq!(request.status, 200, "{request:?}");
        faults.extend(spec.answer_faults(&asked, request.status, &answer, ""));
        assert!(faults.is_empty(), "{request:?}: {faults:#?}");
    }
    operations
}

#[tokio::test]
async fn changes_are_noticed_by_content_however_old_they_are() {
    let mut setup = doorloop("none").await;
    setup.sync(0).await;
    setup.advance(TimeDelta::days(10));
    // Days of moving in and out have passed.
    setup.sync(0).await;
    let (property, lease) = setup.server.read(|world| {
        // One with many units would be held back as a mass change.
        let few = |id| world.platform.units.iter().filter(|unit| unit.property_id == id).count() < 8;
        let known = |one: &&Property| one.active && one.address.state.is_some() && few(one.id);
        let property = world.platform.properties.iter().find(known).expect("a small property").id;
        let today = world.platform_today();
        let stays = |one: &&Lease| one.move_outs.is_empty() && one.status_on(today) == LeaseStatus::Active;
        let elsewhere = |one: &&Lease| stays(one) && one.property_id != property;
        (property, world.platform.leases.iter().find(elsewhere).expect("a lease").id)
    });
    setup.server.edit(|world| {
        world.update_silently::<Property>(property, |one| one.active = false).expect("the property");
    });
    let writes = setup.sync(0).await;
    assert!(!writes.is_empty());
    for write in &writes {
        assert_eq!(write.body, Some(json!({"is_active": false})), "{write:?}");
    }
    // The same tenant comes back to the same property: another row of the list, and still one resident.
    let residents = setup.server.read(|world| world.latchel.residents.len());
    setup.server.edit(|world| {
        let mut again = world.get::<Lease>(lease).cloned().expect("the lease");
        let tenant_id = again.tenants[0].tenant_id;
        again.id = world.next_id::<Lease>();
        again.from_date = "2019-01-01".parse().expect("a day");
        again.tenants = vec![LeaseTenant { tenant_id, move_in: Some(again.from_date) }];
        let out = json!([{"tenant_id": tenant_id, "move_out": "2020-01-01"}]);
        again.move_outs = serde_json::from_value(out).expect("move-outs");
        world.insert(again).expect("a free id");
    });
    assert_eq!(setup.sync(0).await, [], "a stay of long ago changes nothing");
    assert_eq!(setup.server.read(|world| world.latchel.residents.len()), residents);
}

#[tokio::test]
async fn a_limit_that_asks_for_an_hour_ends_the_run_at_once_and_the_next_run_goes_on() {
    let setup = doorloop("all").await;
    let rule = FaultRule {
        side: Some(Side::Platform),
        method: None,
        path: Some("/api/units".to_owned()),
        body: None,
        calls: Vec::new(),
        probability: None,
        times: None,
        fault: Fault::Status { status: 429, retry_after: Some(3_500) },
    };
    setup.server.set_faults(FaultPlan { seed: 0, faults: vec![rule] });
    setup.server.clear_requests();
    let output = setup.output(&["sync"]).await;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("DoorLoop asks for fewer calls") && said.contains("until: "), "{said}");
    let asked: Vec<_> = calls(&setup).into_iter().map(|request| request.path).collect();
    assert_eq!(asked, ["/api/users", "/api/properties", "/api/units"], "and nothing after it");
    setup.server.set_faults(FaultPlan::default());
    setup.sync(0).await;
    assert!(setup.server.read(|world| world.latchel.jobs.len()) > 0);
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_by_its_reference() {
    let mut setup = doorloop("assigned").await;
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

/// A DoorLoop with a quirk, in which a job of Latchel's waits to be brought over.
async fn waiting(quirk: &str) -> (Setup, i64) {
    let mut setup = doorloop("assigned").await;
    setup.sync(0).await;
    setup.server.edit(|world| world.platform.account.quirks.insert(quirk.to_owned(), Switch::On));
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    (setup, job)
}

/// The description of the task that was made last, and the number of all.
fn newest(setup: &Setup) -> (String, usize) {
    setup.server.read(|world| {
        let orders = &world.platform.work_orders;
        (orders.iter().last().and_then(|one| one.details.clone()).unwrap_or_default(), orders.len())
    })
}

#[tokio::test]
async fn a_reference_that_is_not_kept_stands_in_the_description() {
    let (setup, job) = waiting("dropped-references").await;
    let before = newest(&setup).1;
    setup.sync(0).await;
    let (description, tasks) = newest(&setup);
    assert!(description.ends_with(&format!("\n\n[Latchel #{job}]")), "{description}");
    assert_eq!((setup.sync(0).await, tasks), (vec![], before + 1));
}

#[tokio::test]
async fn a_task_that_cannot_be_marked_is_made_once_and_told_of() {
    let (mut setup, job) = waiting("dropped-references").await;
    let before = newest(&setup).1;
    let rule = FaultRule {
        side: Some(Side::Platform),
        method: Some("PUT".to_owned()),
        ..FaultRule::always(Fault::Status { status: 405, retry_after: None })
    };
    setup.server.set_faults(FaultPlan { seed: 0, faults: vec![rule] });
    for run in 0..4 {
        setup.output(&["sync"]).await;
        assert_eq!(newest(&setup).1, before + 1, "run {run}");
        setup.advance(TimeDelta::minutes(30));
    }
    let waiting = setup.run(0, &["pending", "list", "--json"]).await;
    assert!(waiting.contains("does not show the whole work order"), "{waiting}");

    // Somebody writes the marker there, by which an internal task is a work order of ours.
    setup.server.edit(|world| {
        let id = world.platform.work_orders.iter().last().expect("the task").id;
        let order = world.platform.work_orders.get_mut(id).expect("the same");
        order.details = Some(format!("The fence fell over.\n\n[Latchel #{job}]"));
    });
    setup.server.set_faults(FaultPlan::default());
    setup.advance(TimeDelta::hours(12));
    setup.output(&["sync"]).await;
    assert_eq!(newest(&setup).1, before + 1);
    let number =
        setup.server.read(|world| world.latchel.jobs.get(job).expect("the job").order_number.clone());
    assert!(number.is_some(), "it is linked, and goes on");
}

#[tokio::test]
async fn pages_that_are_smaller_than_asked_for_lose_nothing() {
    let mut states = Vec::new();
    for switch in [Switch::Off, Switch::On] {
        let setup = doorloop("all").await;
        setup.server.edit(|world| world.platform.account.quirks.insert("capped-pages".to_owned(), switch));
        setup.run(0, &["sync", "--since", "2000-01-01T00:00:00Z"]).await;
        states.push(facts(&setup));
    }
    assert!(states[0].len() > 60, "{}", states[0].len());
    assert_eq!(states[0], states[1]);
}

#[tokio::test]
async fn a_filter_by_portfolio_that_is_ignored_excludes_nobody_without_a_word() {
    for (switch, code) in [(Switch::Off, 0), (Switch::On, 2)] {
        let policy = "sync_method = \"all\"\nexclude = { groups = [\"Not managed\"] }";
        let mut world = generated(60);
        world.platform.account.quirks.insert("ignored-groups".to_owned(), switch);
        let setup = Setup::on(Dialect::DOORLOOP, world, policy).await;
        let said = setup.run(code, &["sync", "--since", "2000-01-01T00:00:00Z"]).await;
        assert_eq!(said.contains("does not exist has properties"), switch == Switch::On, "{said}");
        assert_eq!(facts(&setup).is_empty(), switch == Switch::On);
    }
}

#[tokio::test]
async fn a_portfolio_of_five_thousand_units_is_read_within_the_limits() {
    let world = generated(5_000);
    let counts = [
        world.platform.properties.len(),
        world.platform.units.len(),
        world.platform.leases.len(),
        world.platform.work_orders.len(),
    ];
    // The real limits: a call too many would be refused.
    let options = Options { platform: Dialect::DOORLOOP, ..Options::default() };
    let server = MockServer::start(world, options).await.expect("the mock starts");
    let adapter = registry::platforms().into_iter().find(|one| one.name == "doorloop").expect("registered");
    let values = Map::from_iter([("base_url".to_owned(), Value::from(server.platform_url()))]);
    let token = ("token".to_owned(), "mock-client-secret".into());
    let platform =
        (adapter.connect)(&Settings::new(adapter.settings, values, [token].into())).expect("an adapter");
    let window = Window { from: noon() - TimeDelta::hours(72) };

    // A run without anything to write reads this, and so does one with everything to write.
    platform.users().await.expect("users");
    let properties: Vec<_> = platform.properties(window).try_concat().await.expect("properties");
    let residents: Vec<_> = platform.residents(window).try_concat().await.expect("residents");
    let work_orders: Vec<_> = platform.work_orders(window).try_concat().await.expect("work orders");
    assert!(properties.len() >= 5_000 && residents.len() > 3_500 && work_orders.len() > 1_000);
    let asked = server.requests();
    assert!(asked.iter().all(|request| request.status == 200));
    let pages = counts.iter().map(|rows| rows.div_ceil(1_000)).sum::<usize>();
    assert_eq!(asked.len(), 1 + pages, "one call for each thousand rows, and one for the users");
    assert!(asked.len() <= 15, "{} calls for {counts:?}", asked.len());
}
