//! Every endpoint's answers by the specification, over the example and over generated worlds.

use mock_pms::{GenerateSpec, World};

use super::Buildium;
use crate::client::example;

const LISTS: [&str; 14] = [
    "/v1/rentals",
    "/v1/rentals/units",
    "/v1/leases",
    "/v1/leases/tenants",
    "/v1/users",
    "/v1/vendors",
    "/v1/propertygroups",
    "/v1/tasks",
    "/v1/tasks/residentrequests",
    "/v1/tasks/todorequests",
    "/v1/tasks/contactrequests",
    "/v1/tasks/rentalownerrequests",
    "/v1/tasks/categories",
    "/v1/workorders",
];

/// Lists of which the dialect has no single records.
const ONLY_LISTS: [&str; 2] = ["/v1/propertygroups", "/v1/tasks/categories"];

#[tokio::test]
async fn every_record_is_as_the_specification_has_it() {
    let now = "2026-03-02T20:00:00Z".parse().expect("a time");
    let generated = World::generate(&GenerateSpec { units: 150, seed: 5, now });
    for (world, is_example) in [(example(), true), (generated, false)] {
        let buildium = Buildium::of(world).await;
        buildium.one("/v1/administration/account").await;
        for list in LISTS {
            let ids = buildium.ids(&format!("{list}?orderby=Id&limit=1000")).await;
            assert!(!is_example || !ids.is_empty(), "the example shows nothing of {list}");
            for id in ids.iter().take(5).filter(|_| !ONLY_LISTS.contains(&list)) {
                assert_eq!(buildium.one(&format!("{list}/{id}")).await["Id"], *id);
            }
        }
    }
}

#[tokio::test]
async fn a_list_can_be_sorted_by_whatever_its_records_have() {
    let buildium = Buildium::start().await;
    for list in LISTS {
        let rows = buildium.one(list).await;
        // Tasks of one kind are sorted by what they share with the others.
        let shared = buildium.one("/v1/tasks").await[0].clone();
        for field in rows[0].as_object().expect("a record").keys() {
            let of_kind = list.starts_with("/v1/tasks/") && shared.get(field).is_none();
            let expected = if of_kind && list != "/v1/tasks/categories" { 400 } else { 200 };
            assert_eq!(
                buildium.status(&format!("{list}?orderby={field}")).await,
                expected,
                "{list} by {field}"
            );
        }
    }
}

#[tokio::test]
async fn a_task_shows_its_history_and_a_lease_its_move_outs() {
    let buildium = Buildium::start().await;
    let history = buildium.one("/v1/tasks/71/history").await;
    assert_eq!(history[0]["Message"], "Please come soon.");
    assert_eq!(buildium.one("/v1/leases/31/moveouts").await[0]["MoveOutDate"], "2026-02-15");
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    let buildium = Buildium::start().await;
    for list in LISTS.iter().filter(|list| !ONLY_LISTS.contains(list)) {
        for id in ["99", "0", "abc", "99999999999"] {
            assert_eq!(buildium.status(&format!("{list}/{id}")).await, 404, "{list}/{id}");
        }
    }
    // A task has its place among those of its kind, and nowhere else.
    assert_eq!(buildium.status("/v1/tasks/todorequests/71").await, 404);
}

#[tokio::test]
async fn a_lease_tells_who_lives_there_and_since_when() {
    let buildium = Buildium::start().await;
    let lease = buildium.one("/v1/leases/31").await;
    let current = lease["CurrentTenants"].as_array().expect("tenants");
    assert_eq!(current.iter().map(|t| &t["Id"]).collect::<Vec<_>>(), [21]);
    assert_eq!(lease["Tenants"][1]["Status"], "MovedOut");
    let statuses = [(31, "Active"), (32, "Active"), (33, "Future"), (34, "Past")];
    for (id, status) in statuses {
        assert_eq!(buildium.one(&format!("/v1/leases/{id}")).await["LeaseStatus"], status, "{id}");
    }
    // Without units there is none to name, but the field cannot be null.
    assert_eq!(buildium.one("/v1/leases/32").await["UnitId"], 0);
}

#[tokio::test]
async fn a_tenant_carries_all_leases_and_more_than_anybody_needs() {
    let buildium = Buildium::start().await;
    let tenant = buildium.one("/v1/leases/tenants/23").await;
    let leases = tenant["Leases"].as_array().expect("leases");
    assert_eq!(leases.iter().map(|l| &l["Id"]).collect::<Vec<_>>(), [32, 34]);
    assert_eq!(buildium.one("/v1/leases/tenants/21").await["TaxId"], "000-00-0000");
}

#[tokio::test]
async fn nobody_is_user_0_in_one_shape_and_null_in_the_other() {
    let buildium = Buildium::start().await;
    assert_eq!(buildium.one("/v1/tasks/73").await["AssignedToUserId"], 0);
    assert!(buildium.one("/v1/tasks/contactrequests/73").await["AssignedToUserId"].is_null());
}

#[tokio::test]
async fn a_work_order_has_no_assignee_no_property_and_a_status_of_its_own() {
    let buildium = Buildium::start().await;
    let order = buildium.one("/v1/workorders/81").await;
    assert_eq!((&order["Status"], &order["Task"]["Status"]), (&"New".into(), &"InProgress".into()));
    assert!(order.get("AssignedToUserId").is_none() && order["Task"].get("Property").is_none());
    assert_eq!(order["Amount"], 81.0);
    let silent = buildium.one("/v1/workorders/83").await;
    assert_eq!((&silent["Status"], &silent["Priority"]), (&"Unknown".into(), &"Unknown".into()));
}
