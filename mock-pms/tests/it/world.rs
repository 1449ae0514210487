//! Worlds: generated ones, and files that are wrong.

use chrono::{DateTime, Utc};
use mock_pms::{Dialect, FaultPlan, Filling, Foreign, GenerateSpec, MockServer, Options, Ports, World};
use serde_json::{Value, json};

#[expect(clippy::expect_used, reason = "helpers of tests fail like tests")]
fn now() -> DateTime<Utc> {
    "2026-03-02T15:00:00Z".parse().expect("a time")
}

#[test]
fn a_generated_world_is_valid_and_the_same_each_time() {
    for seed in 0..20 {
        let spec = GenerateSpec { units: 120, seed, now: now() };
        let world = World::generate(&spec);
        world.validate().expect("a valid world");
        assert_eq!(world, World::generate(&spec));
        assert!(world.platform.units.len() + world.platform.properties.len() > 120);
    }
    let of = |seed| World::generate(&GenerateSpec { units: 50, seed, now: now() });
    assert_ne!(of(1), of(2));
}

#[test]
fn a_specification_is_read_or_refused_by_name() {
    let read = |text| GenerateSpec::parse(text, now()).expect("a specification");
    let (spec, filling) = read("units=2000,seed=7");
    assert_eq!((spec.units, spec.seed, filling), (2000, 7, Filling::Own));
    let half = Foreign { half: true, stale: true, ..Foreign::default() };
    assert_eq!(read("latchel=half+stale").1, Filling::Foreign(half));
    assert_eq!(read("latchel=foreign").1, Filling::Foreign(Foreign::default()));
    for (text, problem) in [
        ("units", "\"units\" is not KEY=VALUE"),
        ("units=many", "units: \"many\" is not a whole number"),
        ("size=3", "unknown key \"size\"; known: units, seed, now, latchel"),
        (
            "latchel=full",
            "latchel: \"full\" is not own, foreign, or half, stale, doubled, bare and known with + between them",
        ),
    ] {
        assert_eq!(GenerateSpec::parse(text, now()).expect_err(text).to_string(), problem);
    }
}

#[test]
fn a_wrong_world_file_names_the_place() {
    let spec = GenerateSpec { units: 10, seed: 1, now: now() };
    let good = World::generate(&spec).to_json();
    World::from_json(&good).expect("a generated world reads back");

    let misspelt = good.replacen("\"active\"", "\"actif\"", 1);
    let error = World::from_json(&misspelt).expect_err("an unknown field").to_string();
    assert!(error.starts_with("platform.properties[0]") && error.contains("actif"), "{error}");

    let dangling = good.replacen("\"property_id\": 1000", "\"property_id\": 77", 1);
    let error = World::from_json(&dangling).expect_err("a reference to nowhere").to_string();
    assert!(error.contains("property_id") && error.contains("77"), "{error}");
}

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/small-world.json");

#[test]
fn the_example_loads_and_survives_a_round_trip() {
    let world = World::from_file(EXAMPLE).expect("the example is a world");
    assert_eq!(World::from_json(&world.to_json()).expect("its JSON is a world"), world);
}

#[test]
fn worlds_fit_the_schema_and_mistakes_do_not() {
    let schema = jsonschema::validator_for(&World::schema()).expect("a schema");
    let text = std::fs::read_to_string(EXAMPLE).expect("the example");
    let example: Value = serde_json::from_str(&text).expect("JSON");
    let generated = World::generate(&GenerateSpec { units: 60, seed: 3, now: now() }).to_json();
    for world in [&example, &serde_json::from_str(&generated).expect("JSON")] {
        let faults: Vec<_> = schema.iter_errors(world).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, [""; 0]);
    }
    for (place, value) in
        [("/platform/properties/1/kind", json!("castle")), ("/latchel/jobs/0/surprise", json!(1))]
    {
        let mut wrong = example.clone();
        let (parent, name) = place.rsplit_once('/').expect("a place");
        wrong.pointer_mut(parent).expect("a parent")[name] = value;
        assert!(!schema.is_valid(&wrong), "{place}");
    }
}

#[test]
fn a_file_that_is_no_world_is_named() {
    let error = World::from_file("/nonexistent/world.json").expect_err("no file").to_string();
    assert!(error.starts_with("world file /nonexistent/world.json: No such file"), "{error}");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let error = World::from_file(manifest).expect_err("no JSON").to_string();
    assert!(error.starts_with(&format!("world file {manifest}: ")), "{error}");
}

#[test]
fn every_mistake_in_a_world_names_its_path() {
    let text = std::fs::read_to_string(EXAMPLE).expect("the example");
    let good: Value = serde_json::from_str(&text).expect("JSON");
    let cases = [
        ("/clock/mode", json!("stopped"), "clock.mode: unknown variant `stopped`"),
        ("/clock/now", json!("today"), "clock.now: "),
        (
            "/clock/now",
            json!("+262142-12-31T23:59:59Z"),
            "clock.now: +262142-12-31 23:59:59 UTC is outside of",
        ),
        ("/platform/account/timezone", json!("Atlantis"), "platform.account.timezone: "),
        ("/platform/properties/1/kind", json!("castle"), "platform.properties[1].kind: unknown variant"),
        ("/platform/properties/1/id", json!(1), "platform.properties: id 1 occurs twice"),
        ("/platform/properties/1/id", json!(0), "platform.properties[1].id: 0 is outside 1..=2147483647"),
        ("/platform/units/1/id", json!(4_000_000_000_i64), "platform.units[1].id: 4000000000 is outside"),
        (
            "/platform/property_groups/0/property_ids/0",
            json!(9),
            "platform.property_groups[0].property_ids[0]: no",
        ),
        ("/platform/leases/0/unit_id", json!(99), "platform.leases[0].unit_id: no unit 99"),
        (
            "/platform/leases/0/property_id",
            json!(2),
            "platform.leases[0].unit_id: unit 11 belongs to property 1",
        ),
        (
            "/platform/leases/0/tenants/1/tenant_id",
            json!(9),
            "platform.leases[0].tenants[1].tenant_id: no tenant 9",
        ),
        (
            "/platform/leases/0/move_outs/0/tenant_id",
            json!(23),
            "platform.leases[0].move_outs[0].tenant_id: tenant 23",
        ),
        ("/platform/leases/0/from_date", json!("2026-02-30"), "platform.leases[0].from_date: "),
        ("/platform/tasks/0/assigned_to", json!(9), "platform.tasks[0].assigned_to: no user 9"),
        ("/platform/work_orders/2/task_id", json!(9), "platform.work_orders[2].task_id: no task 9"),
        (
            "/latchel/properties/0/portfolio_id",
            json!(9),
            "latchel.properties[0].portfolio_id: no portfolio 9",
        ),
        ("/latchel/residents/0/property_id", json!(9), "latchel.residents[0].property_id: no property 9"),
        ("/latchel/jobs/0/tenant_id", json!(9), "latchel.jobs[0].tenant_id: no resident 9"),
        ("/latchel/jobs/0/severity", json!("bad"), "latchel.jobs[0].severity: unknown variant"),
    ];
    for (place, value, expected) in cases {
        let mut world = good.clone();
        *world.pointer_mut(place).expect("a place") = value;
        let error = World::from_json(&world.to_string()).expect_err(place).to_string();
        assert!(error.starts_with(expected), "{place}: {error}");
    }
    let error = World::from_json(&format!("{text} {{}}")).expect_err("two worlds").to_string();
    assert!(error.starts_with(".: trailing characters"), "{error}");
}

#[test]
fn a_platform_is_known_by_name() {
    assert_eq!("buildium".parse::<Dialect>().map(Dialect::title), Ok("Buildium"));
    let error = "Buildium".parse::<Dialect>().expect_err("another case").to_string();
    let known: Vec<_> =
        error.strip_prefix("no platform \"Buildium\"; known: ").expect(&error).split(", ").collect();
    let named: Vec<_> = Dialect::ALL.iter().map(|one| one.name()).collect();
    assert_eq!(known, named);
    assert!(named.len() > 1 && named.is_sorted(), "{named:?}");
    for (name, dialect) in named.iter().zip(Dialect::ALL) {
        assert_eq!(name.parse(), Ok(*dialect), "a name is one dialect's alone");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let latchel = taken.local_addr().expect("an address").port();
    let options = Options { ports: Ports { latchel, ..Ports::default() }, ..Options::default() };
    let world = World::from_file(EXAMPLE).expect("the example is a world");
    let error = MockServer::start(world, options).await.expect_err("a taken port").to_string();
    assert!(error.starts_with(&format!("cannot listen on 127.0.0.1:{latchel} for Latchel: ")), "{error}");
}

#[test]
fn a_plan_of_faults_ends_where_its_json_does() {
    FaultPlan::from_json("{\"faults\": []}\n").expect("a plan");
    let error = FaultPlan::from_json("{\"faults\": []} {\"faults\": [1]}").expect_err("two plans");
    assert!(error.to_string().contains("trailing characters"), "{error}");
}
