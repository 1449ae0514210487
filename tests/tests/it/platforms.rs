//! Tests that every platform is put through. Each platform's own file says which of them apply, and has its own ones.

use chrono::TimeDelta;
use mock_pms::world::{Job, Resident, TaskStatus, World};
use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, GenerateSpec, Side};
use serde_json::Value;

use crate::both_ways::{new_job, set_state};
use crate::setup::{Setup, noon};

/// A generated world of 60 units on this platform.
pub async fn generated(platform: Dialect, method: &str, change: impl FnOnce(&mut World)) -> Setup {
    let mut world = World::generate(&GenerateSpec { units: 60, seed: 3, now: noon() });
    change(&mut world);
    Setup::on(platform, world, &format!("sync_method = \"{method}\"")).await
}

/// Facts that a platform does not tell, so that Latchel cannot have them either, or has of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacks {
    /// Severity of one.
    Severity,
    /// Permission of the resident to enter.
    Entry,
    /// Person who asked for one.
    Requester,
    /// Numbers as Buildium has them.
    Number,
    /// Work orders that are closed.
    Closed,
    /// Residents who have left, or are still to come.
    Absent,
}

/// Records in Latchel, without the ids, which each platform has of its own, and without what this one lacks.
pub fn latchel_facts(setup: &Setup, lacks: &[Lacks]) -> Vec<String> {
    let told = |what| !lacks.contains(&what);
    setup.server.read(|world| {
        let place = |id| world.latchel.properties.get(id).map(|one| one.name.as_str());
        let person = |id: Option<i64>| world.latchel.residents.get(id?).map(|one| one.name.as_str());
        let is_closed = |job: &&Job| ["Completed", "Cancelled", "Canceled"].contains(&job.state.as_str());
        let properties = world.latchel.properties.iter().map(|one| {
            let address = (&one.address1, &one.address2, &one.city, &one.state, &one.zip);
            format!("property {} {address:?} {} {:?}", one.name, one.is_active, one.integration_data)
        });
        let present = |one: &&Resident| one.is_active || told(Lacks::Absent);
        let residents = world.latchel.residents.iter().filter(present).map(|one| {
            let at = one.property_id.and_then(place);
            let dates = (one.move_in_date, one.move_out_date, one.is_active);
            format!("resident {} {:?} {:?} at {at:?} {dates:?}", one.name, one.email, one.phone)
        });
        let listed = |one: &&Job| told(Lacks::Closed) || !is_closed(one);
        let jobs = world.latchel.jobs.iter().filter(listed).map(|one| {
            let number = one.order_number.as_ref().filter(|_| told(Lacks::Number));
            let severity = told(Lacks::Severity).then_some(one.severity);
            let entry = one.enter_permission.filter(|_| told(Lacks::Entry));
            let requester = person(one.tenant_id).filter(|_| told(Lacks::Requester));
            let what = (&one.name, &one.description, &one.state, severity, entry);
            format!("job {number:?} {what:?} at {:?} for {requester:?}", place(one.property_id))
        });
        properties.chain(residents).chain(jobs).collect()
    })
}

/// A first sync ends in what it ends in with Buildium, but for what the platform lacks, and the next ones write nothing.
pub async fn same_state_as_buildium(platform: Dialect, lacks: &[Lacks]) -> Setup {
    same_state_after(&["sync"], platform, lacks).await
}

/// The same after another first command.
pub async fn same_state_after(first: &[&str], platform: Dialect, lacks: &[Lacks]) -> Setup {
    let buildium = generated(Dialect::BUILDIUM, "all", |_| {}).await;
    buildium.run(0, first).await;
    let other = generated(platform, "all", |_| {}).await;
    other.run(0, first).await;
    assert!(!other.writes().is_empty());
    let (expected, got) = (latchel_facts(&buildium, lacks), latchel_facts(&other, lacks));
    let (missing, beside) = (without(&expected, &got), without(&got, &expected));
    assert!(missing.is_empty() && beside.is_empty(), "missing: {missing:#?}\nbeside: {beside:#?}");
    assert_eq!(other.sync(0).await, []);
    other
}

/// The facts without the others, each of which takes one like it away: one that is there twice stays once.
fn without(facts: &[String], others: &[String]) -> Vec<String> {
    let mut left = facts.to_vec();
    for other in others {
        if let Some(at) = left.iter().position(|fact| fact == other) {
            left.swap_remove(at);
        }
    }
    left.sort();
    left
}

#[test]
fn a_fact_that_is_there_too_often_is_named() {
    let facts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (once, twice) = (facts(&["a", "b"]), facts(&["b", "a", "b"]));
    assert_eq!(without(&twice, &once), ["b"]);
    assert_eq!(without(&once, &twice), [""; 0]);
}

/// A work order made in Latchel is created once, numbered as the platform numbers it in `number`, assigned and closed. Returns
/// its id in the world.
pub async fn there_and_back(setup: &mut Setup, number: &str) -> i64 {
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    let before = setup.server.read(|world| world.platform.work_orders.len());
    setup.sync(0).await;
    assert_eq!(setup.sync(0).await, []);
    let (id, task) = setup.server.read(|world| {
        assert_eq!(world.platform.work_orders.len(), before + 1, "exactly one");
        let made = world.platform.work_orders.iter().last().expect("the new one");
        let task = world.platform.tasks.get(made.task_id).expect("its task");
        assert_eq!(task.assigned_to, Some(9001), "assigned to the Latchel user");
        (made.id, task.id)
    });
    is_numbered(setup, job, id, number);
    set_state(setup, job, "Completed");
    let writes = setup.sync(0).await;
    assert!(writes.len() == 1 && writes[0].side == Side::Platform, "{writes:?}");
    let status = setup.server.read(|world| world.platform.tasks.get(task).expect("its task").status);
    assert_eq!(status, TaskStatus::Completed);
    assert_eq!(setup.sync(0).await, []);
    id
}

/// The job refers to this work order, and has its number from where the platform's answers have it.
fn is_numbered(setup: &Setup, job: i64, work_order: i64, number: &str) {
    let (theirs, given) = setup.server.read(|world| {
        let job = world.latchel.jobs.get(job).expect("the job");
        (job.ref_job_id.clone().expect("a reference"), job.order_number.clone().expect("a number"))
    });
    assert_eq!(setup.platform().work_order(&theirs), Some(work_order));
    let mut shown = Vec::new();
    for request in setup.server.requests().into_iter().filter(|request| request.side == Side::Platform) {
        numbers(request.response.as_ref().unwrap_or(&Value::Null), &theirs, number, &mut shown);
    }
    assert!(
        shown.contains(&given),
        "the job has {given}, and where answers name {theirs}, {number} is {shown:?}"
    );
}

/// Collects the values of `number` of the records with this id, at any depth.
fn numbers(answer: &Value, id: &str, number: &str, found: &mut Vec<String>) {
    match answer {
        Value::Array(all) => all.iter().for_each(|one| numbers(one, id, number, found)),
        Value::Object(fields) => {
            if fields.values().any(|value| text(value) == id) {
                found.extend(fields.get(number).map(text));
            }
            fields.values().for_each(|one| numbers(one, id, number, found));
        }
        _ => {}
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A create by a POST to `path`, whose answer is lost, is found again by its marker `later` and not made twice.
pub async fn lost_create_is_found(setup: &mut Setup, path: &str, later: TimeDelta) {
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(10));
    new_job(setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    let count = |setup: &Setup| setup.server.read(|world| world.platform.work_orders.len());
    let before = count(setup);
    let rule = FaultRule {
        side: Some(Side::Platform),
        method: Some("POST".to_owned()),
        path: Some(path.to_owned()),
        calls: vec![1],
        ..FaultRule::always(Fault::CutAfter)
    };
    setup.server.set_faults(FaultPlan { seed: 0, faults: vec![rule] });
    setup.sync(1).await;
    assert_eq!(count(setup), before + 1);
    setup.advance(later);
    let writes = setup.sync(0).await;
    assert!(writes.iter().any(|write| write.side == Side::Latchel), "{writes:?}");
    assert!(writes.iter().all(|write| write.side == Side::Latchel), "{writes:?}");
    assert_eq!(count(setup), before + 1);
}
