//! Odd values, field by field.

use latchel_sync_core::model::{Property, Resident, Row, WorkOrder};
use latchel_sync_http::testing::{cost_nothing, cost_the_record, no_days, no_flags, no_ids};
use serde_json::{Value, json};

use crate::far::{
    FIRST, Far, STATUSES, WORK_ORDERS, all, lease, property, record, statuses, tenant, unit, window,
    work_order,
};

async fn properties(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = Far::new().await;
    far.list_for("properties/export", &[("isActive", "false")], json!([])).await;
    far.list("properties/export", json!(rows)).await;
    far.list("properties/units/export", json!([])).await;
    all(far.platform.properties(window())).await
}

async fn units(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = Far::new().await;
    far.list("properties/export", json!([])).await;
    far.list_for("properties/units/export", &[("isActive", "false")], json!([])).await;
    far.list("properties/units/export", json!(rows)).await;
    all(far.platform.properties(window())).await
}

async fn leases(rows: Vec<Value>) -> Vec<Row<Resident>> {
    let far = Far::new().await;
    far.list("leases/export", json!(rows)).await;
    far.list("tenants/search", json!([])).await;
    all(far.platform.residents(window())).await
}

async fn work_orders(rows: Vec<Value>) -> Vec<Row<WorkOrder>> {
    let far = Far::new().await;
    far.list(STATUSES, statuses()).await;
    far.list(WORK_ORDERS, json!(rows)).await;
    all(far.platform.work_orders(window())).await
}

fn number(id: i64) -> u32 {
    id.try_into().expect("a small one")
}

fn good_property(id: i64) -> Value {
    json!({"property": property(number(id), "1", FIRST)})
}

fn good_unit(id: i64) -> Value {
    unit(number(id), &property(1, "1", FIRST), FIRST)
}

fn good_lease(id: i64) -> Value {
    lease(number(id), 1, Some(11), &[tenant(number(id), "Ada")])
}

fn good_work_order(id: i64) -> Value {
    work_order(number(id))
}

#[tokio::test]
async fn what_decides_nothing_costs_nothing() {
    let of_property = [
        "/property/name",
        "/property/address",
        "/property/address2",
        "/property/city",
        "/property/stateID",
        "/property/state",
        "/property/postalCode",
        "/property/isMultiUnit",
        "/property/dateTimeCreated",
    ];
    cost_nothing(&of_property, good_property, properties).await;
    cost_nothing(&["/unit/name", "/unit/address", "/unit/city", "/unit/dateTimeCreated"], good_unit, units)
        .await;
    let of_lease = [
        "/lease/tenants/0/name",
        "/lease/tenants/0/email",
        "/lease/tenants/0/phone",
        "/lease/endDate",
        "/lease/dateTimeCreated",
        "/lease/leaseStatusID",
    ];
    cost_nothing(&of_lease, good_lease, leases).await;
    let of_work_order = [
        "/workOrder/workOrderNumber",
        "/workOrder/description",
        "/workOrder/priorityID",
        "/workOrder/requestedByContactID",
        "/workOrder/scheduledStartDate",
        "/workOrder/isVacant",
        "/workOrder/vendorContactID",
        "/workOrder/dateTimeCreated",
        "/workOrder/dateTimeModified",
        "/contact",
    ];
    cost_nothing(&of_work_order, good_work_order, work_orders).await;
}

#[tokio::test]
async fn what_decides_costs_the_record_with_its_name() {
    let active = ("/property/isActive", "property.isActive");
    cost_the_record(active, no_flags(), good_property, properties).await;
    cost_the_record(("/unit/isActive", "unit.isActive"), no_flags(), good_unit, units).await;
    for (place, name, wrong) in [
        ("/lease/unitID", "lease.unitID", no_ids()),
        ("/lease/primaryLeaseStatusID", "lease.primaryLeaseStatusID", no_ids()),
        ("/lease/moveInDate", "lease.moveInDate", no_days()),
        ("/lease/startDate", "lease.startDate", no_days()),
        ("/lease/moveOutDate", "lease.moveOutDate", no_days()),
        ("/lease/expectedMoveOutDate", "lease.expectedMoveOutDate", no_days()),
        ("/lease/tenants/0/isActive", "lease.tenants.isActive", no_flags()),
    ] {
        cost_the_record((place, name), wrong, good_lease, leases).await;
    }
    for (place, wrong) in [
        ("propertyID", no_ids()),
        ("unitID", no_ids()),
        ("workOrderStatusID", no_ids()),
        ("primaryWorkOrderStatusID", no_ids()),
        ("assignedToUserID", no_ids()),
    ] {
        let (place, name) = (format!("/workOrder/{place}"), format!("workOrder.{place}"));
        cost_the_record((&place, &name), wrong, good_work_order, work_orders).await;
    }
}

#[tokio::test]
async fn a_tenant_whom_a_lease_lists_twice_is_the_same_in_any_order() {
    let (one, other) = (tenant(101, "Ada"), tenant(101, "Ada B."));
    let read = async |tenants: &[Value]| leases(vec![lease(101, 1, Some(11), tenants)]).await;
    let (first, second) = (read(&[one.clone(), other.clone()]).await, read(&[other, one]).await);
    assert_eq!(record(&first[0]), record(&second[0]));
    assert_eq!((first.len(), second.len()), (1, 1));
}
