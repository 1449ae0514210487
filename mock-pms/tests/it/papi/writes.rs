//! Writes, as they are guessed: what is stored, what is ignored, what is refused.

use axum::http::Method;
use mock_pms::world::LatchelProperty;
use serde_json::{Value, json};

use super::{Far, JSON, send};

fn property() -> Value {
    json!({ "name": "Elm Court, 102", "address1": "12 Elm Street", "address2": "Unit 102", "city": "Portland", "state": "OR",
        "zip": "97201", "is_active": 1, "ref_property_id": "1", "ref_unit_id": "12", "integration_data": "Elm Court, 102" })
}

fn tenant() -> Value {
    json!({ "name": "Ben Brandt", "email": "ben@example.com", "phone": "503-555-0100", "is_active": 1, "property_id": 501,
        "ref_user_id": "22", "move_in_date": "2026-01-01", "move_out_date": null })
}

fn job() -> Value {
    json!({ "property_id": 501, "name": "Leak", "description": "Leak under the sink", "order_number": "77",
        "ref_job_id": "4711", "scheduled_start": "2026-03-12T09:00:00-08:00", "severity": "urgent" })
}

/// The body with one field in another way; without it, if `value` is null.
fn but(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

#[tokio::test]
async fn what_was_made_is_read_back() {
    let far = Far::start().await;
    for (list, body, id) in [
        ("/properties", property(), "property_id"),
        ("/tenants", tenant(), "user_id"),
        ("/jobs", job(), "job_id"),
    ] {
        let made = far.make(list, body.clone()).await;
        let path = format!("{list}/{}", made[id]);
        assert_eq!(far.one(&path).await["data"], made);
        for (name, value) in
            body.as_object().expect("fields").iter().filter(|(name, _)| *name != "scheduled_start")
        {
            assert_eq!(&made[name], value, "{list} {name}");
        }
    }
}

#[tokio::test]
async fn latchel_picks_the_state_of_a_job_and_what_is_urgent() {
    let far = Far::start().await;
    let lived_in = far.make("/jobs", job()).await;
    let vacant = far.make("/jobs", but(job(), "property_id", json!(502))).await;
    assert_eq!(
        (&lived_in["state"]["name"], &vacant["state"]["name"]),
        (&json!("Diagnosing Issue"), &json!("Finding Service Provider"))
    );
    assert_eq!(vacant["state_id"], 3);
    let shown = [
        &lived_in["is_urgent"],
        &lived_in["is_emergency"],
        &lived_in["source"],
        &lived_in["scheduled_start"],
    ];
    assert_eq!(json!(shown), json!([1, 0, "API Request", "2026-03-12T17:00:00.000000Z"]));
    let mut by_flag = but(job(), "is_emergency", json!(1));
    by_flag.as_object_mut().expect("fields").remove("severity");
    assert_eq!(far.make("/jobs", by_flag).await["severity"], "emergency");
}

#[tokio::test]
async fn a_patch_changes_the_sent_fields_alone() {
    let far = Far::start().await;
    for (path, patch) in [
        ("/properties/501", json!({ "name": "Elm Court 101", "is_active": 0 })),
        ("/tenants/601", json!({ "move_out_date": "2026-04-01", "phone": null })),
        ("/jobs/701", json!({ "order_number": "1001", "ref_job_id": "99" })),
        ("/tenants/601", json!({ "property_id": 502 })),
    ] {
        let mut expected = far.one(path).await["data"].clone();
        let patched = far.patch(path, patch.clone()).await.good()["data"].clone();
        for (name, value) in patch.as_object().expect("fields") {
            expected[name] = value.clone();
        }
        expected["updated_at"] = patched["updated_at"].clone();
        assert_eq!(patched, expected, "{path}");
    }
    let homes =
        far.server.read(|world| world.latchel.residents.get(601).expect("it").ref_property_id.clone());
    assert_eq!(homes, None);
}

#[tokio::test]
async fn a_field_that_nobody_knows_is_not_stored_and_not_refused() {
    let far = Far::start().await;
    let made = far.make("/tenants", but(tenant(), "move_out", json!("2026-04-01"))).await;
    assert_eq!((&made["move_out_date"], made.get("move_out")), (&Value::Null, None));
    let before = far.one("/jobs/701").await;
    let after = far
        .patch("/jobs/701", json!({ "name": "Another", "property_id": 502, "state": "Cancelled" }))
        .await
        .good();
    assert_eq!(after["data"]["name"], before["data"]["name"]);
    assert_eq!(after["data"]["state"], before["data"]["state"]);
}

#[tokio::test]
async fn a_create_needs_its_fields_and_all_that_lack_are_named() {
    let far = Far::start().await;
    let blamed = async |path: &str| far.post(path, &json!({})).await.blamed();
    assert_eq!(blamed("/properties").await, ["address1", "city", "name", "state", "zip"]);
    assert_eq!(blamed("/tenants").await, ["name", "property_id"]);
    assert_eq!(blamed("/jobs").await, ["name", "property_id"]);
}

#[tokio::test]
async fn a_value_that_cannot_be_is_refused_by_field() {
    let far = Far::start().await;
    for (path, body, name, value) in [
        ("/properties", property(), "name", json!("  ")),
        ("/properties", property(), "state", json!(null)),
        ("/properties", property(), "zip", json!(97201)),
        ("/properties", property(), "is_active", json!(true)),
        ("/properties", property(), "ref_property_id", json!(1)),
        ("/properties", property(), "name", json!("x".repeat(256))),
        ("/tenants", tenant(), "property_id", json!(99)),
        ("/tenants", tenant(), "property_id", json!("501")),
        ("/tenants", tenant(), "move_in_date", json!("2026-1-1")),
        ("/tenants", tenant(), "is_active", json!(2)),
        ("/jobs", job(), "property_id", json!(99)),
        ("/jobs", job(), "tenant_id", json!(99)),
        ("/jobs", job(), "ref_job_id", json!(4711)),
        ("/jobs", job(), "severity", json!("high")),
        ("/jobs", job(), "scheduled_start", json!("soon")),
        ("/jobs", job(), "state_id", json!(27)),
        ("/jobs", job(), "enter_permission", json!("yes")),
    ] {
        assert_eq!(far.post(path, &but(body, name, value.clone())).await.blamed(), [name], "{path} {value}");
    }
    assert_eq!(far.patch("/properties/501", json!({ "city": "" })).await.blamed(), ["city"]);
    assert_eq!(far.patch("/jobs/701", json!({ "state_id": 1 })).await.blamed(), ["state_id"]);
    assert_eq!(far.patch("/jobs/9", json!({})).await.status, 404);
}

#[tokio::test]
async fn a_permission_to_enter_needs_instructions_from_somewhere() {
    let far = Far::start().await;
    let entering = but(job(), "enter_permission", json!(1));
    assert_eq!(far.post("/jobs", &entering).await.blamed(), ["enter_permission"]);
    let told = but(entering.clone(), "access_instructions", json!("The key is with the neighbour."));
    assert_eq!(far.make("/jobs", told).await["enter_permission"], 1);
    let change = |row: &mut LatchelProperty| row.default_access_instructions = Some("Code 1234".to_owned());
    far.server.edit(|world| world.update(501, change)).expect("the property");
    far.make("/jobs", entering).await;
}

#[tokio::test]
async fn a_job_is_closed_by_the_id_of_a_state() {
    let far = Far::start().await;
    far.server.edit(|world| {
        let cancelled = |row: &mut mock_pms::world::Job| row.state = "Cancelled".to_owned();
        world.update(701, cancelled).expect("the job");
    });
    let cancelled = far.one("/jobs/701").await["data"]["state_id"].clone();
    let made = far.make("/jobs", but(job(), "state_id", cancelled.clone())).await;
    assert_eq!(made["state"]["name"], "Cancelled");
    let open = far.make("/jobs", job()).await;
    let path = format!("/jobs/{}", open["job_id"]);
    let closed = far.patch(&path, json!({ "state_id": cancelled })).await.good();
    assert_eq!(closed["data"]["state"]["name"], "Cancelled");
}

#[tokio::test]
async fn a_repeated_create_makes_a_double() {
    let far = Far::start().await;
    let (first, second) =
        (far.make("/properties", property()).await, far.make("/properties", property()).await);
    assert_ne!(first["property_id"], second["property_id"]);
}

#[tokio::test]
async fn a_body_that_is_no_json_counts_as_empty() {
    let far = Far::start().await;
    for (kind, text) in [(JSON, "{"), (JSON, "[]"), (("content-type", "text/plain"), "{\"name\": \"x\"}")] {
        let headers = [("x-api-key", "mock-api-key"), kind];
        let reply = send(Method::POST, &far.url("/jobs"), &headers, text.to_owned()).await;
        assert_eq!(reply.blamed(), ["name", "property_id"], "{text}");
        let reply = send(Method::PATCH, &far.url("/jobs/701"), &headers, text.to_owned()).await;
        assert_eq!(reply.status, 200, "{text}");
    }
}
