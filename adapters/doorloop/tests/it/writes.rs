use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::*;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, oid, ok};
use crate::work_orders::task;

fn new() -> NewWorkOrder {
    NewWorkOrder {
        property: PropertyRef::new(PropertyId::new(oid(1)), Some(UnitId::new(oid(11)))),
        title: "Fence".to_owned(),
        description: "It fell over.".to_owned(),
        vendor_instructions: Some("Bring nails.".to_owned()),
        severity: Severity::Normal,
        is_vacant: false,
        entry_allowed: Some(false),
        access_instructions: None,
        requested_by: Some(ResidentId::new(oid(21))),
        assigned_to: Some(UserId::new(oid(41))),
    }
}

fn made(body: Value) -> Value {
    let mut made = task(82, "TENANT_REQUEST");
    for (name, value) in body.as_object().expect("a table") {
        made[name] = value.clone();
    }
    made
}

fn marker() -> Marker {
    Marker::for_job(JobId(7))
}

#[tokio::test]
async fn a_new_task_is_the_residents_request_with_the_marker_as_reference_and_nobody_is_notified() {
    let far = Far::new().await;
    far.answers("POST", "/api/tasks", ok(made(json!({"reference": "[Latchel #7]"})))).await;
    let id = far.platform.create_work_order(&new(), &marker()).await.expect("an id");
    assert_eq!(id.as_str(), oid(82));
    let expected = json!({
        "type": "TENANT_REQUEST", "requestedByTenant": oid(21), "subject": "Fence",
        "description": "It fell over.\n\nFor the vendor: Bring nails.", "reference": "[Latchel #7]",
        "status": "NOT_STARTED", "priority": "MEDIUM", "property": oid(1), "unit": oid(11),
        "assignedToUsers": [oid(41)], "entryPermission": "NO", "notifyAssignees": false, "notifyTenant": false,
    });
    assert_eq!(far.written().await, [expected]);
    assert_eq!(far.asked().await, ["POST /api/tasks"]);
}

#[tokio::test]
async fn without_a_resident_it_is_a_task_of_the_latchel_users() {
    let far = Far::new().await;
    far.answers("POST", "/api/tasks", ok(made(json!({"reference": "[Latchel #7]"})))).await;
    let new = NewWorkOrder {
        requested_by: None,
        title: " ".to_owned(),
        description: "ä".repeat(20_000),
        vendor_instructions: None,
        severity: Severity::Emergency,
        entry_allowed: None,
        ..new()
    };
    far.platform.create_work_order(&new, &marker()).await.expect("an id");
    let body = &far.written().await[0];
    assert_eq!((&body["type"], &body["requestedByUser"]), (&json!("INTERNAL_TASK"), &json!(oid(41))));
    assert!(body.get("requestedByTenant").is_none());
    assert_eq!((&body["priority"], &body["entryPermission"]), (&json!("HIGH"), &json!("NOT_APPLICABLE")));
    assert_eq!(body["subject"], json!("ä".repeat(255)), "what is too long is cut");
    assert_eq!(body["description"], json!("ä".repeat(10_000)));
}

#[tokio::test]
async fn a_reference_that_is_not_kept_is_put_into_the_description() {
    let far = Far::new().await;
    far.answers("POST", "/api/tasks", ok(made(json!({"reference": null})))).await;
    far.answers("PUT", &format!("/api/tasks/{}", oid(82)), ok(made(json!({})))).await;
    far.platform.create_work_order(&new(), &marker()).await.expect("an id");
    let written = far.written().await;
    let mut expected = written[0].clone();
    expected["description"] = json!("It fell over.\n\nFor the vendor: Bring nails.\n\n[Latchel #7]");
    assert_eq!(written[1..], [expected], "and nothing else is changed");
}

#[tokio::test]
async fn a_task_that_was_made_has_its_id_whatever_becomes_of_its_marker() {
    for status in [400, 403, 404, 405, 422, 500] {
        let far = Far::new().await;
        far.answers("POST", "/api/tasks", ok(made(json!({})))).await;
        let refused = ResponseTemplate::new(status).set_body_json(json!({"message": "no"}));
        far.answers("PUT", &format!("/api/tasks/{}", oid(82)), refused).await;
        let id = far.platform.create_work_order(&new(), &marker()).await.expect("the task is there");
        assert_eq!(id.as_str(), oid(82), "{status}");
        let asked = far.asked().await;
        assert_eq!(asked.iter().filter(|one| one.starts_with("POST")).count(), 1, "{asked:?}");
        assert!(asked.iter().any(|one| one.starts_with("PUT")), "{asked:?}");
    }
}

#[tokio::test]
async fn a_create_is_sent_once_whatever_the_answer() {
    for (status, kind) in [
        (500, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (422, ErrorKind::Refused),
        (405, ErrorKind::Forbidden),
    ] {
        let far = Far::new().await;
        far.answers(
            "POST",
            "/api/tasks",
            ResponseTemplate::new(status).set_body_json(json!({"base": ["no"]})),
        )
        .await;
        let error = far.platform.create_work_order(&new(), &marker()).await.expect_err("no");
        assert_eq!((error.kind(), error.context("answer")), (kind, Some("no")));
        assert_eq!(far.asked().await.len(), 1, "{status}");
    }
}

#[tokio::test]
async fn closing_adds_one_update_and_none_if_the_task_is_there_already() {
    for (status, word) in [(ClosedStatus::Completed, "COMPLETED"), (ClosedStatus::Cancelled, "ARCHIVED")] {
        for (now, updates) in [("IN_PROGRESS", 1), (word, 0)] {
            let far = Far::new().await;
            let at = format!("/api/tasks/{}", oid(82));
            far.answers("GET", &at, ok(made(json!({"status": now})))).await;
            far.answers("POST", "/api/tasks/update", ok(made(json!({"status": word})))).await;
            far.platform.close_work_order(&WorkOrderId::new(oid(82)), status).await.expect("closed");
            let update =
                json!({"taskId": oid(82), "status": word, "notifyAssignees": false, "notifyTenant": false});
            assert_eq!(far.written().await, vec![update; updates], "{now} to {word}");
        }
    }
}

#[tokio::test]
async fn an_update_is_sent_once_whatever_the_answer_and_none_for_what_is_gone() {
    let far = Far::new().await;
    let id = WorkOrderId::new(oid(82));
    let error = far.platform.close_work_order(&id, ClosedStatus::Completed).await.expect_err("gone");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    far.answers("GET", &format!("/api/tasks/{}", oid(82)), ok(made(json!({})))).await;
    far.answers("POST", "/api/tasks/update", ResponseTemplate::new(502)).await;
    let error = far.platform.close_work_order(&id, ClosedStatus::Completed).await.expect_err("down");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(far.written().await.len(), 1);
}
