//! The built binary against the mock of AppFolio's Reports API, which only reads, and lists what is current.

use std::collections::HashMap;

use chrono::TimeDelta;
use mock_pms::world::{Job, Lease, MoveOut, Property, Resident, Task, TaskStatus, Unit, World};
use mock_pms::{Dialect, LoggedRequest, Side, Switch};
use serde_json::{Value, json};

use crate::both_ways::{new_job, set_state};
use crate::platforms::{Lacks, generated, latchel_facts, same_state_after};
use crate::setup::Setup;

const EVERYTHING: [&str; 3] = ["sync", "--since", "2000-01-01T00:00:00Z"];
const LACKS: [Lacks; 4] = [Lacks::Entry, Lacks::Number, Lacks::Closed, Lacks::Absent];

async fn reports(method: &str, change: impl FnOnce(&mut World)) -> Setup {
    generated(Dialect::APPFOLIO_REPORTS, method, change).await
}

fn switch(world: &mut World, quirk: &str, to: Switch) {
    world.platform.account.quirks.insert(quirk.to_owned(), to);
}

/// The reports that were asked for since the last sync began.
fn asked(setup: &Setup) -> Vec<String> {
    let calls = setup.server.requests().into_iter().filter(|request| request.side == Side::Platform);
    let name = |request: LoggedRequest| {
        assert_eq!((request.method.as_str(), request.status), ("POST", 200), "{request:?}");
        request.path.rsplit('/').next().expect("a name").trim_end_matches(".json").to_owned()
    };
    calls.map(name).collect()
}

/// The property of the platform that an active one of Latchel's refers to, with that, of as many units as are no mass change.
fn known_property(setup: &Setup) -> (i64, Vec<i64>) {
    setup.server.read(|world| {
        let of = |property: i64| -> Vec<i64> {
            let refers = |one: &&mock_pms::world::LatchelProperty| {
                one.is_active && one.ref_property_id == Some(property.to_string())
            };
            world.latchel.properties.iter().filter(refers).map(|one| one.id).collect()
        };
        let mut all =
            world.platform.properties.iter().filter(|one| one.active).map(|one| (one.id, of(one.id)));
        all.find(|(_, ids)| (1..6).contains(&ids.len())).expect("a small one")
    })
}

/// Reason of the newest outcome of what Latchel has under this id.
async fn reason(setup: &Setup, kind: &str, id: i64) -> String {
    let shown = setup.run(0, &["explain", kind, &id.to_string(), "--json"]).await;
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    shown[0]["reason"].as_str().unwrap_or_else(|| panic!("{shown}")).to_owned()
}

#[tokio::test]
async fn a_first_sync_brings_over_what_is_current_as_with_buildium() {
    let setup = same_state_after(&EVERYTHING, Dialect::APPFOLIO_REPORTS, &LACKS).await;
    let asked = asked(&setup);
    assert!(asked.len() <= 9, "each report once or twice, and no call for a record: {asked:?}");
}

#[tokio::test]
async fn reports_are_read_alike_in_whatever_shape_they_come() {
    let mut states = Vec::new();
    for (quirk, to) in [
        ("short-pages", Switch::Off),
        ("short-pages", Switch::On),
        ("relative-next-page", Switch::Off),
        ("bare-arrays", Switch::On),
        ("mixed-ids", Switch::Off),
        ("no-integration-ids", Switch::On),
    ] {
        let setup = reports("all", |world| {
            switch(world, quirk, to);
            if quirk == "relative-next-page" {
                switch(world, "short-pages", Switch::On);
            }
        })
        .await;
        setup.run(0, &EVERYTHING).await;
        // Several records are written at once, so that their ids and stamps differ from run to run.
        let mut facts = latchel_facts(&setup, &[]);
        setup.server.read(|world| {
            let properties = world.latchel.properties.iter();
            facts.extend(properties.map(|one| format!("{:?} {:?}", one.ref_property_id, one.ref_unit_id)));
            facts.extend(world.latchel.residents.iter().map(|one| format!("{:?}", one.ref_user_id)));
            facts.extend(world.latchel.jobs.iter().map(|one| format!("{:?}", one.ref_job_id)));
        });
        facts.sort();
        states.push(facts);
        assert_eq!(states.last(), states.first(), "{quirk}");
    }
}

#[tokio::test]
async fn nothing_is_created_or_closed_there_and_check_says_so_on_the_first_day() {
    let mut setup = reports("all", |_| {}).await;
    let checked = setup.run(0, &["check"]).await;
    assert!(!checked.contains("ERROR"), "{checked}");
    assert!(checked.contains("only reads") && checked.contains("not_supported_by_platform"), "{checked}");
    setup.run(0, &EVERYTHING).await;
    setup.advance(TimeDelta::minutes(10));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(10));
    let platform = setup.server.read(|world| serde_json::to_value(&world.platform).expect("JSON"));
    assert_eq!(setup.sync(0).await, []);
    assert!(asked(&setup).len() <= 6, "and it costs no call: {:?}", asked(&setup));
    let banner = setup.run(0, &["status", "work-order", &job.to_string()]).await;
    assert!(banner.contains("not_supported_by_platform") && banner.contains("by hand"), "{banner}");

    // Two that came from AppFolio are completed in Latchel; one of them was closed there meanwhile.
    let [(open, _), (closed, task)] = setup.server.read(|world| {
        let is_open =
            |job: &&Job| job.ref_job_id.is_some() && !["Completed", "Cancelled"].contains(&&*job.state);
        let task = |job: &Job| {
            let order: i64 = job.ref_job_id.as_deref()?.parse().ok()?;
            let order = world.platform.work_orders.get(order)?;
            let task = world.platform.tasks.get(order.task_id)?;
            (![TaskStatus::Completed, TaskStatus::Closed].contains(&task.status)).then_some((job.id, task.id))
        };
        let found: Vec<_> = world.latchel.jobs.iter().filter(is_open).filter_map(task).take(2).collect();
        <[_; 2]>::try_from(found).expect("two")
    });
    setup.server.edit(|world| {
        world.update::<Task>(task, |task| task.status = TaskStatus::Completed).expect("the task");
    });
    set_state(&mut setup, open, "Completed");
    set_state(&mut setup, closed, "Completed");
    for _ in 0..2 {
        assert_eq!(setup.sync(0).await, []);
    }
    assert!(asked(&setup).len() <= 6, "what is decided costs no call: {:?}", asked(&setup));
    let banners = [open, closed].map(|id| id.to_string());
    let banner = setup.run(0, &["status", "work-order", &banners[0]]).await;
    assert!(banner.contains("not_supported_by_platform"), "{banner}");
    let banner = setup.run(0, &["status", "work-order", &banners[1]]).await;
    assert!(banner.contains("status_already_set"), "{banner}");
    let after = setup.server.read(|world| serde_json::to_value(&world.platform.work_orders).expect("JSON"));
    assert_eq!(Some(&after), platform.get("work_orders"));
}

#[tokio::test]
async fn a_hidden_property_is_inactive_where_it_is_listed_and_flagged_where_it_is_missing() {
    for (listed, policy, reason, deactivates) in [
        (Switch::On, "", "property_deactivated", true),
        (Switch::Off, "", "property_gone_from_source", false),
        (Switch::Off, "properties = { gone = \"deactivate\" }", "property_gone_from_source", true),
    ] {
        let setup = reports("none", |world| switch(world, "property-visibility", listed)).await;
        let mut setup = setup.with_policy(&format!("sync_method = \"none\"\n{policy}"));
        setup.run(0, &EVERYTHING).await;
        let (property, latchel) = known_property(&setup);
        setup.advance(TimeDelta::minutes(15));
        let hide = |one: &mut Property| one.active = false;
        setup.server.edit(|world| world.update::<Property>(property, hide).expect("the property"));
        setup.server.clear_requests();
        let told = setup.run(0, &["sync", "--only", "properties", "--json"]).await;
        assert!(told.contains(reason), "{listed:?} {policy}: {told}");
        let inactive =
            |id: &i64| setup.server.read(|world| !world.latchel.properties.get(*id).expect("it").is_active);
        assert_eq!(latchel.iter().all(inactive), deactivates, "{listed:?} {policy}");
        assert_eq!(setup.writes().len(), if deactivates { latchel.len() } else { 0 });
    }
}

#[tokio::test]
async fn an_empty_report_sets_nothing_inactive() {
    for report in ["property", "tenant"] {
        let setup = reports("none", |world| switch(world, "property-visibility", Switch::Off)).await;
        let mut setup = setup.with_policy("sync_method = \"none\"\nproperties = { gone = \"deactivate\" }");
        setup.run(0, &EVERYTHING).await;
        setup.advance(TimeDelta::hours(1));
        setup.server.edit(|world| {
            if report == "property" {
                let all: Vec<i64> = world.platform.properties.iter().map(|one| one.id).collect();
                all.into_iter().for_each(|id| {
                    world.update::<Property>(id, |one| one.active = false).expect("a property");
                });
            } else {
                let all: Vec<i64> = world.platform.leases.iter().map(|one| one.id).collect();
                all.into_iter().for_each(|id| drop(world.platform.leases.remove(id)));
            }
        });
        setup.server.clear_requests();
        let output = setup.output(&["sync", "--json"]).await;
        assert_ne!(output.status.code(), Some(0), "{report}");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.contains("--allow-mass-change"), "{report}: {told}");
        assert_eq!(setup.writes(), [], "{report}");
    }
}

/// Somebody who lives alone in a unit, without a move-out: the lease, the tenant, and the resident in Latchel.
fn sole_resident(setup: &Setup) -> (i64, i64, i64) {
    let today = setup.now.date_naive();
    setup.server.read(|world| {
        let of = |lease: &Lease| {
            let [tenant] = lease.tenants.as_slice() else { return None };
            let is_theirs =
                |one: &&Resident| one.is_active && one.ref_user_id == Some(tenant.tenant_id.to_string());
            let mut theirs = world.latchel.residents.iter().filter(is_theirs);
            let (one, other) = (theirs.next()?, theirs.next());
            let stays = lease.move_outs.is_empty() && lease.to_date.is_none_or(|day| day > today);
            (stays && other.is_none()).then_some((lease.id, tenant.tenant_id, one.id))
        };
        world.platform.leases.iter().find_map(of).expect("somebody")
    })
}

#[tokio::test]
async fn who_has_left_without_notice_is_set_inactive_by_the_ticklers_date() {
    for told_later in [false, true] {
        let mut setup = reports("none", |_| {}).await;
        setup.run(0, &EVERYTHING).await;
        let (lease, tenant_id, resident) = sole_resident(&setup);
        setup.advance(TimeDelta::days(if told_later { 20 } else { 1 }));
        let move_out = setup.now.date_naive() - TimeDelta::days(if told_later { 10 } else { 1 });
        setup.server.edit(|world| {
            let leaves = vec![MoveOut { tenant_id, move_out, notice: None }];
            world.update::<Lease>(lease, |lease| lease.move_outs = leaves).expect("the lease");
        });
        let writes = setup.sync(0).await;
        let path = format!("/v1/residents/{resident}");
        let write = writes.iter().find(|write| write.path == path).unwrap_or_else(|| panic!("{writes:?}"));
        assert_eq!(write.body, Some(json!({"move_out_date": move_out, "is_active": false})));
        assert_eq!(setup.sync(0).await, []);
    }
}

#[tokio::test]
async fn somebody_taken_off_a_lease_without_a_date_is_flagged() {
    let mut setup = reports("none", |_| {}).await;
    setup.run(0, &EVERYTHING).await;
    let (lease, _, resident) = sole_resident(&setup);
    setup.server.edit(|world| drop(world.platform.leases.remove(lease)));
    setup.advance(TimeDelta::days(1));
    let told = setup.run(0, &["sync", "--json"]).await;
    assert!(told.contains("resident_gone_from_source"), "{told}");
    assert!(setup.server.read(|world| world.latchel.residents.get(resident).expect("there").is_active));
    assert_eq!(reason(&setup, "resident", resident).await, "resident_gone_from_source");
}

#[tokio::test]
async fn a_work_order_without_a_unit_waits_where_its_property_has_several() {
    let setup = reports("all", |world| switch(world, "unitless-work-orders", Switch::On)).await;
    setup.run(0, &EVERYTHING).await;
    let pending = setup.run(0, &["pending", "list"]).await;
    assert!(pending.contains("no_property_match"), "{pending}");
    let told = reports("all", |world| switch(world, "unitless-work-orders", Switch::Off)).await;
    told.run(0, &EVERYTHING).await;
    let jobs = |setup: &Setup| setup.server.read(|world| world.latchel.jobs.len());
    assert!(jobs(&setup) < jobs(&told), "{} of {}", jobs(&setup), jobs(&told));
}

#[tokio::test]
async fn a_work_order_without_a_unit_is_at_the_only_unit_of_its_property() {
    let setup = reports("all", |world| switch(world, "unitless-work-orders", Switch::On)).await;
    let (house, unit) = setup.server.edit(|world| {
        let platform = &mut world.platform;
        let is_house =
            |one: &&Property| one.active && platform.units.iter().all(|unit| unit.property_id != one.id);
        let house = platform.properties.iter().find(is_house).expect("a house").clone();
        let (id, property_id) = (platform.units.next_id(), house.id);
        let (created_at, updated_at) = (house.created_at, house.updated_at);
        let unit =
            Unit { id, property_id, number: "A".to_owned(), address: house.address, created_at, updated_at };
        platform.units.insert(unit).expect("a new id");
        let leases: Vec<_> =
            platform.leases.iter().filter(|one| one.property_id == house.id).map(|one| one.id).collect();
        for lease in leases {
            platform.leases.get_mut(lease).expect("there").unit_id = Some(id);
        }
        (house.id, id)
    });
    setup.edit(&format!(
        r#"[{{"collection": "tasks", "create": {{"id": 990, "kind": "todo", "title": "Gate", "property_id": {house}, "unit_id": {unit},
                "status": "new", "priority": "normal"}}}},
            {{"collection": "work_orders", "create": {{"id": 991, "task_id": 990, "title": "The gate sticks"}}}}]"#
    ));
    setup.run(0, &EVERYTHING).await;
    let place = setup.server.read(|world| {
        let job = world.latchel.jobs.iter().find(|job| job.ref_job_id.as_deref() == Some("991"))?;
        let place = world.latchel.properties.get(job.property_id)?;
        Some((place.ref_property_id.clone()?, place.ref_unit_id.clone()?))
    });
    assert_eq!(place, Some((house.to_string(), unit.to_string())));
}

/// UUIDs of the Stack API by the ids of a report, as its rows show them.
fn integration_ids(setup: &Setup, report: &str, id: &str, other: &str) -> HashMap<String, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut found = HashMap::new();
    for request in setup.server.requests().into_iter().filter(|request| request.path.contains(report)) {
        let answer = request.response.unwrap_or_default();
        for row in answer["results"].as_array().expect("rows") {
            found.insert(text(&row[id]), text(&row[other]));
        }
    }
    found
}

#[tokio::test]
async fn an_account_that_the_stack_api_filled_is_taken_over_by_its_ids() {
    let mut setup = reports("none", |_| {}).await;
    setup.run(0, &EVERYTHING).await;
    let read = |report, id, other| integration_ids(&setup, report, id, other);
    let properties = read("property_directory", "property_id", "property_integration_id");
    let units = read("unit_directory", "unit_id", "unit_integration_id");
    let tenants = read("tenant_directory", "selected_tenant_id", "tenant_integration_id");
    let linked = setup.server.edit(|world| {
        let mut linked = [0, 0];
        let other = |ids: &HashMap<String, String>, id: &mut Option<String>| {
            if let Some(found) = id.as_ref().and_then(|id| ids.get(id)) {
                *id = Some(found.clone());
            }
        };
        let ids: Vec<_> = world.latchel.properties.iter().map(|one| one.id).collect();
        for id in ids {
            let one = world.latchel.properties.get_mut(id).expect("it");
            linked[0] +=
                usize::from(one.ref_property_id.as_ref().is_some_and(|id| properties.contains_key(id)));
            other(&properties, &mut one.ref_property_id);
            other(&units, &mut one.ref_unit_id);
            // Nothing but the ids tells which it is.
            one.address1 = format!("{id} Renamed Road");
        }
        let ids: Vec<_> = world.latchel.residents.iter().map(|one| one.id).collect();
        for id in ids {
            let one = world.latchel.residents.get_mut(id).expect("it");
            linked[1] += usize::from(one.ref_user_id.as_ref().is_some_and(|id| tenants.contains_key(id)));
            other(&tenants, &mut one.ref_user_id);
            other(&properties, &mut one.ref_property_id);
            one.name = format!("Resident {id}");
        }
        linked
    });
    std::fs::remove_file(setup.ledger_file()).expect("the ledger");
    setup.advance(TimeDelta::days(4));
    let told = setup.run(0, &["adopt", "--json"]).await;
    let evidence = "the reference in Latchel is another id of the platform's record";
    assert!(told.matches(evidence).count() >= linked[0], "{linked:?}: {told}");
    let done = setup.run(0, &["adopt", "--apply", "--json"]).await;
    let done: Value = serde_json::from_str(&done).expect("JSON");
    let done = &done[0];
    assert!(done["linked"].as_u64().expect("a number") >= linked[0] as u64, "{linked:?}: {done}");
    assert_eq!(done["refused"], json!([]), "{done}");
}
