//! Odd values, field by field.

use latchel_sync_core::model::{Property, Resident, Row, UserId, WorkOrder};
use latchel_sync_http::testing::{
    cost_nothing, cost_the_record, no_days, no_ids, no_lists_of_ids, no_words, with_at,
};
use serde_json::{Value, json};

use crate::far::{Far, all, property, record, tenant, unit, window, work_order};

async fn properties(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = Far::new().await;
    far.list("properties", json!(rows)).await;
    far.list("units", json!([])).await;
    all(far.platform.properties(window())).await
}

async fn units(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = Far::new().await;
    far.list_for("properties", &[("filters[Id]", "a1")], json!([property("a1", Value::Null)])).await;
    far.list("properties", json!([])).await;
    far.list("units", json!(rows)).await;
    all(far.platform.properties(window())).await
}

async fn tenants(rows: Vec<Value>) -> Vec<Row<Resident>> {
    let far = Far::new().await;
    far.list("tenants", json!(rows)).await;
    all(far.platform.residents(window())).await
}

async fn work_orders(rows: Vec<Value>) -> Vec<Row<WorkOrder>> {
    let far = Far::new().await;
    far.list("work_orders", json!(rows)).await;
    far.list("tenants", json!([])).await;
    all(far.platform.work_orders(window())).await
}

fn good_property(id: i64) -> Value {
    property(&id.to_string(), Value::Null)
}

fn good_unit(id: i64) -> Value {
    unit(&id.to_string(), "a1")
}

fn good_tenant(id: i64) -> Value {
    tenant(&id.to_string(), "e1", json!("b1"))
}

fn good_work_order(id: i64) -> Value {
    work_order(&id.to_string())
}

#[tokio::test]
async fn what_decides_nothing_costs_nothing() {
    let of_property = ["/Name", "/Address1", "/Address2", "/City", "/State", "/Zip", "/LastUpdatedAt"];
    cost_nothing(&of_property, good_property, properties).await;
    cost_nothing(&["/Name", "/Address1", "/City", "/RentReady"], good_unit, units).await;
    let of_tenant = [
        "/FirstName",
        "/LastName",
        "/CompanyName",
        "/Email",
        "/PhoneNumber",
        "/PrimaryTenant",
        "/OccupancyId",
        "/LeaseEndDate",
        "/Status",
    ];
    cost_nothing(&of_tenant, good_tenant, tenants).await;
    let of_work_order = [
        "/WorkOrderNumber",
        "/JobDescription",
        "/Priority",
        "/PermissionToEnter",
        "/ScheduledStart",
        "/OccupancyId",
        "/VendorId",
        "/LastUpdatedAt",
    ];
    cost_nothing(&of_work_order, good_work_order, work_orders).await;
}

#[tokio::test]
async fn what_decides_costs_the_record_with_its_name() {
    cost_the_record(("/HiddenAt", "HiddenAt"), no_days(), good_property, properties).await;
    let groups = ("/PropertyGroupIds", "PropertyGroupIds");
    cost_the_record(groups, no_lists_of_ids(), good_property, properties).await;
    cost_the_record(("/HiddenAt", "HiddenAt"), no_days(), good_unit, units).await;
    for (place, wrong) in [
        ("/PropertyId", no_ids()),
        ("/UnitId", no_ids()),
        ("/MoveInOn", no_days()),
        ("/MoveOutOn", no_days()),
        ("/LeaseStartDate", no_days()),
    ] {
        cost_the_record((place, &place[1..]), wrong, good_tenant, tenants).await;
    }
    for (place, wrong) in [
        ("/PropertyId", no_ids()),
        ("/UnitId", no_ids()),
        ("/Status", no_words()),
        ("/AssignedUsers", no_lists_of_ids()),
    ] {
        cost_the_record((place, &place[1..]), wrong, good_work_order, work_orders).await;
    }
}

#[tokio::test]
async fn who_is_assigned_may_be_told_by_numbers_or_records() {
    for spelled in [json!(["41"]), json!([41]), json!([{"Id": 41}]), json!("41"), json!(41)] {
        let odd = with_at(good_work_order(101), "/AssignedUsers", spelled.clone());
        let rows = work_orders(vec![odd]).await;
        assert_eq!(record(&rows[0]).assigned_users, [UserId::new("41")], "{spelled}");
    }
}
