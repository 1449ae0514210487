//! Odd values, field by field.

use futures::TryStreamExt;
use latchel_sync_core::model::{Job, LatchelPropertyId, LatchelResidentId, Row, Window};
use latchel_sync_http::testing::{
    cost_nothing, cost_the_record, no_days, no_flags, no_ids, no_numbers, no_words, odd_values, with_at,
};
use serde_json::{Value, json};

use crate::far::{Far, ok};
use crate::reads::{job, property};

fn resident(id: i64) -> Value {
    json!({"user_id": id, "name": "Ada Abara", "email": "ada@example.com", "phone": "503-555-0101", "is_active": 1,
        "ref_user_id": "21", "ref_property_id": "1", "ref_unit_id": "11", "move_in_date": "2025-01-01",
        "move_out_date": null})
}

async fn jobs(rows: Vec<Value>) -> Vec<Row<Job>> {
    let far = Far::new().await;
    far.answers("GET", "/v1/jobs", ok(json!({"data": rows, "next_cursor": null}))).await;
    let window = Window { from: "2026-03-01T05:30:15Z".parse().expect("an instant") };
    far.latchel.jobs(window).try_concat().await.expect("pages")
}

/// Flaw of a property, if it has one.
async fn of_property(row: Value) -> Option<String> {
    let far = Far::new().await;
    far.answers("POST", "/v1/properties/lookup", ok(json!({"data": [row]}))).await;
    let read = far.latchel.properties_by_id(&[LatchelPropertyId(501)]).await;
    read.err().map(|error| error.context("field").unwrap_or_default().to_owned())
}

/// The same of a resident.
async fn of_resident(row: Value) -> Option<String> {
    let far = Far::new().await;
    far.answers("POST", "/v1/residents/lookup", ok(json!({"data": [row]}))).await;
    let read = far.latchel.residents_by_id(&[LatchelResidentId(601)]).await;
    read.err().map(|error| error.context("field").unwrap_or_default().to_owned())
}

#[tokio::test]
async fn what_decides_nothing_costs_nothing() {
    let of_job = [
        "/severity",
        "/is_urgent",
        "/is_emergency",
        "/order_number",
        "/name",
        "/description",
        "/vendor_description",
        "/access_instructions",
        "/enter_permission",
        "/is_vacant",
        "/tenant_id",
        "/state/updated_at",
    ];
    cost_nothing(&of_job, job, jobs).await;
    for value in odd_values() {
        for place in ["/name", "/address1", "/address2", "/city", "/state", "/zip", "/integration_data"] {
            let wrong = of_property(with_at(property(501), place, value.clone())).await;
            assert_eq!(wrong, None, "{place}: {value}");
        }
        for place in ["/name", "/email", "/phone"] {
            let wrong = of_resident(with_at(resident(601), place, value.clone())).await;
            assert_eq!(wrong, None, "{place}: {value}");
        }
    }
}

#[tokio::test]
async fn what_decides_costs_the_record_with_its_name() {
    for (place, wrong) in [
        ("/created_at", no_days()),
        ("/updated_at", no_days()),
        ("/state", no_words()),
        ("/is_archived", no_flags()),
        ("/property_id", no_numbers()),
        ("/ref_job_id", no_ids()),
    ] {
        cost_the_record((place, &place[1..]), wrong, job, jobs).await;
    }
    for (place, wrong) in
        [("ref_property_id", no_ids()), ("is_active", no_flags()), ("property_id", no_numbers())]
    {
        for value in wrong {
            let told = of_property(with_at(property(501), &format!("/{place}"), value.clone())).await;
            assert_eq!(told, Some(format!("data[0].{place}")), "{value}");
        }
    }
    for (place, wrong) in
        [("move_in_date", no_days()), ("move_out_date", no_days()), ("ref_user_id", no_ids())]
    {
        for value in wrong {
            let told = of_resident(with_at(resident(601), &format!("/{place}"), value.clone())).await;
            assert_eq!(told, Some(format!("data[0].{place}")), "{value}");
        }
    }
}
