//! Taking over an account that another program filled, from the command to both of Latchel's faces (rules A1 to A3).

use chrono::TimeDelta;
use mock_pms::world::{Job, LatchelProperty, Task, TaskStatus, WorkOrder};
use mock_pms::{GenerateSpec, LoggedRequest, Side, World};

use crate::pairs::pairs;
use crate::setup::{Setup, noon};

/// Who has moved out is compared with nobody (rule A3), and is left out here.
const POLICY: &str = "sync_method = \"all\"\nresidents = { new_moved_out = \"skip\" }";

/// A world with an open work order in each unit.
fn world() -> World {
    let mut world = World::generate(&GenerateSpec { units: 24, seed: 7, now: noon() });
    let open = |one: &&WorkOrder| {
        world.platform.tasks.get(one.task_id).is_some_and(|task| task.status == TaskStatus::New)
    };
    let order = world.platform.work_orders.iter().find(open).expect("an open one").clone();
    let task = world.platform.tasks.get(order.task_id).expect("its task").clone();
    let places: Vec<_> = world.platform.units.iter().map(|unit| (unit.property_id, unit.id)).collect();
    for (property, unit) in places {
        let title = format!("Tap in {unit}");
        let next = Task {
            id: world.platform.tasks.next_id(),
            title: title.clone(),
            description: Some(title.clone()),
            property_id: Some(property),
            unit_id: Some(unit),
            ..task.clone()
        };
        let task_id = next.id;
        world.platform.tasks.insert(next).expect("a free id");
        let id = world.platform.work_orders.next_id();
        let next =
            WorkOrder { id, task_id, title: Some(title.clone()), details: Some(title), ..order.clone() };
        world.platform.work_orders.insert(next).expect("a free id");
    }
    world
}

/// Two systems in step, Latchel under another program's references; the ledger is gone. Latchel lacks every third property
/// with whoever is there, has one that the platform no longer has, and has one twice.
async fn filled_by_another(mut setup: Setup) -> Setup {
    // Work orders are created once the mirror's list of them was widened.
    for _ in 0..3 {
        written(&mut setup).await;
    }
    setup.advance(TimeDelta::days(4));
    setup.server.edit(make_foreign);
    forget(&setup);
    setup
}

/// Removes the ledger.
fn forget(setup: &Setup) {
    for entry in std::fs::read_dir(setup.folder.path()).expect("the folder").flatten() {
        if entry.file_name().to_string_lossy().contains("sqlite") {
            std::fs::remove_file(entry.path()).expect("the ledger");
        }
    }
}

fn make_foreign(world: &mut World) {
    let foreign = |id: &mut Option<String>| *id = id.take().map(|id| format!("F{id}"));
    let latchel = &mut world.latchel;
    let referring = latchel.properties.iter().filter(|one| one.ref_property_id.is_some());
    let all: Vec<LatchelProperty> = referring.cloned().collect();
    let lacking: Vec<_> = all.iter().skip(2).step_by(3).map(|one| one.id).collect();
    let is_lacking = |id: Option<i64>| id.is_some_and(|id| lacking.contains(&id));
    let ids: Vec<_> = latchel.jobs.iter().map(|one| (one.id, one.property_id)).collect();
    for (id, property) in ids {
        foreign(&mut latchel.jobs.get_mut(id).expect("it is there").ref_job_id);
        if is_lacking(Some(property)) {
            latchel.jobs.remove(id);
        }
    }
    let ids: Vec<_> = latchel.residents.iter().map(|one| (one.id, one.property_id)).collect();
    for (id, property) in ids {
        let one = latchel.residents.get_mut(id).expect("it is there");
        foreign(&mut one.ref_user_id);
        foreign(&mut one.ref_property_id);
        if is_lacking(property) {
            latchel.residents.remove(id);
        }
    }
    for one in &all {
        foreign(&mut latchel.properties.get_mut(one.id).expect("it is there").ref_property_id);
        if is_lacking(Some(one.id)) {
            latchel.properties.remove(one.id);
        }
    }
    let first = all.first().expect("a property").clone();
    let stale = LatchelProperty {
        id: 9_001,
        ref_property_id: Some("F9001".to_owned()),
        name: "Sold long ago".to_owned(),
        address1: "1 Vanished Road".to_owned(),
        ..first.clone()
    };
    let doubled = LatchelProperty { id: 9_002, ref_property_id: Some("F9002".to_owned()), ..first };
    for one in [stale, doubled] {
        latchel.properties.insert(one).expect("a free id");
    }
}

/// Numbers of properties, residents and work orders in Latchel.
fn sizes(setup: &Setup) -> [usize; 3] {
    setup.server.read(|world| {
        [world.latchel.properties.len(), world.latchel.residents.len(), world.latchel.jobs.len()]
    })
}

/// Fails if a work order of the platform is in Latchel twice, under whatever reference.
fn is_once(setup: &Setup) {
    let mut names: Vec<_> =
        setup.server.read(|world| world.latchel.jobs.iter().map(|one| one.name.clone()).collect());
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "{names:?}");
}

/// Writes to Latchel of a run over everything that there ever was.
async fn written(setup: &mut Setup) -> Vec<LoggedRequest> {
    setup.advance(TimeDelta::minutes(15));
    setup.server.clear_requests();
    setup.output(&["sync", "--since", "3650d"]).await;
    let failed = setup.run(0, &["pending", "list"]).await;
    assert!(!failed.contains("failed"), "{failed}");
    setup.writes().into_iter().filter(|write| write.side == Side::Latchel).collect()
}

/// Somebody decides where several stand on one side: for the first of each.
fn decide(table: &str) -> (String, usize) {
    let mut decided = std::collections::HashSet::new();
    let mut lines: Vec<String> = Vec::new();
    for line in table.lines() {
        let mut parts = line.splitn(3, ',');
        let id = (parts.next().map(str::to_owned), parts.next().map(str::to_owned));
        let is_open = line.ends_with(',');
        lines.push(if is_open && decided.insert(id) { format!("{line}link") } else { line.to_owned() });
    }
    (lines.join("\n") + "\n", decided.len())
}

/// Proposals in a table, in which somebody has decided. Returns the number of decisions.
async fn decided(setup: &Setup) -> usize {
    let told = setup.run(0, &["adopt"]).await;
    assert!(told.contains("to link") && told.contains("for people to decide"), "{told}");
    setup.run(0, &["adopt", "--csv", "pairs.csv"]).await;
    let work_orders =
        told.lines().find(|line| line.trim_start().starts_with("work order:")).expect("their line");
    assert!(!work_orders.contains(" 0 to link"), "{work_orders}");
    let file = setup.folder.path().join("pairs.csv");
    let (table, open) = decide(&std::fs::read_to_string(&file).expect("the table"));
    std::fs::write(&file, table).expect("the decisions");
    open
}

async fn is_taken_over(setup: Setup) {
    let mut setup = filled_by_another(setup).await;
    let before = sizes(&setup);
    assert_eq!((written(&mut setup).await, sizes(&setup)), (vec![], before), "it may be there already");

    let open = decided(&setup).await;
    assert!(open > 0, "the doubled property is left to people");
    setup.server.clear_requests();
    setup.run(0, &["adopt", "--apply", "--csv", "pairs.csv"]).await;
    assert_eq!((setup.writes(), sizes(&setup)), (vec![], before), "the links are in the ledger alone");

    // What Latchel lacks is created once; whatever was there stays what it is. The list of work orders is widened first.
    for _ in 0..2 {
        written(&mut setup).await;
    }
    let made = sizes(&setup);
    pairs(&setup);
    is_once(&setup);
    assert!(made[0] > before[0] && made[2] > before[2], "{before:?} {made:?}");
    assert_eq!((written(&mut setup).await, sizes(&setup)), (vec![], made), "nothing is left to do");
    what_is_reported_arrives(&mut setup).await;
}

/// Somebody reports something in Latchel at a property that still carries the other program's reference.
async fn what_is_reported_arrives(setup: &mut Setup) {
    let taken_over = |one: &&LatchelProperty| {
        let refers = one.ref_property_id.as_ref().is_some_and(|own| own.starts_with('F'));
        refers && one.is_active && ![9_001, 9_002].contains(&one.id)
    };
    let property = setup.server.read(|world| world.latchel.properties.iter().rfind(taken_over).cloned());
    let property = property.expect("one that was taken over");
    setup.advance(TimeDelta::minutes(15));
    let now = setup.now;
    setup.server.edit(|world| {
        let jobs = &mut world.latchel.jobs;
        let any = jobs.iter().next().expect("a work order").clone();
        let reported = Job {
            id: jobs.next_id(),
            source: "Tenant Call".to_owned(),
            state: "Diagnosing Issue".to_owned(),
            name: "Reported later".to_owned(),
            property_id: property.id,
            tenant_id: None,
            ref_job_id: None,
            order_number: None,
            state_updated_at: now,
            created_at: now,
            updated_at: now,
            ..any
        };
        jobs.insert(reported).expect("a free id");
    });
    written(setup).await;
    let streets: Vec<_> = setup.server.read(|world| {
        let later = |task: &&Task| task.title.starts_with("Reported later");
        let place = |task: &Task| world.platform.properties.get(task.property_id?)?.address.line1.clone();
        world.platform.tasks.iter().filter(later).map(place).collect()
    });
    assert_eq!(streets, [Some(property.address1)]);
}

#[tokio::test]
async fn an_account_is_taken_over_through_the_gateway() {
    is_taken_over(Setup::of(world(), POLICY).await).await;
}

#[tokio::test]
async fn an_account_is_taken_over_through_the_partner_api() {
    is_taken_over(Setup::of_partner_api(world(), POLICY, "writes = \"on\"").await).await;
}

#[tokio::test]
async fn references_that_are_written_are_known_without_a_ledger() {
    let setup = Setup::of_partner_api(world(), POLICY, "writes = \"on\"").await;
    let mut setup = filled_by_another(setup).await;
    let foreign = |setup: &Setup| {
        setup.server.read(|world| {
            let latchel = &world.latchel;
            let is_foreign = |id: &Option<String>| id.as_ref().is_some_and(|id| id.starts_with('F'));
            let properties = latchel.properties.iter().filter(|one| is_foreign(&one.ref_property_id)).count();
            [properties, latchel.residents.iter().filter(|one| is_foreign(&one.ref_user_id)).count()]
        })
    };
    decided(&setup).await;
    let (before, sizes_before) = (foreign(&setup), sizes(&setup));
    let told = setup.run(0, &["adopt", "--apply", "--csv", "pairs.csv", "--write-references"]).await;
    assert!(told.contains("references written") && !told.contains(" 0 references written"), "{told}");
    let after = foreign(&setup);
    assert!(before.iter().zip(after).all(|(before, after)| after < *before), "{before:?} {after:?}");
    assert_eq!(sizes(&setup), sizes_before, "nothing was created");

    // Once more writes nothing; and without the ledger, what carries a reference is known by it.
    setup.server.clear_requests();
    setup.run(0, &["adopt", "--apply", "--csv", "pairs.csv", "--write-references"]).await;
    assert_eq!(setup.writes(), vec![]);
    forget(&setup);
    let references = |setup: &Setup| -> Vec<_> {
        let refer = |one: &LatchelProperty| (one.ref_property_id.clone(), one.ref_unit_id.clone());
        setup.server.read(|world| world.latchel.properties.iter().map(refer).collect())
    };
    let known = references(&setup);
    written(&mut setup).await;
    pairs(&setup);
    is_once(&setup);
    let all = references(&setup);
    assert!(all.len() > known.len() && all[known.len()..].iter().all(|one| !known.contains(one)), "{all:?}");
}
