//! Odd values, field by field.

use latchel_sync_core::model::{Property, Resident, Row, WorkOrder};
use latchel_sync_http::testing::{cost_nothing, cost_the_record, no_days, no_flags, no_numbers};
use serde_json::{Value, json};

use crate::far::{all, issue, lease, logged_in, property, tenant, unit, window};

async fn properties(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = logged_in(json!({})).await;
    far.list("Properties", json!(rows)).await;
    far.list("Units", json!([])).await;
    all(far.platform.properties(window())).await
}

/// By the property that they are of, which changed.
async fn units(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = logged_in(json!({})).await;
    far.list("Properties", json!([property(1, true)])).await;
    let changed = json!([]);
    far.list_for("Units", &[("filters", crate::far::SINCE)], changed).await;
    far.list("Units", json!(rows)).await;
    all(far.platform.properties(window())).await
}

async fn tenants(rows: Vec<Value>) -> Vec<Row<Resident>> {
    let leases = (101..).zip(&rows).map(|(id, _)| lease(id, id, 1, 11)).collect();
    on(rows, leases).await
}

async fn leases(rows: Vec<Value>) -> Vec<Row<Resident>> {
    let tenants = (101..).zip(&rows).map(|(id, _)| tenant(id)).collect();
    on(tenants, rows).await
}

async fn on(tenants: Vec<Value>, leases: Vec<Value>) -> Vec<Row<Resident>> {
    let far = logged_in(json!({})).await;
    far.list("Tenants", json!(tenants)).await;
    far.list("Leases", json!(leases)).await;
    all(far.platform.residents(window())).await
}

async fn issues(rows: Vec<Value>) -> Vec<Row<WorkOrder>> {
    let far = logged_in(json!({})).await;
    far.list("ServiceManagerIssues", json!(rows)).await;
    all(far.platform.work_orders(window())).await
}

fn good_lease(id: i64) -> Value {
    lease(id, id, 1, 11)
}

fn linked(id: i64) -> Value {
    let mut one = issue(id);
    one["LinkedUnits"] = json!([{"UnitID": 11, "PropertyID": 1}]);
    one["LinkedTenants"] = json!([{"TenantID": 21}]);
    one
}

#[tokio::test]
async fn what_decides_nothing_costs_nothing() {
    let of_property = [
        "/Name",
        "/ShortName",
        "/UpdateDate",
        "/Addresses",
        "/Addresses/0",
        "/Addresses/0/Street",
        "/Addresses/0/Street1",
        "/Addresses/0/Street2",
        "/Addresses/0/City",
        "/Addresses/0/State",
        "/Addresses/0/PostalCode",
        "/Addresses/0/IsPrimary",
    ];
    cost_nothing(&of_property, |id| property(id, true), properties).await;
    cost_nothing(&["/Name", "/UpdateDate", "/Addresses", "/Addresses/0/City"], |id| unit(id, 1), units).await;
    let of_tenant = [
        "/Name",
        "/FirstName",
        "/LastName",
        "/Status",
        "/UpdateDate",
        "/Contacts",
        "/Contacts/1",
        "/Contacts/1/Email",
        "/Contacts/1/IsPrimary",
        "/Contacts/1/PhoneNumbers",
        "/Contacts/1/PhoneNumbers/1/PhoneNumber",
    ];
    cost_nothing(&of_tenant, tenant, tenants).await;
    let of_lease = ["/IsMoveOutConfirmed", "/NoticeDate", "/CreateDate", "/UpdateDate"];
    cost_nothing(&of_lease, good_lease, leases).await;
    let of_issue = [
        "/Title",
        "/Description",
        "/PriorityID",
        "/TenantID",
        "/LinkedTenants",
        "/LinkedTenants/0/TenantID",
        "/CreateDate",
        "/UpdateDate",
        "/CategoryID",
        "/ConcurrencyID",
    ];
    cost_nothing(&of_issue, linked, issues).await;
}

#[tokio::test]
async fn what_decides_costs_the_record_with_its_name() {
    cost_the_record(("/IsActive", "IsActive"), no_flags(), |id| property(id, true), properties).await;
    for (place, wrong) in [
        ("/UnitID", no_numbers()),
        ("/MoveInDate", no_days()),
        ("/MoveOutDate", no_days()),
        ("/ExpectedMoveOutDate", no_days()),
    ] {
        cost_the_record((place, &place[1..]), wrong, good_lease, leases).await;
    }
    for (place, name, wrong) in [
        ("/PropertyID", "PropertyID", no_numbers()),
        ("/UnitID", "UnitID", no_numbers()),
        ("/LinkedUnits/0/UnitID", "LinkedUnits[0].UnitID", no_numbers()),
        ("/StatusID", "StatusID", no_numbers()),
        ("/IsClosed", "IsClosed", no_flags()),
        ("/AssignedToUserID", "AssignedToUserID", no_numbers()),
    ] {
        cost_the_record((place, name), wrong, linked, issues).await;
    }
}
