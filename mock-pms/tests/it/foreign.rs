//! Worlds whose Latchel another program has filled.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use std::collections::{HashMap, HashSet};

use mock_pms::{Dialect, GenerateSpec, LatchelDialect, MockServer, Options, World};

fn world(latchel: &str) -> World {
    let now = "2026-03-02T15:00:00Z".parse().expect("a time");
    let text = format!("units=120,seed=7,latchel={latchel}");
    let (spec, filling) = GenerateSpec::parse(&text, now).expect("a specification");
    let mut world = World::generate(&spec);
    world.fill_latchel(filling, spec.seed);
    world.validate().expect("a valid world");
    world
}

/// The platform's ids in the spelling of references.
fn ids(world: &World) -> HashSet<String> {
    let platform = &world.platform;
    let properties = platform.properties.iter().map(|row| row.id);
    let units = platform.units.iter().map(|row| row.id);
    let tenants = platform.tenants.iter().map(|row| row.id);
    let orders = platform.work_orders.iter().map(|row| row.id);
    properties.chain(units).chain(tenants).chain(orders).map(|id| id.to_string()).collect()
}

fn references(world: &World) -> Vec<String> {
    let properties = world.latchel.properties.iter().flat_map(|row| [&row.ref_property_id, &row.ref_unit_id]);
    let residents = world.latchel.residents.iter().map(|row| &row.ref_user_id);
    let jobs = world.latchel.jobs.iter().map(|row| &row.ref_job_id);
    properties.chain(residents).chain(jobs).flatten().cloned().collect()
}

#[test]
fn everything_is_there_under_numbers_that_are_no_ids_of_the_platform() {
    let world = world("foreign");
    let ids = ids(&world);
    let references = references(&world);
    assert!(references.len() > 200);
    for reference in &references {
        let number: u32 = reference.parse().expect("a small number");
        assert!(number < 1_000 && !ids.contains(reference), "{reference}");
    }
    let rentable = world.platform.units.len();
    assert!(world.latchel.properties.len() >= rentable - 30, "{}", world.latchel.properties.len());
    assert_eq!(world.latchel.company.filled_by.as_deref(), Some("Appfolio Plugin"));
}

#[test]
fn jobs_carry_the_platforms_numbers() {
    let world = world("foreign");
    let numbers: HashSet<_> = world.platform.work_orders.iter().map(|row| row.id.to_string()).collect();
    assert!(world.latchel.jobs.len() > 10);
    for job in &world.latchel.jobs {
        assert!(job.order_number.as_ref().is_some_and(|number| numbers.contains(number)), "{job:?}");
        assert_eq!(job.source, "Appfolio Plugin");
    }
}

#[test]
fn addresses_are_spelled_in_several_ways() {
    let world = world("foreign");
    let same = world.platform.properties.iter().filter_map(|row| row.address.line1.clone());
    let same: HashSet<_> = same.collect();
    let other = world.latchel.properties.iter().filter(|row| !same.contains(&row.address1)).count();
    assert!(other * 2 > world.latchel.properties.len(), "{other}");
    let seconds: HashSet<_> =
        world.latchel.properties.iter().filter_map(|row| row.address2.clone()).collect();
    for begins in ["Apt ", "#", "Unit ", "apt. ", "UNIT "] {
        assert!(seconds.iter().any(|line| line.starts_with(begins)), "{begins}");
    }
}

#[test]
fn half_of_it_some_stale_some_doubled_and_some_bare() {
    let all = world("foreign");
    let (whole, half) = (all.latchel.properties.len(), world("half").latchel.properties.len());
    assert!((whole / 3..whole * 2 / 3).contains(&half), "{half} of {whole}");
    assert!(references(&world("stale")).iter().any(|one| one.parse::<u32>().expect("a number") > 1_000_000));
    let bare = world("bare");
    assert!(bare.latchel.properties.iter().any(|row| row.ref_property_id.is_none()));
    assert!(bare.latchel.jobs.iter().any(|row| row.ref_job_id.is_none()));
    let doubled = |world: &World| {
        let mut counts: HashMap<_, usize> = HashMap::new();
        for row in &world.latchel.properties {
            *counts.entry((row.ref_property_id.clone(), row.ref_unit_id.clone())).or_default() += 1;
        }
        counts.values().filter(|count| **count == 2).count()
    };
    assert!(doubled(&world("doubled")) > 3);
    assert_eq!(doubled(&all), 0);
}

#[test]
fn a_program_that_knows_the_platform_refers_to_its_ids() {
    let world = world("known");
    let ids = ids(&world);
    let references = references(&world);
    assert!(references.len() > 200 && references.iter().all(|one| ids.contains(one)));
    assert!(world.latchel.company.filled_by.is_some());
}

#[test]
fn the_same_seed_makes_the_same_latchel() {
    for latchel in ["foreign", "half+stale+doubled+bare", "known+half"] {
        assert_eq!(world(latchel), world(latchel));
    }
}

#[tokio::test]
async fn no_platform_takes_the_references_for_its_own() {
    for platform in Dialect::ALL {
        let made = world("foreign");
        let options = Options { platform: *platform, latchel: LatchelDialect::Papi, ..Options::unlimited() };
        let server = MockServer::start(made.clone(), options).await.expect("the server starts");
        assert_eq!(server.read(references), references(&made), "{platform}");
    }
}
