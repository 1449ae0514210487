//! Content and pages of the lists.

use std::collections::BTreeSet;

use axum::http::Method;
use mock_pms::{GenerateSpec, World};
use serde_json::{Value, json};

use super::DoorLoop;
use crate::client::example;

const LISTS: [&str; 9] = [
    "/properties",
    "/units",
    "/leases",
    "/leases/tenants",
    "/tenants",
    "/vendors",
    "/portfolios",
    "/users",
    "/tasks",
];

fn id(row: &Value) -> String {
    row["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn every_record_is_as_the_specification_has_it_alone_and_in_its_list() {
    let now = "2026-03-02T20:00:00Z".parse().expect("a time");
    for world in [example(), World::generate(&GenerateSpec { units: 150, seed: 5, now })] {
        let far = DoorLoop::of(world).await;
        for list in LISTS {
            let rows = far.rows(&format!("{list}?page_size=1000")).await;
            assert!(!rows.is_empty(), "{list}");
            for row in rows.iter().take(5).filter(|_| list != "/leases/tenants") {
                assert_eq!(far.get(&format!("{list}/{}", id(row))).await.good(), *row);
            }
        }
    }
}

#[tokio::test]
async fn pages_are_numbered_from_one_and_hold_each_row_once() {
    let now = "2026-03-02T20:00:00Z".parse().expect("a time");
    let far = DoorLoop::of(World::generate(&GenerateSpec { units: 130, seed: 5, now })).await;
    let first = far.get("/units").await.good();
    let total = first["total"].as_u64().expect("a number");
    assert_eq!(first["data"].as_array().map(Vec::len), Some(50), "fifty unless asked otherwise");
    let mut seen = BTreeSet::new();
    for page in 1..=total.div_ceil(40) {
        let rows = far.rows(&format!("/units?page_size=40&page_number={page}")).await;
        seen.extend(rows.iter().map(id));
    }
    assert_eq!(seen.len() as u64, total);
    assert_eq!(far.rows("/units?page_number=900").await, Vec::<Value>::new());
    assert!(seen.iter().all(|id| id.len() == 24));
}

#[tokio::test]
async fn a_unit_names_its_property_and_says_whether_it_shares_the_address() {
    let far = DoorLoop::start().await;
    let properties = far.rows("/properties?filter_text=elm").await;
    assert_eq!(properties[0]["name"], "Elm Court");
    assert_eq!(properties[0]["address"]["state"], "OR");
    assert_eq!(properties[0]["active"], true);
    let units = far.rows(&format!("/units?filter_property={}", id(&properties[0]))).await;
    assert_eq!(units.len(), 2, "{units:?}");
    for unit in &units {
        assert_eq!(unit["property"], properties[0]["id"]);
        assert_eq!(unit["addressSameAsProperty"] == json!(true), unit.get("address").is_none(), "{unit}");
    }
}

#[tokio::test]
async fn a_tenant_has_a_row_for_each_lease() {
    let far = DoorLoop::start().await;
    let rows = far.rows("/leases/tenants?filter_text=brandt").await;
    let mut stays: Vec<_> = rows
        .iter()
        .map(|row| (row["moveInAt"].as_str(), row["moveOutAt"].as_str(), row["status"].as_str()))
        .collect();
    stays.sort();
    assert_eq!(
        stays,
        [(Some("2025-09-01"), Some("2026-02-15"), Some("PAST")), (Some("2026-04-01"), None, Some("FUTURE"))]
    );
    assert_eq!(rows[0]["tenant"]["id"], rows[1]["tenant"]["id"]);
    assert_ne!(rows[0]["id"], rows[1]["id"]);
    assert_eq!(far.rows("/leases/tenants?filter_status=CURRENT").await.len(), 2);
    assert_eq!(far.rows("/leases/tenants?filter_movedOutAt_from=2026-01-01").await.len(), 1);
}

#[tokio::test]
async fn users_are_the_staff_and_one_of_them_has_the_token() {
    let far = DoorLoop::start().await;
    let users = far.rows("/users").await;
    let mut names: Vec<_> = users.iter().filter_map(|one| one["fullName"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Former Colleague", "Robin Keeper", "Team Latchel"], "and not the vendor");
    assert_eq!(far.get("/users/me").await.good()["active"], true);
}

#[tokio::test]
async fn a_work_order_of_the_world_is_a_task_of_the_type_that_its_origin_gives_it() {
    let far = DoorLoop::start().await;
    let tasks = far.rows("/tasks").await;
    assert_eq!(tasks.len(), 3);
    let tap = &far.rows("/tasks?filter_text=in+the+kitchen").await[0];
    assert_eq!((tap["type"].as_str(), tap["status"].as_str()), (Some("TENANT_REQUEST"), Some("IN_PROGRESS")));
    assert!(tap["requestedByTenant"].is_string());
    assert_eq!((tap["priority"].as_str(), tap["entryPermission"].as_str()), (Some("HIGH"), Some("YES")));
    assert_eq!(tap["createdAt"], 1_772_341_800_000_i64, "milliseconds");
    let alarms = &far.rows("/tasks?filter_type=WORK_ORDER").await[0];
    assert_eq!(alarms["status"], "COMPLETED");
    assert!(alarms["workOrder"]["assignedToVendor"].is_string());
    assert_eq!(far.rows("/tasks?filter_createdAt_from=2026-03-02").await.len(), 1);
    assert_eq!(far.rows("/tasks?filter_completedAt_from=2026-02-27").await.len(), 1);
}

#[tokio::test]
async fn every_record_but_a_user_tells_its_last_change() {
    let far = DoorLoop::start().await;
    for list in LISTS.into_iter().filter(|list| !["/users", "/portfolios"].contains(list)) {
        for row in far.rows(list).await {
            let at = row["updatedAt"].as_i64().unwrap_or_default();
            assert!(row["createdAt"].as_i64().is_some_and(|made| made > 0 && made <= at), "{list} {row}");
        }
    }
    let elm = far.rows("/properties?filter_text=elm").await.remove(0);
    assert_eq!(elm["updatedAt"], 1_772_388_000_000_i64, "milliseconds");
}

#[tokio::test]
async fn leases_tenants_and_vendors_can_be_narrowed() {
    let mut world = example();
    let prospect = json!({"id": 24, "first_name": "Dora", "last_name": "Dunn", "created_at": "2026-03-01T00:00:00Z",
        "updated_at": "2026-03-01T00:00:00Z"});
    world.platform.tenants.insert(serde_json::from_value(prospect).expect("a tenant")).expect("a new id");
    let far = DoorLoop::of(world).await;
    let leases = async |query: &str| far.rows(&format!("/leases?{query}")).await.len();
    assert_eq!((leases("").await, leases("filter_status=ACTIVE").await), (4, 2));
    assert_eq!(leases("filter_status=INACTIVE&filter_text=brandt").await, 1);
    assert_eq!(leases("filter_unit=65000002000000000000000c").await, 2);
    assert_eq!(leases("filter_tenant=650000030000000000000016").await, 2);
    assert_eq!(leases("filter_start_date_from=2026-01-01&filter_end_date_to=2027-12-31").await, 1);
    let open = far.rows("/leases?filter_text=castillo&filter_status=ACTIVE").await.remove(0);
    assert_eq!((&open["term"], open.get("end"), &open["units"]), (&json!("AtWill"), None, &json!([])));
    let tenants = async |query: &str| far.rows(&format!("/tenants?{query}")).await.len();
    assert_eq!((tenants("").await, tenants("filter_type=PROSPECT_TENANT").await), (4, 1));
    assert_eq!(tenants("filter_lease=65000004000000000000001f").await, 2);
    assert_eq!(tenants("filter_property=650000010000000000000002").await, 1);
    let vendors = far.rows("/vendors?filter_active=true").await;
    assert_eq!((vendors.len(), &vendors[0]["companyName"]), (1, &json!("Latchel Maintenance")));
    assert_eq!(far.rows("/vendors?filter_text=pipes").await.len(), 1);
}

#[tokio::test]
async fn a_portfolio_narrows_every_list_of_what_is_in_its_properties() {
    let mut world = example();
    world.platform.property_groups.get_mut(1).expect("the group").property_ids = vec![2];
    let far = DoorLoop::of(world).await;
    let portfolio = far.rows("/portfolios").await.remove(0);
    assert_eq!(portfolio["name"], "Not managed");
    assert_eq!(portfolio["properties"], json!(["650000010000000000000002"]));
    for (list, filter, rows) in [
        ("/properties", "filter_group", 1),
        ("/units", "filter_group", 0),
        ("/leases", "filter_group", 1),
        ("/leases/tenants", "filter_group", 1),
        ("/tenants", "filter_group", 1),
        ("/tasks", "filter_propertyGroup", 1),
    ] {
        assert_eq!(far.rows(&format!("{list}?{filter}={}", id(&portfolio))).await.len(), rows, "{list}");
        let none = far.rows(&format!("{list}?{filter}=650000080000000000000fff")).await;
        assert_eq!(none, Vec::<Value>::new(), "{list}");
    }
}

#[tokio::test]
async fn what_latchel_refers_to_is_there_by_that_id_also_in_a_world_that_came_later() {
    let now = "2026-03-02T20:00:00Z".parse().expect("a time");
    let world = World::generate(&GenerateSpec { units: 60, seed: 5, now });
    let far = DoorLoop::of(world).await;
    let admin = format!("{}/_mock/world", far.server.admin_url());
    for round in 0..2 {
        let latchel = far.server.read(|world| world.latchel.clone());
        let mut wanted = BTreeSet::new();
        for one in latchel.properties.iter() {
            wanted.extend(one.ref_property_id.iter().map(|id| format!("/properties/{id}")));
            wanted.extend(one.ref_unit_id.iter().map(|id| format!("/units/{id}")));
        }
        for one in latchel.residents.iter() {
            wanted.extend(one.ref_user_id.iter().map(|id| format!("/tenants/{id}")));
            wanted.extend(one.ref_property_id.iter().map(|id| format!("/properties/{id}")));
            wanted.extend(one.ref_unit_id.iter().map(|id| format!("/units/{id}")));
        }
        wanted.extend(
            latchel.jobs.iter().filter_map(|one| Some(format!("/tasks/{}", one.ref_job_id.as_ref()?))),
        );
        assert!(wanted.len() > 20, "{wanted:?}");
        for path in wanted {
            assert_eq!(far.status(&path).await, 200, "{path} in round {round}");
        }
        let other = World::generate(&GenerateSpec { units: 50, seed: 6, now }).to_json();
        let put = crate::client::send(Method::PUT, &admin, &[crate::client::JSON], other).await;
        assert_eq!(put.status, 204, "{}", put.body);
    }
}
