//! What every platform is put through; each platform's own file says which of it, and what is its alone.

use chrono::TimeDelta;
use mock_pms::world::{TaskStatus, World};
use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, GenerateSpec, Side};

use crate::both_ways::{new_job, set_state};
use crate::setup::{Setup, noon};

/// A generated world of 60 units on this platform.
pub async fn generated(platform: Dialect, method: &str, change: impl FnOnce(&mut World)) -> Setup {
    let mut world = World::generate(&GenerateSpec { units: 60, seed: 3, now: noon() });
    change(&mut world);
    Setup::on(platform, world, &format!("sync_method = \"{method}\"")).await
}

/// What Latchel holds, without the ids, which each platform has of its own. Who asked for a work order comes last.
pub fn latchel_facts(setup: &Setup) -> Vec<String> {
    setup.server.read(|world| {
        let place = |id| world.latchel.properties.get(id).map(|one| one.name.as_str());
        let person = |id: Option<i64>| world.latchel.residents.get(id?).map(|one| one.name.as_str());
        let properties = world.latchel.properties.iter().map(|one| {
            let address = (&one.address1, &one.address2, &one.city, &one.state, &one.zip);
            format!("property {} {address:?} {} {:?}", one.name, one.is_active, one.integration_data)
        });
        let residents = world.latchel.residents.iter().map(|one| {
            let at = one.property_id.and_then(place);
            let dates = (one.move_in_date, one.move_out_date, one.is_active);
            format!("resident {} {:?} {:?} at {at:?} {dates:?}", one.name, one.email, one.phone)
        });
        let jobs = world.latchel.jobs.iter().map(|one| {
            let what = (&one.name, &one.description, &one.state, one.severity, one.enter_permission);
            let at = place(one.property_id);
            format!("job {:?} {what:?} at {at:?} for {:?}", one.order_number, person(one.tenant_id))
        });
        let mut facts: Vec<_> = properties.chain(residents).chain(jobs).collect();
        facts.sort();
        facts
    })
}

/// A first sync ends in what it ends in with Buildium, as far as `comparable` leaves it, and the next ones write nothing.
pub async fn same_state_as_buildium(platform: Dialect, comparable: fn(String) -> String) -> Setup {
    same_state_after(&["sync"], platform, comparable).await
}

/// The same after another first command.
pub async fn same_state_after(first: &[&str], platform: Dialect, comparable: fn(String) -> String) -> Setup {
    let facts = |setup: &Setup| {
        let mut facts: Vec<_> = latchel_facts(setup).into_iter().map(comparable).collect();
        facts.sort();
        facts
    };
    let buildium = generated(Dialect::BUILDIUM, "all", |_| {}).await;
    buildium.run(0, first).await;
    let other = generated(platform, "all", |_| {}).await;
    other.run(0, first).await;
    assert!(!other.writes().is_empty());
    let (expected, got) = (facts(&buildium), facts(&other));
    let missing: Vec<_> = expected.iter().filter(|one| !got.contains(one)).collect();
    let beside: Vec<_> = got.iter().filter(|one| !expected.contains(one)).collect();
    assert!(missing.is_empty() && beside.is_empty(), "missing: {missing:#?}\nbeside: {beside:#?}");
    assert_eq!(expected.len(), got.len());
    assert_eq!(other.sync(0).await, []);
    other
}

/// A work order made in Latchel is created once, numbered, assigned and closed. Returns its id in the world.
pub async fn there_and_back(setup: &mut Setup) -> i64 {
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
        let job = world.latchel.jobs.get(job).expect("the job");
        assert_eq!(job.order_number, Some(made.id.to_string()));
        (made.id, task.id)
    });
    set_state(setup, job, "Completed");
    let writes = setup.sync(0).await;
    assert!(writes.len() == 1 && writes[0].side == Side::Platform, "{writes:?}");
    let status = setup.server.read(|world| world.platform.tasks.get(task).expect("its task").status);
    assert_eq!(status, TaskStatus::Completed);
    assert_eq!(setup.sync(0).await, []);
    id
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
