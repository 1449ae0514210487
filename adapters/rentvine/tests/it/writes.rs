use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::{
    ClosedStatus, JobId, Marker, NewWorkOrder, PropertyId, PropertyRef, ResidentId, Severity, UnitId, UserId,
    WorkOrderId,
};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, STATUSES, WORK_ORDERS, statuses, work_order};

fn new() -> NewWorkOrder {
    NewWorkOrder {
        property: PropertyRef::new(PropertyId::new("1"), Some(UnitId::new("11"))),
        title: "Roof leaks".to_owned(),
        description: "Since <Monday>\nat night".to_owned(),
        vendor_instructions: Some("Bring a ladder".to_owned()),
        severity: Severity::Emergency,
        is_vacant: true,
        entry_allowed: Some(false),
        access_instructions: Some("Ring twice".to_owned()),
        requested_by: Some(ResidentId::new("21")),
        assigned_to: Some(UserId::new("41")),
    }
}

const DESCRIBED: &str = "<p>Roof leaks</p><p>Since &lt;Monday&gt;<br>at night</p><p>The resident does not allow entry.</p>\
                         <p>Access: Ring twice</p><p>[Latchel #5]</p>";

async fn far() -> Far {
    let far = Far::new().await;
    far.list(STATUSES, statuses()).await;
    far
}

fn stored(changes: &[(&str, Value)]) -> Value {
    let mut one = work_order(90);
    for (name, value) in changes {
        one["workOrder"][*name] = value.clone();
    }
    one
}

fn marker() -> Marker {
    Marker::for_job(JobId(5))
}

#[tokio::test]
async fn a_create_is_bare_tells_nobody_and_is_read_again() {
    let far = far().await;
    let made = stored(&[("description", json!(DESCRIBED))]);
    far.answers("POST", WORK_ORDERS, ResponseTemplate::new(200).set_body_json(&made)).await;
    far.one(&format!("{WORK_ORDERS}/90"), made).await;
    let id = far.platform.create_work_order(&new(), &marker()).await.expect("an id");
    assert_eq!(id.as_str(), "90");
    let expected = json!({
        "propertyID": "1", "unitID": "11", "workOrderStatusID": "12", "priorityID": "3", "description": DESCRIBED,
        "vendorInstructions": "Bring a ladder", "assignedToUserID": "41", "requestedByContactID": "21",
        "sourceTypeID": "5", "isVacant": "1", "isOwnerApproved": "0", "isSharedWithTenant": "0",
        "isSharedWithOwner": "0", "sendVendorNotification": false, "sendEmail": false,
    });
    assert_eq!(far.written().await, [expected]);
    assert_eq!(far.asked().await.last().map(String::as_str), Some("GET maintenance/work-orders/90"));
}

#[tokio::test]
async fn what_a_create_did_not_keep_is_written_once_more() {
    let far = far().await;
    far.answers("POST", WORK_ORDERS, ResponseTemplate::new(200).set_body_json(stored(&[]))).await;
    let lacking = stored(&[("assignedToUserID", Value::Null), ("description", json!(""))]);
    far.one(&format!("{WORK_ORDERS}/90"), lacking).await;
    // It is not heard either: the work order is made all the same.
    far.answers("POST", &format!("{WORK_ORDERS}/90"), ResponseTemplate::new(500)).await;
    let id = far.platform.create_work_order(&new(), &marker()).await.expect("an id");
    assert_eq!(id.as_str(), "90");
    let again = json!({"assignedToUserID": "41", "description": DESCRIBED, "sendVendorNotification": false});
    let written = far.written().await;
    assert_eq!((written.len(), &written[1]), (2, &again));
}

#[tokio::test]
async fn a_create_that_answers_nothing_leaves_open_whether_it_happened() {
    for answer in [json!({"workOrder": null, "schedulingStatusID": null}), json!({}), json!([])] {
        let far = far().await;
        far.answers("POST", WORK_ORDERS, ResponseTemplate::new(200).set_body_json(&answer)).await;
        let error = far.platform.create_work_order(&new(), &marker()).await.expect_err("no id");
        assert_eq!(error.kind(), ErrorKind::Malformed, "{answer}");
        assert!(error.leaves_outcome_unknown());
        assert_eq!(far.written().await.len(), 1, "a create is never repeated");
    }
}

#[tokio::test]
async fn a_title_that_the_description_begins_with_is_not_said_twice_and_an_assigned_status_is_taken() {
    let far = Far::new().await;
    let mut all = statuses();
    let own = json!({"workOrderStatus": {"workOrderStatusID": "28", "primaryWorkOrderStatusID": "2", "name": "Assigned"}});
    all.as_array_mut().expect("a list").push(own);
    far.list(STATUSES, all).await;
    far.answers("POST", WORK_ORDERS, ResponseTemplate::new(200).set_body_json(stored(&[]))).await;
    far.one(&format!("{WORK_ORDERS}/90"), stored(&[("description", json!("<p>[Latchel #5]</p>"))])).await;
    let plain = NewWorkOrder {
        title: "Roof".to_owned(),
        description: "Roof leaks".to_owned(),
        vendor_instructions: None,
        severity: Severity::Normal,
        entry_allowed: None,
        access_instructions: None,
        requested_by: None,
        property: PropertyRef::new(PropertyId::new("2"), None),
        ..new()
    };
    far.platform.create_work_order(&plain, &marker()).await.expect("an id");
    let written = far.written().await;
    assert_eq!(written[0]["description"], "<p>Roof leaks</p><p>[Latchel #5]</p>");
    assert_eq!((&written[0]["workOrderStatusID"], &written[0]["priorityID"]), (&json!("28"), &json!("2")));
    assert!(written[0].get("unitID").is_none() && written[0].get("requestedByContactID").is_none());
}

#[tokio::test]
async fn closing_sets_the_status_alone_and_reads_that_it_is_set() {
    for (status, id) in [(ClosedStatus::Completed, "13"), (ClosedStatus::Cancelled, "15")] {
        let far = far().await;
        let path = format!("{WORK_ORDERS}/90");
        far.answers("POST", &path, ResponseTemplate::new(200).set_body_json(stored(&[]))).await;
        far.one(&path, stored(&[("workOrderStatusID", json!(id))])).await;
        far.platform.close_work_order(&WorkOrderId::new("90"), status).await.expect("closed");
        let body = json!({"workOrderStatusID": id, "sendVendorNotification": false, "sendReview": false});
        assert_eq!(far.written().await, [body]);
    }
}

#[tokio::test]
async fn a_status_that_was_answered_and_not_set_is_not_confirmed() {
    let far = far().await;
    let path = format!("{WORK_ORDERS}/90");
    far.answers(
        "POST",
        &path,
        ResponseTemplate::new(200).set_body_json(stored(&[("workOrderStatusID", json!("13"))])),
    )
    .await;
    far.one(&path, stored(&[])).await;
    let error = far.platform.close_work_order(&WorkOrderId::new("90"), ClosedStatus::Completed).await;
    let error = error.expect_err("not set");
    assert_eq!((error.kind(), error.context("work order")), (ErrorKind::Unconfirmed, Some("90")));
}

#[tokio::test]
async fn closing_what_is_gone_is_not_found() {
    let far = far().await;
    let path = format!("{WORK_ORDERS}/90");
    far.answers("POST", &path, ResponseTemplate::new(404)).await;
    let error = far.platform.close_work_order(&WorkOrderId::new("90"), ClosedStatus::Completed).await;
    assert_eq!(error.expect_err("gone").kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_close_sets_what_is_called_so_whatever_its_number() {
    let status = |id: &str, primary: &str, name: &str| {
        json!({"workOrderStatus": {"workOrderStatusID": id,
        "primaryWorkOrderStatusID": primary, "name": name, "isSystemStatus": "1"}})
    };
    let far = Far::new().await;
    far.list(STATUSES, json!([status("12", "3", "On Hold"), status("13", "4", "Completed")])).await;
    let path = format!("{WORK_ORDERS}/90");
    far.answers("POST", &path, ResponseTemplate::new(200).set_body_json(stored(&[]))).await;
    far.one(&path, stored(&[("workOrderStatusID", json!("13"))])).await;
    let id = WorkOrderId::new("90");
    far.platform.close_work_order(&id, ClosedStatus::Completed).await.expect("closed");
    assert_eq!(far.written().await[0]["workOrderStatusID"], "13");
}

#[tokio::test]
async fn without_a_status_for_it_nothing_is_sent_and_several_are_a_matter_for_the_settings() {
    let status = |id: u32, primary: &str, name: &str| json!({"workOrderStatus": {"workOrderStatusID": id, "primaryWorkOrderStatusID": primary, "name": name}});
    let cases = [
        (json!([status(1, "3", "Done")]), json!({}), ErrorKind::Unsupported),
        (json!([status(1, "5", "Off"), status(2, "5", "No")]), json!({}), ErrorKind::Config),
        (json!([status(1, "5", "Off")]), json!({"status": {"cancelled": "Void"}}), ErrorKind::Config),
    ];
    for (all, settings, kind) in cases {
        let far = Far::with(settings).await;
        far.list(STATUSES, all).await;
        let error = far.platform.close_work_order(&WorkOrderId::new("90"), ClosedStatus::Cancelled).await;
        assert_eq!(error.expect_err("no status").kind(), kind);
        assert!(far.written().await.is_empty());
    }
}
