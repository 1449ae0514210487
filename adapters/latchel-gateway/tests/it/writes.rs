use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::*;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::far::{Far, ok};

fn day(text: &str) -> Option<chrono::NaiveDate> {
    text.parse().ok()
}

fn new_job() -> NewJob {
    NewJob {
        work_order: WorkOrderId::new("81"),
        number: "81".to_owned(),
        name: "It drips.".to_owned(),
        description: "It drips.".to_owned(),
        property: LatchelPropertyId(501),
        resident: None,
        severity: Severity::Emergency,
        scheduled_start: None,
        entry_allowed: None,
        access_instructions: None,
        closed: Some(ClosedStatus::Cancelled),
    }
}

#[tokio::test]
async fn creates_send_what_there_is_and_answer_the_id() {
    let far = Far::new().await;
    let created = |id: &str| ResponseTemplate::new(201).set_body_json(json!({ id: 7 }));
    far.answers("POST", "/v1/properties", created("property_id")).await;
    far.answers("POST", "/v1/residents", created("user_id")).await;
    far.answers("POST", "/v1/jobs", created("job_id")).await;
    let text = |text: &str| Some(text.to_owned());
    let property = NewProperty {
        reference: PropertyRef::new(PropertyId::new("1"), None),
        name: "Elm".to_owned(),
        source_address: Address {
            line1: text("12 Elm Street"),
            line2: None,
            city: text("Portland"),
            state: text("OR"),
            postal_code: text("97201"),
        },
        integration_data: "Elm".to_owned(),
        is_active: false,
    };
    let resident = NewResident {
        reference: ResidentRef::new(ResidentId::new("21"), PropertyId::new("1")),
        name: "Ada Abara".to_owned(),
        email: text("ada@example.com"),
        phone: None,
        tenancy: Tenancy { unit: None, move_in: day("2025-09-01"), move_out: None },
        home: LatchelPropertyId(501),
        is_active: true,
    };
    assert_eq!(far.latchel.create_property(&property).await.expect("an id"), LatchelPropertyId(7));
    assert_eq!(far.latchel.create_resident(&resident).await.expect("an id"), LatchelResidentId(7));
    assert_eq!(far.latchel.create_job(&new_job()).await.expect("an id"), JobId(7));
    let bodies = far.bodies().await;
    assert_eq!(
        bodies[0],
        json!({"name": "Elm", "address1": "12 Elm Street", "address2": null, "city": "Portland",
        "state": "OR", "zip": "97201", "is_active": false, "ref_property_id": "1", "ref_unit_id": null,
        "integration_data": "Elm"})
    );
    assert_eq!(
        bodies[1],
        json!({"name": "Ada Abara", "is_active": true, "email": "ada@example.com", "phone": null,
        "ref_user_id": "21", "ref_property_id": "1", "ref_unit_id": null, "property_id": 501, "move_in_date": "2025-09-01",
        "move_out_date": null})
    );
    assert_eq!(
        bodies[2],
        json!({"property_id": 501, "name": "It drips.", "description": "It drips.",
        "order_number": "81", "ref_job_id": "81", "severity": "emergency", "state": "Cancelled"})
    );
}

#[tokio::test]
async fn a_patch_sends_only_what_changes_and_null_only_to_clear() {
    let far = Far::new().await;
    far.answers("PATCH", "/v1/properties/501", ok(json!({}))).await;
    far.answers("PATCH", "/v1/residents/601", ok(json!({}))).await;
    far.answers("PATCH", "/v1/jobs/701", ok(json!({}))).await;
    let off = PropertyPatch { deactivate: true, ..PropertyPatch::default() };
    far.latchel.update_property(LatchelPropertyId(501), &off).await.expect("done");
    let home = Home { unit: None, property: LatchelPropertyId(501) };
    let patch =
        ResidentPatch { move_in: None, move_out: Some(None), unit: Some(home), is_active: Some(true) };
    far.latchel.update_resident(LatchelResidentId(601), &patch).await.expect("done");
    far.latchel.write_number_back(JobId(701), "81", &WorkOrderId::new("81")).await.expect("done");
    assert_eq!(
        far.bodies().await,
        [
            json!({"is_active": false}),
            json!({"move_out_date": null, "ref_unit_id": null, "property_id": 501, "is_active": true}),
            json!({"order_number": "81", "ref_job_id": "81"}),
        ]
    );
}

#[tokio::test]
async fn a_refusal_names_the_field_and_nothing_is_sent_twice() {
    for (status, kind) in
        [(422, ErrorKind::Refused), (409, ErrorKind::Refused), (500, ErrorKind::Unavailable)]
    {
        let far = Far::new().await;
        let body =
            json!({"error": {"code": "invalid", "message": "unknown property", "field": "property_id"}});
        far.answers("POST", "/v1/jobs", ResponseTemplate::new(status).set_body_json(body)).await;
        let error = far.latchel.create_job(&new_job()).await.expect_err("refused");
        assert_eq!((error.kind(), error.context("answer")), (kind, Some("property_id: unknown property")));
        assert_eq!(far.asked().await.len(), 1);
    }
}

#[tokio::test]
async fn a_create_without_an_id_in_its_answer_leaves_the_outcome_open() {
    let far = Far::new().await;
    far.answers("POST", "/v1/jobs", ok(json!({"ok": true}))).await;
    let error = far.latchel.create_job(&new_job()).await.expect_err("no id");
    assert_eq!(error.context("field"), Some("job_id"));
    assert!(error.leaves_outcome_unknown());
}
