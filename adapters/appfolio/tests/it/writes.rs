use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::*;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::far::{Far, tenant, work_order};

fn new() -> NewWorkOrder {
    NewWorkOrder {
        property: PropertyRef::new(PropertyId::new("a1"), Some(UnitId::new("b1"))),
        title: "Fence".to_owned(),
        description: "It fell over.".to_owned(),
        vendor_instructions: Some("Bring nails.".to_owned()),
        severity: Severity::Emergency,
        is_vacant: false,
        entry_allowed: Some(false),
        access_instructions: Some("Ring twice.".to_owned()),
        requested_by: Some(ResidentId::new("f1")),
        assigned_to: Some(UserId::new("c1")),
    }
}

fn marker() -> Marker {
    Marker::for_job(JobId(7))
}

fn made() -> ResponseTemplate {
    ResponseTemplate::new(201).set_body_json(work_order("9"))
}

#[tokio::test]
async fn a_create_says_everything_in_one_text_and_carries_the_key_of_its_marker() {
    let far = Far::new().await;
    far.list_for("tenants", &[("filters[Id]", "f1")], json!([tenant("f1", "e1", json!("b1"))])).await;
    far.answers("POST", "work_orders", made()).await;
    let id = far.platform.create_work_order(&new(), &marker()).await.expect("an id");
    assert_eq!(id.as_str(), "9");
    let writes = far.writes().await;
    let [sent] = writes.as_slice() else { panic!("{} writes", writes.len()) };
    assert_eq!(sent.headers.get("idempotency-key").and_then(|key| key.to_str().ok()), Some("latchel-sync-7"));
    let body: Value = serde_json::from_slice(&sent.body).expect("JSON");
    assert_eq!(
        body,
        json!({"PropertyId": "a1", "UnitId": "b1", "OccupancyId": "e1", "Priority": "Urgent",
            "AssignedUsers": ["c1"], "PermissionToEnter": false, "JobDescription":
            "Fence\n\nIt fell over.\n\nFor the vendor: Bring nails.\n\nAccess: Ring twice.\n\n[Latchel #7]"})
    );
}

#[tokio::test]
async fn a_create_without_particulars_leaves_them_out_and_a_set_status_is_sent() {
    let far = Far::with(json!({"status": {"created": "Assigned"}})).await;
    let wrapped = ResponseTemplate::new(200).set_body_json(json!({"data": {"Id": "9"}}));
    far.answers("POST", "work_orders", wrapped).await;
    let plain = NewWorkOrder {
        property: PropertyRef::new(PropertyId::new("a1"), None),
        description: "Fence fell over.".to_owned(),
        vendor_instructions: None,
        severity: Severity::Normal,
        entry_allowed: None,
        access_instructions: Some(" ".to_owned()),
        requested_by: None,
        ..new()
    };
    assert_eq!(far.platform.create_work_order(&plain, &marker()).await.expect("an id").as_str(), "9");
    assert_eq!(
        far.written().await,
        [json!({"PropertyId": "a1", "Priority": "Normal", "AssignedUsers": ["c1"], "Status": "Assigned",
            "JobDescription": "Fence fell over.\n\n[Latchel #7]"})]
    );
}

/// Answers once with this, and from then on with what was made.
async fn first(far: &Far, verb: &str, at: &str, answer: ResponseTemplate) {
    let at = format!("/api/v0/{at}");
    Mock::given(method(verb)).and(path(at)).respond_with(answer).up_to_n_times(1).mount(&far.server).await;
}

#[tokio::test]
async fn a_create_that_is_under_way_is_asked_for_again_by_its_key() {
    let far = Far::new().await;
    first(&far, "POST", "work_orders", ResponseTemplate::new(409).insert_header("Retry-After", "0")).await;
    far.answers("POST", "work_orders", made().insert_header("Idempotent-Replayed", "true")).await;
    let plain = NewWorkOrder { requested_by: None, ..new() };
    assert_eq!(far.platform.create_work_order(&plain, &marker()).await.expect("an id").as_str(), "9");
    let requests = far.requests().await;
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].headers.get("idempotency-key"), requests[1].headers.get("idempotency-key"));
}

#[tokio::test]
async fn any_other_failed_create_is_sent_once() {
    for (status, kind) in [
        (422, ErrorKind::Refused),
        (500, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (533, ErrorKind::Paused),
    ] {
        let far = Far::new().await;
        let body = json!({"code": status, "message": "must have the Maintenance Tech role"});
        far.answers("POST", "work_orders", ResponseTemplate::new(status).set_body_json(body)).await;
        let plain = NewWorkOrder { requested_by: None, ..new() };
        let error = far.platform.create_work_order(&plain, &marker()).await.expect_err("no");
        assert_eq!(error.kind(), kind, "{status}");
        assert_eq!(error.context("answer"), Some("must have the Maintenance Tech role"));
        assert_eq!(far.requests().await.len(), 1, "{status}");
    }
}

#[tokio::test]
async fn an_answer_without_an_id_names_the_field() {
    let far = Far::new().await;
    far.answers("POST", "work_orders", ResponseTemplate::new(201).set_body_json(json!({"Ok": true}))).await;
    let plain = NewWorkOrder { requested_by: None, ..new() };
    let error = far.platform.create_work_order(&plain, &marker()).await.expect_err("no id");
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::Malformed, Some("Id")));
}

fn described(id: &str, description: &str, at: &str) -> Value {
    let mut row = work_order(id);
    row["JobDescription"] = json!(description);
    row["LastUpdatedAt"] = json!(at);
    row
}

#[tokio::test]
async fn markers_are_read_once_and_then_what_changed_since() {
    let far = Far::new().await;
    let everything = ("filters[LastUpdatedAtFrom]", "1970-01-01T00:00:00Z");
    let since = ("filters[LastUpdatedAtFrom]", "2026-03-01T17:50:00Z");
    let old = json!([
        described("1", "Fence\n\n[Latchel #7]", "2026-01-01T00:00:00Z"),
        described("2", "Tap\n\n[Latchel #70]", "2026-03-01T18:00:00Z"),
        described("3", "Roof", "2026-02-01T00:00:00Z"),
    ]);
    far.list_for("work_orders", &[everything], old).await;
    assert_eq!(far.platform.find_by_marker(&marker()).await.expect("found"), [WorkOrderId::new("1")]);
    let later = json!([
        described("1", "Somebody took the tag away", "2026-03-02T18:00:00Z"),
        described("5", "Fence\n\n[Latchel #7]", "2026-03-02T18:00:00Z"),
    ]);
    far.list_for("work_orders", &[since], later).await;
    assert_eq!(far.platform.find_by_marker(&marker()).await.expect("found"), [WorkOrderId::new("5")]);
    assert_eq!(far.requests().await.len(), 2);
}

#[tokio::test]
async fn markers_of_a_reading_that_failed_are_read_again() {
    let far = Far::new().await;
    first(&far, "GET", "work_orders", ResponseTemplate::new(403)).await;
    far.list("work_orders", json!([described("1", "[Latchel #7]", "2026-01-01T00:00:00Z")])).await;
    assert_eq!(far.platform.find_by_marker(&marker()).await.expect_err("no").kind(), ErrorKind::Forbidden);
    assert_eq!(far.platform.find_by_marker(&marker()).await.expect("found"), [WorkOrderId::new("1")]);
    assert!(far.asked().await[1].contains("1970"));
}

#[tokio::test]
async fn closing_writes_the_status_and_nothing_else() {
    for (settings, status, word) in [
        (json!({}), ClosedStatus::Completed, "Completed"),
        (json!({}), ClosedStatus::Cancelled, "Canceled"),
        (json!({"status": {"completed": "Work Done"}}), ClosedStatus::Completed, "Work Done"),
    ] {
        let far = Far::with(settings).await;
        far.answers("PATCH", "work_orders/9", ResponseTemplate::new(200)).await;
        far.platform.close_work_order(&WorkOrderId::new("9"), status).await.expect("closed");
        assert_eq!(far.written().await, [json!({ "Status": word })]);
    }
}

#[tokio::test]
async fn a_close_beside_another_change_is_sent_again_and_one_of_nothing_says_so() {
    let far = Far::new().await;
    first(&far, "PATCH", "work_orders/9", ResponseTemplate::new(409)).await;
    far.answers("PATCH", "work_orders/9", ResponseTemplate::new(200)).await;
    far.platform.close_work_order(&WorkOrderId::new("9"), ClosedStatus::Completed).await.expect("closed");
    assert_eq!(far.requests().await.len(), 2);

    let gone = ResponseTemplate::new(404).set_body_json(json!({"status": 404, "error": "Not Found"}));
    far.answers("PATCH", "work_orders/8", gone).await;
    let error = far.platform.close_work_order(&WorkOrderId::new("8"), ClosedStatus::Completed).await;
    let error = error.expect_err("gone");
    assert_eq!((error.kind(), error.context("answer")), (ErrorKind::NotFound, Some("Not Found")));
}
