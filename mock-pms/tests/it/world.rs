//! Worlds: generated ones, and files that are wrong.

use chrono::{DateTime, Utc};
use mock_pms::{GenerateSpec, World};

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
    let spec = GenerateSpec::parse("units=2000,seed=7", now()).expect("a specification");
    assert_eq!((spec.units, spec.seed), (2000, 7));
    for (text, problem) in [
        ("units", "\"units\" is not KEY=VALUE"),
        ("units=many", "units: \"many\" is not a whole number"),
        ("size=3", "unknown key \"size\"; known: units, seed, now"),
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
