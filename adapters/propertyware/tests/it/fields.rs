//! Odd values, field by field.

use latchel_sync_core::model::{Property, Resident, Row, WorkOrder};
use latchel_sync_http::testing::{
    cost_nothing, cost_the_record, no_days, no_flags, no_lists_of_ids, no_numbers, no_words,
};
use serde_json::{Value, json};

use crate::far::{Far, SINCE, all, building, record, serve, unit, window};
use crate::residents::{contact, lease};
use crate::work_orders::work_order;

async fn buildings(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = Far::new().await;
    far.list("buildings", json!(rows)).await;
    far.list("units", json!([])).await;
    all(far.platform.properties(window())).await
}

async fn units(rows: Vec<Value>) -> Vec<Row<Property>> {
    let far = Far::new().await;
    far.list_for("buildings", &[SINCE], json!([])).await;
    serve(&far, "buildings", json!([building(1, "Yes", true)])).await;
    far.list("units", json!(rows)).await;
    all(far.platform.properties(window())).await
}

async fn leases(rows: Vec<Value>) -> Vec<Row<Resident>> {
    let contacts = (101..).zip(&rows).map(|(id, _)| contact(id)).collect();
    on(rows, contacts).await
}

async fn contacts(rows: Vec<Value>) -> Vec<Row<Resident>> {
    let leases = (101..).zip(&rows).map(|(id, _)| lease(id, 1, 11, &[id])).collect();
    on(leases, rows).await
}

async fn on(leases: Vec<Value>, contacts: Vec<Value>) -> Vec<Row<Resident>> {
    let far = Far::with(json!({"calls_per_second": 100_000})).await;
    far.list("leases", json!(leases)).await;
    far.list_for("contacts", &[SINCE], json!([])).await;
    serve(&far, "contacts", json!(contacts)).await;
    all(far.platform.residents(window())).await
}

async fn work_orders(rows: Vec<Value>) -> Vec<Row<WorkOrder>> {
    let far = Far::new().await;
    far.list("buildings", json!([building(1, "Yes", true)])).await;
    far.list("workorders", json!(rows)).await;
    all(far.platform.work_orders(window())).await
}

fn good_lease(id: i64) -> Value {
    let mut one = lease(id, 1, 11, &[id]);
    one["contacts"][0]["firstName"] = json!("Ada");
    one
}

#[tokio::test]
async fn what_decides_nothing_costs_nothing() {
    let of_building = [
        "/name",
        "/abbreviation",
        "/address",
        "/address/address",
        "/address/addressCont",
        "/address/city",
        "/address/stateRegion",
        "/address/postalCode",
        "/multiUnit",
        "/propertyManagerList",
    ];
    cost_nothing(&of_building, |id| building(id, "No", true), buildings).await;
    cost_nothing(&["/name", "/abbreviation", "/address"], |id| unit(id, 1), units).await;
    let of_lease = [
        "/endDate",
        "/contacts/0/firstName",
        "/contacts/0/lastName",
        "/contacts/0/company",
        "/contacts/0/email",
        "/contacts/0/mobilePhone",
        "/contacts/0/primary",
    ];
    cost_nothing(&of_lease, good_lease, leases).await;
    cost_nothing(&["/firstName", "/lastName", "/email", "/homePhone"], contact, contacts).await;
    let of_work_order =
        ["/number", "/description", "/priority", "/authorizeEnter", "/searchTag", "/requestedBy"];
    cost_nothing(&of_work_order, work_order, work_orders).await;
}

#[tokio::test]
async fn what_decides_costs_the_record_with_its_name() {
    cost_the_record(("/active", "active"), no_flags(), |id| building(id, "No", true), buildings).await;
    cost_the_record(("/active", "active"), no_flags(), |id| unit(id, 1), units).await;
    for (place, name, wrong) in [
        ("/unitID", "unitID", no_numbers()),
        ("/status", "status", no_words()),
        ("/active", "active", no_flags()),
        ("/startDate", "startDate", no_days()),
        ("/moveInDate", "moveInDate", no_days()),
        ("/moveOutDate", "moveOutDate", no_days()),
        ("/scheduleMoveOutDate", "scheduleMoveOutDate", no_days()),
        ("/contacts/0/role", "contacts[0].role", no_words()),
    ] {
        cost_the_record((place, name), wrong, good_lease, leases).await;
    }
    for (place, wrong) in [
        ("/buildingID", no_numbers()),
        ("/unitID", no_numbers()),
        ("/unitIDs", no_lists_of_ids()),
        ("/status", no_words()),
        ("/managedBy", no_words()),
    ] {
        cost_the_record((place, &place[1..]), wrong, work_order, work_orders).await;
    }
}

#[tokio::test]
async fn a_contact_that_a_lease_lists_twice_is_the_same_in_any_order() {
    let mut one = good_lease(101);
    let mut other = one["contacts"][0].clone();
    other["firstName"] = json!("Ben");
    one["contacts"] = json!([one["contacts"][0], other]);
    let mut turned = one.clone();
    turned["contacts"].as_array_mut().expect("contacts").reverse();
    let (one, other) = (leases(vec![one]).await, leases(vec![turned]).await);
    assert_eq!(record(&one[0]), record(&other[0]));
    assert_eq!((one.len(), other.len()), (1, 1));
}
