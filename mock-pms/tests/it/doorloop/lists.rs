//! Content and pages of the lists.

use std::collections::BTreeSet;

use mock_pms::{GenerateSpec, World};
use serde_json::{Value, json};

use super::DoorLoop;
use crate::client::example;

const LISTS: [&str; 5] = ["/properties", "/units", "/leases/tenants", "/users", "/tasks"];

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
