//! Odd values, field by field.

use latchel_sync_core::model::{Property, Resident, Row, WorkOrder};
use latchel_sync_http::testing::{
    cost_nothing, cost_the_record, no_days, no_flags, no_numbers, no_words, with_at,
};
use serde_json::{Value, json};

use crate::far::{Far, all, rental, unit, window};
use crate::residents::{lease, tenant};
use crate::work_orders::{task, work_order};

async fn far() -> Far {
    Far::with(json!({"calls_per_second": 100_000})).await
}

async fn rentals(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = far().await;
    far.list("/v1/rentals", json!(rows)).await;
    far.list("/v1/rentals/units", json!([])).await;
    all(far.platform.properties(window())).await
}

async fn units(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = far().await;
    far.list_for("/v1/rentals", &[("propertyids", "1")], json!([rental(1, true)])).await;
    far.list("/v1/rentals", json!([])).await;
    far.list("/v1/rentals/units", json!(rows)).await;
    all(far.platform.properties(window())).await
}

async fn tenants(rows: Vec<Value>) -> Vec<Row<Resident>> {
    let far = far().await;
    far.list("/v1/leases/tenants", json!(rows)).await;
    far.list("/v1/leases", json!([])).await;
    all(far.platform.residents(window())).await
}

/// The work orders of these tasks.
async fn tasks(rows: Vec<Value>) -> Vec<Row<WorkOrder>> {
    let orders: Vec<_> = (101..).zip(&rows).map(|(id, _)| work_order(id, id)).collect();
    joined(rows, orders).await
}

/// These work orders, each with a task of its number.
async fn orders(rows: Vec<Value>) -> Vec<Row<WorkOrder>> {
    let tasks = (101..).zip(&rows).map(|(id, _)| task(id, "Todo")).collect();
    joined(tasks, rows).await
}

async fn joined(tasks: Vec<Value>, orders: Vec<Value>) -> Vec<Row<WorkOrder>> {
    let far = far().await;
    far.list("/v1/tasks", json!(tasks)).await;
    far.list_for("/v1/workorders", &[("lastupdatedfrom", "2026-02-28")], json!([])).await;
    far.list("/v1/workorders", json!(orders)).await;
    all(far.platform.work_orders(window())).await
}

fn good_tenant(id: i64) -> Value {
    tenant(id, &[lease(id, 1, 11, &[(id, Some("2025-01-01"), Some("2026-01-01"))])])
}

#[tokio::test]
async fn what_decides_nothing_costs_nothing() {
    let of_rental = [
        "/Name",
        "/Address",
        "/Address/AddressLine1",
        "/Address/AddressLine2",
        "/Address/AddressLine3",
        "/Address/City",
        "/Address/State",
        "/Address/PostalCode",
    ];
    cost_nothing(&of_rental, |id| rental(id, true), rentals).await;
    cost_nothing(&["/UnitNumber", "/Address", "/Address/City"], |id| unit(id, 1), units).await;
    let of_tenant = [
        "/FirstName",
        "/LastName",
        "/Email",
        "/PhoneNumbers",
        "/PhoneNumbers/0",
        "/PhoneNumbers/0/Number",
        "/PhoneNumbers/0/Type",
        "/Leases/0/LeaseToDate",
    ];
    cost_nothing(&of_tenant, good_tenant, tenants).await;
    let of_task = [
        "/Title",
        "/Description",
        "/Category",
        "/Priority",
        "/DueDate",
        "/RequestedByUserEntity",
        "/RequestedByUserEntity/Id",
        "/RequestedByUserEntity/Type",
        "/CreatedDateTime",
        "/LastUpdatedDateTime",
    ];
    cost_nothing(&of_task, |id| task(id, "Todo"), tasks).await;
    let of_order = ["/Title", "/WorkDetails", "/EntryAllowed", "/EntryNotes", "/Amount", "/VendorId"];
    cost_nothing(&of_order, |id| work_order(id, id), orders).await;
}

#[tokio::test]
async fn what_decides_costs_the_record_with_its_name() {
    cost_the_record(("/IsActive", "IsActive"), no_flags(), |id| rental(id, true), rentals).await;
    for (place, name, wrong) in [
        ("/Leases/0/UnitId", "Leases[0].UnitId", no_numbers()),
        ("/Leases/0/LeaseFromDate", "Leases[0].LeaseFromDate", no_days()),
        ("/Leases/0/Tenants/0/MoveInDate", "Leases[0].Tenants[0].MoveInDate", no_days()),
        ("/Leases/0/MoveOutData/0/MoveOutDate", "Leases[0].MoveOutData[0].MoveOutDate", no_days()),
        ("/Leases/0/MoveOutData/0/TenantId", "Leases[0].MoveOutData[0].TenantId", no_numbers()),
    ] {
        cost_the_record((place, name), wrong, good_tenant, tenants).await;
    }
    for (place, name, wrong) in [
        ("/TaskStatus", "Task.TaskStatus", no_words()),
        ("/AssignedToUserId", "Task.AssignedToUserId", no_numbers()),
        ("/UnitId", "Task.UnitId", no_numbers()),
        ("/Property/Id", "Task.Property.Id", no_numbers()),
    ] {
        cost_the_record((place, name), wrong, |id| task(id, "Todo"), tasks).await;
    }
    cost_the_record(("/Task/Id", "Task.Id"), no_numbers(), |id| work_order(id, id), orders).await;
}

#[tokio::test]
async fn ids_are_numbers_or_text_and_days_may_have_a_time() {
    let odd = with_at(good_tenant(101), "/Leases/0/PropertyId", json!("1"));
    let odd = with_at(odd, "/Leases/0/UnitId", json!("11"));
    let odd = with_at(odd, "/Leases/0/Tenants/0/MoveInDate", json!("2025-01-01T00:00:00"));
    let odd = with_at(odd, "/Leases/0/MoveOutData/0/MoveOutDate", json!("0001-01-01T00:00:00"));
    let rows = tenants(vec![with_at(odd, "/Id", json!("101"))]).await;
    let [Row::Record(one)] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(one.id.key(), "101@1");
    let [stay] = one.tenancies.as_slice() else { panic!("{one:?}") };
    assert_eq!(stay.unit.as_ref().map(|unit| unit.as_str()), Some("11"));
    assert_eq!((stay.move_in, stay.move_out), ("2025-01-01".parse().ok(), None));
}

#[tokio::test]
async fn a_tenant_who_is_listed_twice_has_the_same_stay_in_any_order() {
    let twice =
        [(101, Some("2025-03-01"), Some("2025-12-01")), (101, Some("2025-01-01"), Some("2026-01-01"))];
    for stays in [[twice[0], twice[1]], [twice[1], twice[0]]] {
        let rows = tenants(vec![tenant(101, &[lease(31, 1, 11, &stays)])]).await;
        let [Row::Record(one)] = rows.as_slice() else { panic!("{rows:?}") };
        let dates: Vec<_> = one.tenancies.iter().map(|stay| (stay.move_in, stay.move_out)).collect();
        assert_eq!(dates, [("2025-01-01".parse().ok(), "2026-01-01".parse().ok())]);
    }
}
