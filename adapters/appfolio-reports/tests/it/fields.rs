//! Odd values, field by field.

use latchel_sync_core::model::{Property, Resident, Row, WorkOrder};
use latchel_sync_http::testing::{cost_nothing, cost_the_record, no_days, no_ids, no_lists_of_ids, no_words};
use serde_json::{Value, json};

use crate::far::{all, far, property, tenant, unit, window, work_order};

async fn properties(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = far(&[("property_directory", json!(rows))]).await;
    all(far.platform.properties(window())).await
}

async fn units(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = far(&[("property_directory", json!([property(1)])), ("unit_directory", json!(rows))]).await;
    let mut rows = all(far.platform.properties(window())).await;
    // None of its units may be readable.
    rows.retain(|row| !matches!(row, Row::Record(one) if one.id.unit.is_none()));
    rows
}

async fn tenants(rows: Vec<Value>) -> Vec<Row<Resident>> {
    let far = far(&[("tenant_directory", json!(rows))]).await;
    all(far.platform.residents(window())).await
}

async fn work_orders(rows: Vec<Value>) -> Vec<Row<WorkOrder>> {
    let far = far(&[("work_order", json!(rows))]).await;
    all(far.platform.work_orders(window())).await
}

#[tokio::test]
async fn what_decides_nothing_costs_nothing() {
    let of_property = [
        "/property_name",
        "/property_integration_id",
        "/property_street",
        "/property_street2",
        "/property_city",
        "/property_state",
        "/property_zip",
        "/property_created_on",
    ];
    cost_nothing(&of_property, property, properties).await;
    let of_unit =
        ["/unit_name", "/unit_integration_id", "/unit_street", "/unit_city", "/created_on", "/property_name"];
    cost_nothing(&of_unit, |id| unit(id, 1), units).await;
    let of_tenant = [
        "/tenant",
        "/first_name",
        "/last_name",
        "/company_name",
        "/emails",
        "/phone_numbers",
        "/primary_tenant",
        "/occupancy_id",
        "/tenant_integration_id",
        "/lease_to",
    ];
    cost_nothing(&of_tenant, |id| tenant(id, 1, 11), tenants).await;
    let of_work_order = [
        "/work_order_number",
        "/job_description",
        "/instructions",
        "/priority",
        "/occupancy_id",
        "/requesting_tenant",
        "/submitted_by_tenant",
        "/work_order_type",
        "/created_at",
        "/scheduled_start",
        "/vendor",
    ];
    cost_nothing(&of_work_order, work_order, work_orders).await;
}

#[tokio::test]
async fn what_decides_costs_the_record_with_its_name() {
    cost_the_record(("/visibility", "visibility"), no_words(), property, properties).await;
    cost_the_record(("/visibility", "visibility"), no_words(), |id| unit(id, 1), units).await;
    for (place, wrong) in
        [("/unit_id", no_ids()), ("/move_in", no_days()), ("/move_out", no_days()), ("/status", no_words())]
    {
        cost_the_record((place, &place[1..]), wrong, |id| tenant(id, 1, 11), tenants).await;
    }
    for (place, wrong) in [
        ("/property_id", no_ids()),
        ("/unit_id", no_ids()),
        ("/status", no_words()),
        ("/assigned_user", no_lists_of_ids()),
    ] {
        cost_the_record((place, &place[1..]), wrong, work_order, work_orders).await;
    }
}
