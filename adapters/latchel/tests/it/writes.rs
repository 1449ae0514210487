use latchel_sync_core::ErrorKind;
use latchel_sync_core::mirror::JobsAsked;
use latchel_sync_core::model::*;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, job};

fn new_job(entry_allowed: Option<bool>, closed: Option<ClosedStatus>) -> NewJob {
    NewJob {
        work_order: WorkOrderId::new("81"),
        number: "81-1".to_owned(),
        name: "It drips.".to_owned(),
        description: "It drips.".to_owned(),
        property: LatchelPropertyId(501),
        resident: Some(LatchelResidentId(601)),
        severity: Severity::Emergency,
        scheduled_start: None,
        entry_allowed,
        access_instructions: None,
        closed,
    }
}

async fn body(far: &Far) -> Value {
    let last = far.asked().await.pop().expect("a request");
    serde_json::from_slice(&last.body).expect("JSON")
}

#[tokio::test]
async fn nothing_is_sent_while_writes_are_off() {
    let far = Far::new(json!({})).await;
    let refused = far.source.create_job(&new_job(None, None)).await.expect_err("off by default");
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
    assert!(far.source.write_number_back(JobId(7), "81", &WorkOrderId::new("81")).await.is_err());
    assert!(far.source.update_property(LatchelPropertyId(1), &PropertyPatch::default()).await.is_err());
    assert!(far.asked().await.is_empty());
}

#[tokio::test]
async fn a_work_order_is_created_as_guessed() {
    let far = Far::new(json!({"writes": "on"})).await;
    let created = ResponseTemplate::new(201).set_body_json(json!({"data": {"job_id": 7}}));
    far.answers("POST", "/v1/jobs", created).await;
    assert_eq!(far.source.create_job(&new_job(Some(true), None)).await.expect("an id"), JobId(7));
    let sent = body(&far).await;
    assert_eq!(
        (&sent["property_id"], &sent["tenant_id"], &sent["ref_job_id"]),
        (&json!(501), &json!(601), &json!("81"))
    );
    assert_eq!((&sent["is_emergency"], &sent["is_urgent"]), (&json!(1), &json!(0)));
    // The permission to enter is refused without instructions.
    assert_eq!(sent.get("enter_permission"), None);
}

#[tokio::test]
async fn a_closed_import_names_the_state_by_the_id_that_a_row_has_shown() {
    let far = Far::new(json!({"writes": "on"})).await;
    far.answers("POST", "/v1/jobs", ResponseTemplate::new(201).set_body_json(json!({"data": {"job_id": 7}})))
        .await;
    let closed = new_job(None, Some(ClosedStatus::Cancelled));
    assert_eq!(far.source.create_job(&closed).await.expect_err("unknown").kind(), ErrorKind::Refused);
    far.lists("/v1/jobs", 1, json!({"data": [job(1, (5, "Cancelled"))]})).await;
    far.source.jobs(JobsAsked::Created("2026-03-01".parse().expect("a day")), 1).await.expect("a page");
    far.source.create_job(&closed).await.expect("an id");
    assert_eq!(body(&far).await["state_id"], json!(5));
}

#[tokio::test]
async fn a_change_sends_what_changes_and_no_more() {
    let far = Far::new(json!({"writes": "on"})).await;
    far.answers("PATCH", "/v1/tenants/601", ResponseTemplate::new(200)).await;
    far.answers("PATCH", "/v1/jobs/7", ResponseTemplate::new(200)).await;
    let patch = ResidentPatch { move_out: Some(None), is_active: Some(true), ..ResidentPatch::default() };
    far.source.update_resident(LatchelResidentId(601), &patch).await.expect("a change");
    assert_eq!(body(&far).await, json!({"move_out_date": null, "is_active": 1}));
    far.source.write_number_back(JobId(7), "81-1", &WorkOrderId::new("81")).await.expect("a change");
    assert_eq!(body(&far).await, json!({"order_number": "81-1", "ref_job_id": "81"}));
}
