//! `reconcile` over every platform: units that move, houses that get units, tenants who are taken off their leases.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use mock_pms::Dialect;
use mock_pms::world::{Lease, Unit, World};
use serde_json::Value;

use crate::setup::{Setup, noon};

/// Records of Latchel that become orphaned, by their ids.
struct Orphans {
    properties: Vec<i64>,
    residents: Vec<i64>,
}

/// A world that was synced and has aged beyond the window.
async fn aged(platform: Dialect, policy: &str) -> Setup {
    let world = World::generate(&mock_pms::GenerateSpec { units: 60, seed: 3, now: noon() });
    let mut setup = Setup::on(platform, world, &format!("sync_method = \"none\"\n{policy}")).await;
    // Reports tell when a property was entered and no later change, so that a first window has few of them.
    setup.run(0, &["sync", "--since", "3650d"]).await;
    setup.advance(TimeDelta::days(10));
    setup.sync(0).await;
    setup.advance(TimeDelta::days(10));
    setup
}

/// The newest active Latchel property of this name: what the world began with may refer to another platform.
fn latchel_property(world: &World, name: &str) -> Option<i64> {
    let mut found = world.latchel.properties.iter().filter(|one| one.name == name && one.is_active);
    found.next_back().filter(|one| one.ref_property_id.is_some()).map(|one| one.id)
}

/// The active Latchel resident that is this tenant.
fn latchel_resident(world: &World, tenant: i64, property: i64) -> Option<i64> {
    let tenant = world.platform.tenants.get(tenant)?;
    let name = format!("{} {}", tenant.first_name, tenant.last_name);
    let is_it = |one: &&mock_pms::world::Resident| {
        one.name == name && one.property_id == Some(property) && one.is_active && one.ref_user_id.is_some()
    };
    world.latchel.residents.iter().rev().find(is_it).map(|one| one.id)
}

/// The Latchel property where a lease is, and the only resident there.
fn orphans_of(world: &World, lease: &Lease) -> Option<(i64, i64)> {
    let property = world.platform.properties.get(lease.property_id).filter(|one| one.active)?;
    let unit = world.platform.units.get(lease.unit_id?)?;
    let place = latchel_property(world, &format!("{}, {}", property.name, unit.number))?;
    Some((place, latchel_resident(world, sole_tenant(world, lease)?, place)?))
}

/// The only tenant of a lease without an end, which is the tenant's only one.
fn sole_tenant(world: &World, lease: &Lease) -> Option<i64> {
    let [tenant] = lease.tenants.as_slice() else { return None };
    let leases = &world.platform.leases;
    let of_tenant = |one: &&Lease| one.tenants.iter().any(|other| other.tenant_id == tenant.tenant_id);
    let is_current = lease.from_date <= noon().date_naive()
        && lease.to_date.is_none_or(|day| day > world.now().date_naive());
    (lease.move_outs.is_empty() && is_current && leases.iter().filter(of_tenant).count() == 1)
        .then_some(tenant.tenant_id)
}

/// A unit moves to another property with its lease, a house gets its first unit, and somebody is taken off a lease without a
/// date. The platform stamps what is new or moved, and nothing else.
fn rearrange(setup: &Setup) -> Orphans {
    setup.server.edit(|world| {
        let now = world.now();
        let units_of = |world: &World, property: i64| {
            world.platform.units.iter().filter(|unit| unit.property_id == property).count()
        };
        let is_active =
            |world: &World, id: i64| world.platform.properties.get(id).is_some_and(|one| one.active);

        // A unit among several, with its lease.
        let leases: Vec<Lease> = world.platform.leases.iter().cloned().collect();
        let moved = leases.iter().find(|lease| {
            let alone = leases.iter().filter(|one| one.unit_id == lease.unit_id).count() == 1;
            alone && units_of(world, lease.property_id) > 1 && orphans_of(world, lease).is_some()
        });
        let moved = moved.expect("a lease of a unit").clone();
        let (orphan, mover) = orphans_of(world, &moved).expect("both are in Latchel");
        let unit = world.platform.units.get(moved.unit_id.expect("a unit")).expect("the unit").clone();
        let mut others = world.platform.units.iter().map(|unit| unit.property_id);
        let other = others.find(|id| *id != moved.property_id && is_active(world, *id));
        let other = other.expect("another property with units");

        // Another one's only tenant goes.
        let left = leases.iter().find(|lease| {
            let elsewhere = ![moved.property_id, other].contains(&lease.property_id);
            elsewhere && orphans_of(world, lease).is_some()
        });
        let left = left.expect("another lease").clone();
        let (_, leaver) = orphans_of(world, &left).expect("both are in Latchel");

        // A house.
        let mut houses =
            world.platform.properties.iter().filter(|one| one.active && units_of(world, one.id) == 0);
        let house = houses.find(|one| latchel_property(world, &one.name).is_some()).expect("a house").clone();
        let as_house = latchel_property(world, &house.name).expect("it is in Latchel");

        let platform = &mut world.platform;
        let unit = platform.units.get_mut(unit.id).expect("the unit");
        (unit.property_id, unit.updated_at) = (other, now);
        let unit = unit.clone();
        let lease = platform.leases.get_mut(moved.id).expect("the lease");
        (lease.property_id, lease.updated_at) = (other, now);
        platform.leases.get_mut(left.id).expect("the lease").tenants.clear();
        let first = Unit {
            id: platform.units.next_id(),
            property_id: house.id,
            number: "A".to_owned(),
            address: house.address.clone(),
            created_at: now,
            updated_at: now,
        };
        let of_house: Vec<i64> =
            platform.leases.iter().filter(|one| one.property_id == house.id).map(|one| one.id).collect();
        for id in of_house {
            let lease = platform.leases.get_mut(id).expect("the lease");
            (lease.unit_id, lease.updated_at) = (Some(first.id), now);
        }
        let tasks: Vec<i64> = platform.tasks.iter().map(|task| task.id).collect();
        for id in tasks {
            let task = platform.tasks.get_mut(id).expect("the task");
            if task.unit_id == Some(unit.id) {
                task.property_id = Some(other);
            }
        }
        platform.units.insert(first).expect("a new id");
        world.validate().expect("the world is sound");
        Orphans { properties: vec![orphan, as_house], residents: vec![mover, leaver] }
    })
}

/// The ids in Latchel of what printed outcomes flag, by reason.
fn flagged(printed: &str) -> BTreeMap<String, Vec<i64>> {
    let mut flagged: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let lines = printed.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON lines"));
    for outcome in lines.filter(|line| line["key"].is_object()) {
        let reason = outcome["reason"].as_str().expect("a reason");
        if reason.ends_with("gone_from_source") {
            let id = outcome["counterpart"].as_str().expect("a counterpart").parse().expect("a number");
            flagged.entry(reason.to_owned()).or_default().push(id);
        }
    }
    flagged.values_mut().for_each(|ids| ids.sort_unstable());
    flagged
}

fn expected(orphans: &Orphans) -> BTreeMap<String, Vec<i64>> {
    let sorted = |ids: &[i64]| {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids
    };
    BTreeMap::from([
        ("property_gone_from_source".to_owned(), sorted(&orphans.properties)),
        ("resident_gone_from_source".to_owned(), sorted(&orphans.residents)),
    ])
}

async fn what_is_gone_is_flagged(platform: Dialect) {
    let mut setup = aged(platform, "").await;
    let printed = setup.run(0, &["reconcile", "--json"]).await;
    assert_eq!(flagged(&printed), BTreeMap::new(), "everything is there");

    let orphans = rearrange(&setup);
    setup.advance(TimeDelta::minutes(5));
    setup.sync(0).await;
    assert!(active(&setup, &orphans), "no window writes for what is gone");

    setup.advance(TimeDelta::minutes(5));
    setup.server.clear_requests();
    let printed = setup.run(0, &["reconcile", "--json"]).await;
    assert_eq!(flagged(&printed), expected(&orphans));
    assert_eq!(setup.writes(), [], "a plan writes nothing");
    let before = setup.run(0, &["runs", "--json"]).await;

    let told = setup.run(0, &["reconcile", "--apply"]).await;
    assert!(
        told.contains("2  property_gone_from_source") && told.contains("2  resident_gone_from_source"),
        "{told}"
    );
    assert_eq!(setup.writes(), [], "it flags");
    let (before, after): (Value, Value) = (
        serde_json::from_str(&before).expect("JSON"),
        serde_json::from_str(&setup.run(0, &["runs", "--json"]).await).expect("JSON"),
    );
    assert_eq!(after[0]["reconciles"], true, "{after}");
    assert_eq!(before.as_array().map(Vec::len).map(|runs| runs + 1), after.as_array().map(Vec::len));

    // Whoever asks is told what Latchel has.
    let id = orphans.residents[0].to_string();
    let explained = setup.run(0, &["explain", "resident", &id, "--json"]).await;
    let explained: Value = serde_json::from_str(&explained).expect("JSON");
    let one = explained
        .as_array()
        .expect("an array")
        .iter()
        .find(|one| one["reason"] == "resident_gone_from_source");
    let one = one.unwrap_or_else(|| panic!("{explained}"));
    let one = one.get("explanation").unwrap_or(one);
    assert!(one["latchel"].is_object() && one["link"].is_object() && one["platform"].is_null(), "{one}");

    // A later window does not take it back, and once they are inactive in Latchel nothing is left to say.
    setup.sync(0).await;
    setup.server.edit(|world| {
        for id in &orphans.properties {
            world.latchel.properties.get_mut(*id).expect("there").is_active = false;
        }
        for id in &orphans.residents {
            world.latchel.residents.get_mut(*id).expect("there").is_active = false;
        }
    });
    let printed = setup.run(0, &["reconcile", "--apply"]).await;
    assert!(
        printed.contains("4  gone_from_source") || printed.matches("2  gone_from_source").count() == 2,
        "{printed}"
    );
    assert!(!printed.contains("property_gone_from_source"), "{printed}");
}

/// True if each of them is active in Latchel.
fn active(setup: &Setup, orphans: &Orphans) -> bool {
    setup.server.read(|world| {
        let property = |id: &i64| world.latchel.properties.get(*id).is_some_and(|one| one.is_active);
        let resident = |id: &i64| world.latchel.residents.get(*id).is_some_and(|one| one.is_active);
        orphans.properties.iter().all(property) && orphans.residents.iter().all(resident)
    })
}

async fn gone_properties_are_set_inactive(platform: Dialect) {
    let mut setup = aged(platform, "properties = { gone = \"deactivate\" }").await;
    let orphans = rearrange(&setup);
    setup.advance(TimeDelta::minutes(5));
    setup.run(0, &["sync", "--only", "residents"]).await;
    setup.server.clear_requests();
    let told = setup.run(0, &["reconcile", "--apply", "--json"]).await;
    assert!(told.contains("property_gone_from_source"), "{told}");
    let inactive =
        |id: &i64| setup.server.read(|world| !world.latchel.properties.get(*id).expect("there").is_active);
    assert!(orphans.properties.iter().all(inactive));
    let off = setup
        .writes()
        .into_iter()
        .filter(|write| write.body == Some(serde_json::json!({"is_active": false})));
    assert_eq!(off.count(), 2, "{:?}", setup.writes());
}

#[tokio::test]
async fn buildium() {
    what_is_gone_is_flagged(Dialect::BUILDIUM).await;
    gone_properties_are_set_inactive(Dialect::BUILDIUM).await;
}

#[tokio::test]
async fn appfolio() {
    what_is_gone_is_flagged(Dialect::named("appfolio").expect("a dialect")).await;
}

#[tokio::test]
async fn appfolio_reports() {
    what_is_gone_is_flagged(Dialect::named("appfolio-reports").expect("a dialect")).await;
}

#[tokio::test]
async fn doorloop() {
    what_is_gone_is_flagged(Dialect::named("doorloop").expect("a dialect")).await;
}

#[tokio::test]
async fn propertyware() {
    what_is_gone_is_flagged(Dialect::named("propertyware").expect("a dialect")).await;
}

#[tokio::test]
async fn rentmanager() {
    what_is_gone_is_flagged(Dialect::named("rentmanager").expect("a dialect")).await;
}

#[tokio::test]
async fn rentvine() {
    what_is_gone_is_flagged(Dialect::named("rentvine").expect("a dialect")).await;
}

#[tokio::test]
async fn many_at_once_are_held_back_and_the_exit_code_says_so() {
    let mut setup = aged(Dialect::BUILDIUM, "properties = { gone = \"deactivate\" }").await;
    let removed = setup.server.edit(|world| {
        let units: Vec<i64> = world.platform.units.iter().map(|unit| unit.id).take(30).collect();
        let homeless = |world: &mut World, id: i64| {
            let leases: Vec<i64> = world
                .platform
                .leases
                .iter()
                .filter(|one| one.unit_id == Some(id))
                .map(|one| one.id)
                .collect();
            for lease in leases {
                world.platform.leases.get_mut(lease).expect("the lease").unit_id = None;
            }
            let tasks: Vec<i64> =
                world.platform.tasks.iter().filter(|one| one.unit_id == Some(id)).map(|one| one.id).collect();
            for task in tasks {
                world.platform.tasks.get_mut(task).expect("the task").unit_id = None;
            }
        };
        for id in &units {
            homeless(world, *id);
            world.platform.units.remove(*id);
        }
        world.validate().expect("the world is sound");
        units.len()
    });
    assert_eq!(removed, 30);
    setup.advance(TimeDelta::minutes(5));
    setup.server.clear_requests();
    for args in [&["reconcile"][..], &["reconcile", "--apply"]] {
        let output = setup.output(args).await;
        let told = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("--allow-mass-change") && told.contains("mass_change_held"), "{told}");
    }
    let off = |setup: &Setup| {
        let writes = setup.writes().into_iter();
        writes.filter(|write| write.body == Some(serde_json::json!({"is_active": false}))).count()
    };
    assert_eq!(off(&setup), 0);
    setup.run(0, &["reconcile", "--apply", "--allow-mass-change"]).await;
    assert!(off(&setup) > 12, "{}", off(&setup));
}

#[tokio::test]
async fn its_help_says_what_it_does_and_shows_examples() {
    let setup = Setup::small("all").await;
    let help = setup.run(0, &["reconcile", "--help"]).await;
    for part in ["P8", "--apply", "--allow-mass-change", "Examples:", "latchel-sync reconcile --apply"] {
        assert!(help.contains(part), "{part}: {help}");
    }
    let printed = setup.output(&["reconcile"]).await;
    assert!(String::from_utf8_lossy(&printed.stderr).contains("nothing was written"), "{printed:?}");
}
