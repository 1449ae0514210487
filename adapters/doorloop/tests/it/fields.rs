//! Odd values, field by field.

use latchel_sync_core::model::{Property, Resident, Row, WorkOrder};
use latchel_sync_http::testing::{
    cost_nothing, cost_the_record, no_days, no_flags, no_ids, no_lists_of_ids, no_words,
};
use serde_json::{Value, json};

use crate::far::{Far, all, oid, record, window};
use crate::properties::{property, unit};
use crate::residents::tenant;
use crate::work_orders::task;

async fn properties(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = Far::new().await;
    far.list("/api/properties", json!(rows)).await;
    far.list("/api/units", json!([])).await;
    all(far.platform.properties(window())).await
}

async fn units(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = Far::new().await;
    far.list("/api/properties", json!([property(1)])).await;
    far.list("/api/units", json!(rows)).await;
    all(far.platform.properties(window())).await
}

async fn stays(rows: Vec<Value>) -> Vec<Row<Resident>> {
    let far = Far::new().await;
    far.list("/api/leases/tenants", json!(rows)).await;
    all(far.platform.residents(window())).await
}

async fn tasks(rows: Vec<Value>) -> Vec<Row<WorkOrder>> {
    let far = Far::new().await;
    far.list("/api/tasks", json!(rows)).await;
    all(far.platform.work_orders(window())).await
}

fn number(id: i64) -> u32 {
    id.try_into().expect("a small one")
}

fn good_stay(id: i64) -> Value {
    json!({"id": oid(number(id)), "name": "Ada Abara", "property": oid(1), "units": [oid(11)], "status": "CURRENT",
        "moveInAt": "2025-01-01", "moveOutAt": "2026-01-01", "tenant": tenant(number(id))})
}

fn good_task(id: i64) -> Value {
    task(number(id), "WORK_ORDER")
}

#[tokio::test]
async fn what_decides_nothing_costs_nothing() {
    let of_property = [
        "/name",
        "/type",
        "/address",
        "/address/street1",
        "/address/street2",
        "/address/city",
        "/address/state",
        "/address/zip",
        "/updatedAt",
    ];
    cost_nothing(&of_property, |id| property(number(id)), properties).await;
    let of_unit = ["/name", "/address", "/addressSameAsProperty", "/updatedAt"];
    cost_nothing(&of_unit, |id| unit(number(id), 1), units).await;
    let of_stay = [
        "/name",
        "/tenant/fullName",
        "/tenant/firstName",
        "/tenant/lastName",
        "/tenant/emails",
        "/tenant/emails/0",
        "/tenant/emails/0/address",
        "/tenant/phones",
        "/tenant/phones/0/number",
        "/tenant/phones/0/type",
        "/updatedAt",
        "/tenant/updatedAt",
    ];
    cost_nothing(&of_stay, good_stay, stays).await;
    let of_task = [
        "/reference",
        "/subject",
        "/description",
        "/priority",
        "/requestedByTenant",
        "/entryPermission",
        "/entryNotes",
        "/createdAt",
        "/updatedAt",
        "/dueDate",
    ];
    cost_nothing(&of_task, good_task, tasks).await;
}

#[tokio::test]
async fn what_decides_costs_the_record_with_its_name() {
    cost_the_record(("/active", "active"), no_flags(), |id| property(number(id)), properties).await;
    cost_the_record(("/active", "active"), no_flags(), |id| unit(number(id), 1), units).await;
    for (place, wrong) in [
        ("/units", no_lists_of_ids()),
        ("/status", no_words()),
        ("/moveInAt", no_days()),
        ("/moveOutAt", no_days()),
    ] {
        cost_the_record((place, &place[1..]), wrong, good_stay, stays).await;
    }
    for (place, wrong) in [
        ("/property", no_ids()),
        ("/unit", no_ids()),
        ("/status", no_words()),
        ("/type", no_words()),
        ("/assignedToUsers", no_lists_of_ids()),
    ] {
        cost_the_record((place, &place[1..]), wrong, good_task, tasks).await;
    }
}

#[tokio::test]
async fn what_the_rows_of_a_tenant_do_not_agree_about_is_the_same_in_any_order() {
    let mut other = good_stay(101);
    other["tenant"]["fullName"] = json!("Ada B. Abara");
    other["moveInAt"] = json!("2025-03-01");
    let (one, other) =
        (stays(vec![good_stay(101), other.clone()]).await, stays(vec![other, good_stay(101)]).await);
    assert_eq!(record(&one[0]), record(&other[0]));
    assert_eq!(one.len(), 1);
}
