//! Answers that are not well formed, that cannot be had, or that never end: each costs at most what it is about.

use std::collections::HashSet;

use chrono::TimeDelta;
use mock_pms::world::{Property, Table, Task, Tenant, WorkOrder};
use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, Flaw, Side, World};

use crate::platforms::generated;
use crate::setup::{Setup, noon};

/// Word that the odd records have in their texts, and no other.
pub const ODD: &str = "Zebrafish";

/// A world in which a property, a tenant and a task of its own have that in their texts, and changed lately.
pub fn with_odd_ones(world: &mut World) {
    with_odd_property(world);
    with_odd_tenant(world);
    with_odd_task(world);
}

/// One that is its own unit.
fn with_odd_property(world: &mut World) {
    world.clock.set(noon());
    let with_units: HashSet<_> = world.platform.units.iter().map(|unit| unit.property_id).collect();
    let alone = |one: &&Property| one.active && !with_units.contains(&one.id);
    let id = world.platform.properties.iter().find(alone).expect("a house").id;
    world.update::<Property>(id, |one| one.name.push_str(&format!(" {ODD}"))).expect("a property");
}

fn with_odd_tenant(world: &mut World) {
    world.clock.set(noon());
    // What Latchel has of a resident is not renamed, so that it has none.
    world.latchel.residents = Table::default();
    let mut tenants = world.platform.leases.iter().flat_map(|lease| &lease.tenants);
    let id = tenants.next().expect("a tenant").tenant_id;
    world.update::<Tenant>(id, |one| one.last_name.push_str(&format!(" {ODD}"))).expect("a tenant");
}

fn with_odd_task(world: &mut World) {
    world.clock.set(noon());
    let (id, task) =
        world.platform.work_orders.iter().last().map(|one| (one.id, one.task_id)).expect("a work order");
    let describe = |text: &mut Option<String>| text.get_or_insert_default().push_str(&format!(" {ODD}"));
    world.update::<Task>(task, |one| describe(&mut one.description)).expect("a task");
    world.update::<WorkOrder>(id, |one| describe(&mut one.details)).expect("a work order");
}

pub fn everywhere(side: Side, fault: Fault) -> FaultPlan {
    FaultPlan { seed: 1, faults: vec![FaultRule { side: Some(side), ..FaultRule::always(fault) }] }
}

/// Numbers of properties, residents and work orders that Latchel has, and which of their texts have the odd ones' word in them.
fn arrived(setup: &Setup) -> ([usize; 3], Vec<String>) {
    setup.server.read(|world| {
        let latchel = &world.latchel;
        let names = latchel.properties.iter().map(|one| one.name.clone());
        let people = latchel.residents.iter().map(|one| one.name.clone());
        let jobs = latchel.jobs.iter().filter_map(|one| one.description.clone());
        let texts = names.chain(people).chain(jobs).filter(|text| text.contains(ODD)).collect();
        ([latchel.properties.len(), latchel.residents.len(), latchel.jobs.len()], texts)
    })
}

/// Platforms of which a first run brings over what was changed of late: AppFolio's reports tell no times.
fn timed() -> impl Iterator<Item = Dialect> {
    Dialect::ALL.iter().copied().filter(|platform| *platform != Dialect::APPFOLIO_REPORTS)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_text_that_is_not_well_formed_costs_no_record_on_any_platform() {
    for platform in timed() {
        let sound = generated(platform, "all", with_odd_ones).await;
        sound.sync(0).await;
        let (all, texts) = arrived(&sound);
        assert!(texts.len() >= 3, "{platform}: {texts:?}");
        for flaw in [Flaw::HalfSurrogate, Flaw::RawByte, Flaw::RawTab] {
            let setup = generated(platform, "all", with_odd_ones).await;
            let fault = Fault::IllFormed { text: ODD.to_owned(), flaw };
            setup.server.set_faults(everywhere(Side::Platform, fault));
            setup.sync(0).await;
            let (came, flawed) = arrived(&setup);
            assert_eq!((came, flawed.len()), (all, texts.len()), "{platform} {flaw:?}: {flawed:?}");
            let replaced = flawed.iter().filter(|text| text.contains('\u{FFFD}')).count();
            assert_eq!(replaced > 0, flaw != Flaw::RawTab, "{platform} {flaw:?}: {flawed:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_byte_order_mark_before_every_answer_changes_nothing_on_any_platform() {
    for platform in Dialect::ALL {
        let sound = generated(*platform, "all", with_odd_ones).await;
        sound.sync(0).await;
        for side in [Side::Platform, Side::Latchel] {
            let setup = generated(*platform, "all", with_odd_ones).await;
            setup.server.set_faults(everywhere(side, Fault::ByteOrderMark));
            let checked = setup.run(0, &["check"]).await;
            assert!(!checked.contains("ERROR"), "{platform} {side}: {checked}");
            setup.sync(0).await;
            assert_eq!(arrived(&setup), arrived(&sound), "{platform} {side}");
        }
    }
}

/// Syncs while the platform fails at every page with the odd row in it; how much came, and what was said.
async fn with_unserved_row(platform: Dialect, odd: fn(&mut World)) -> (Setup, [usize; 3], String) {
    let setup = generated(platform, "all", odd).await;
    setup.server.set_faults(everywhere(Side::Platform, Fault::UnservedRow { text: ODD.to_owned() }));
    setup.server.clear_requests();
    let output = setup.output(&["sync"]).await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{platform}: {told}");
    let (came, texts) = arrived(&setup);
    assert_eq!(texts, [""; 0], "{platform}");
    (setup, came, told)
}

/// Numbers of what comes where everything is served.
async fn all_of(platform: Dialect, odd: fn(&mut World)) -> [usize; 3] {
    let sound = generated(platform, "all", odd).await;
    sound.sync(0).await;
    arrived(&sound).0
}

/// Platforms whose pages are asked for by offset or number.
fn in_parts() -> impl Iterator<Item = Dialect> {
    let by_link = [Dialect::APPFOLIO, Dialect::APPFOLIO_REPORTS];
    Dialect::ALL.iter().copied().filter(move |platform| !by_link.contains(platform))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_row_at_which_the_platform_fails_is_named_and_the_rest_arrives() {
    for platform in in_parts() {
        for (odd, at) in [(with_odd_task as fn(&mut World), 2), (with_odd_property, 0)] {
            let all = all_of(platform, odd).await;
            let (mut setup, came, told) = with_unserved_row(platform, odd).await;
            // The property may be there already, under its old name.
            assert!(came[at] == all[at] - 1 || at == 0, "{platform}: {came:?} of {all:?}: {told}");
            // A work order in what does not arrive waits for it.
            let others = [0, 2].iter().all(|kind| came[*kind] + 3 >= all[*kind]);
            assert!(others, "{platform}: {came:?} of {all:?}: {told}");
            assert!(told.contains("the next run covers the same time again"), "{platform}: {told}");
            let calls = setup.server.requests().into_iter().filter(|one| one.side == Side::Platform).count();
            assert!(calls < 300, "{platform}: {calls} calls");
            let pending = setup.run(0, &["pending", "list"]).await;
            assert!(pending.contains("?row ") && pending.contains("status 500"), "{platform}: {pending}");

            setup.server.set_faults(FaultPlan::default());
            setup.advance(TimeDelta::hours(2));
            setup.sync(0).await;
            let (came, texts) = arrived(&setup);
            assert_eq!((came, texts.is_empty()), (all, false), "{platform}");
            let pending = setup.run(0, &["pending", "list"]).await;
            assert!(!pending.contains("?row "), "{platform}: {pending}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_page_that_cannot_be_had_does_not_stop_the_phases_after_it_on_any_platform() {
    for platform in timed() {
        let [properties, _, work_orders] = all_of(platform, with_odd_tenant).await;
        let (_, came, told) = with_unserved_row(platform, with_odd_tenant).await;
        assert_eq!([came[0], came[2]], [properties, work_orders], "{platform}: {told}");
    }
}

#[tokio::test]
async fn a_list_that_never_ends_ends_at_the_deadline_and_costs_little() {
    // Where a list tells its total, which never comes.
    for platform in [Dialect::BUILDIUM, Dialect::PROPERTYWARE, Dialect::DOORLOOP, Dialect::RENTMANAGER] {
        let setup = generated(platform, "none", |_| {}).await;
        let rule = FaultRule {
            side: Some(Side::Platform),
            method: Some("GET".to_owned()),
            ..FaultRule::always(Fault::Endless)
        };
        setup.server.set_faults(FaultPlan { seed: 1, faults: vec![rule] });
        let output = setup.output(&["sync", "--only", "work-orders", "--deadline", "3s"]).await;
        assert!(output.status.code().is_some_and(|code| code == 1 || code == 2), "{platform}: {output:?}");
        setup.server.set_faults(FaultPlan::default());
        setup.run(0, &["sync"]).await;
    }
}

#[tokio::test]
async fn no_wait_that_is_asked_for_stops_the_account_or_lasts_for_ever() {
    for seconds in [1_764_436_515_000_000, u64::MAX] {
        for side in [Side::Platform, Side::Latchel] {
            let setup = Setup::small("all").await;
            setup.configure("lease = \"2m\"");
            let asks = Fault::Status { status: 429, retry_after: Some(seconds) };
            setup.server.set_faults(everywhere(side, asks));
            let output = setup.output(&["sync"]).await;
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(output.status.code(), Some(2), "{told}");
            // A year from now, with its date.
            assert!(told.contains("asks to wait: 31622400 s, until: 20"), "{told}");
            setup.server.set_faults(FaultPlan::default());
            // Nobody holds the account.
            setup.sync(0).await;
        }
    }
}

#[tokio::test]
async fn odd_headers_on_every_answer_change_nothing() {
    for (name, value) in [
        ("date", "Fri, 31 Dec 262142 23:59:59 GMT"),
        ("date", "soon"),
        ("x-ratelimit-remaining", "18446744073709551616"),
        ("x-ratelimit-reset", "-9223372036854775808"),
        ("x-total-results", "-1"),
        ("x-total-count", "18446744073709551616"),
        ("retry-after", "18446744073709551615"),
    ] {
        for platform in [Dialect::BUILDIUM, Dialect::PROPERTYWARE, Dialect::RENTMANAGER] {
            let setup = generated(platform, "all", |_| {}).await;
            let fault = Fault::Header { name: name.to_owned(), value: value.to_owned() };
            setup.server.set_faults(everywhere(Side::Platform, fault));
            setup.sync(0).await;
        }
    }
}
