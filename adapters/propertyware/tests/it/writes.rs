use latchel_sync_core::ErrorKind;
use latchel_sync_core::model::*;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, HUGE, serve};
use crate::work_orders::work_order;

fn new() -> NewWorkOrder {
    NewWorkOrder {
        property: PropertyRef::new(PropertyId::new("1"), Some(UnitId::new(HUGE.to_string()))),
        title: "Fence".to_owned(),
        description: "It fell over.".to_owned(),
        vendor_instructions: Some("Bring nails.".to_owned()),
        severity: Severity::Emergency,
        is_vacant: true,
        entry_allowed: Some(false),
        access_instructions: Some("Ring first.".to_owned()),
        requested_by: Some(ResidentId::new("21")),
        assigned_to: None,
    }
}

fn marker() -> Marker {
    Marker::for_job(JobId(7))
}

fn vendor(id: i64, name: &str) -> Value {
    json!({"id": id, "name": name, "companyName": name, "active": true})
}

#[tokio::test]
async fn a_new_work_order_says_all_that_there_are_fields_for_and_the_rest_in_its_description() {
    let far = Far::new().await;
    far.answers("POST", "workorders", ResponseTemplate::new(201).set_body_json(work_order(HUGE))).await;
    let id = far.platform.create_work_order(&new(), &marker()).await.expect("an id");
    assert_eq!(id.as_str(), HUGE.to_string());
    assert_eq!(
        far.written().await,
        [json!({
            "buildingID": 1, "unitIDs": [HUGE], "requestedBy": 21, "authorizeEnter": "NO", "priority": "HIGH",
            "description": "Fence\n\nIt fell over.\n\nFor the vendor: Bring nails.\n\nAccess: Ring first.\n\n\
                            The unit is vacant.",
            "searchTag": "[Latchel #7]",
        })]
    );
}

#[tokio::test]
async fn a_plain_one_says_no_more_than_it_knows() {
    let far = Far::new().await;
    far.answers("POST", "workorders", ResponseTemplate::new(201).set_body_json(work_order(82))).await;
    let plain = NewWorkOrder {
        property: PropertyRef::new(PropertyId::new("2"), None),
        title: "It fell".to_owned(),
        vendor_instructions: None,
        severity: Severity::Normal,
        is_vacant: false,
        entry_allowed: None,
        access_instructions: None,
        requested_by: None,
        description: "It fell over.".to_owned(),
        ..new()
    };
    far.platform.create_work_order(&plain, &marker()).await.expect("an id");
    assert_eq!(
        far.written().await,
        [
            json!({"buildingID": 2, "priority": "MEDIUM", "description": "It fell over.", "searchTag": "[Latchel #7]"})
        ]
    );
}

#[tokio::test]
async fn a_create_is_sent_once_whatever_the_answer() {
    let told = json!({"userMessage": "No.", "errorCode": "1001",
        "errors": [{"key": "buildingID", "message": "unknown"}]});
    for (answer, kind, words) in [
        (ResponseTemplate::new(500), ErrorKind::Unavailable, None),
        (
            ResponseTemplate::new(400).set_body_json(told),
            ErrorKind::Refused,
            Some("No.; buildingID: unknown"),
        ),
        // Before anything was ever answered, that is what missing credentials get.
        (ResponseTemplate::new(400), ErrorKind::Unauthorized, None),
    ] {
        let far = Far::new().await;
        far.answers("POST", "workorders", answer).await;
        let error = far.platform.create_work_order(&new(), &marker()).await.expect_err("no");
        assert_eq!((error.kind(), error.context("answer")), (kind, words));
        assert_eq!(far.asked().await.len(), 1);
    }
}

#[tokio::test]
async fn an_answer_to_a_create_without_an_id_leaves_it_open() {
    let far = Far::new().await;
    far.answers("POST", "workorders", ResponseTemplate::new(201).set_body_json(json!({}))).await;
    let error = far.platform.create_work_order(&new(), &marker()).await.expect_err("no id");
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::Malformed, Some("id")));
    assert!(error.leaves_outcome_unknown());
}

#[tokio::test]
async fn closing_takes_a_time_card_of_no_hours_in_the_vendors_name() {
    let far = Far::new().await;
    far.list_for("vendors", &[("active", "true")], json!([vendor(50, "Pipes"), vendor(51, "LATCHEL Inc")]))
        .await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"body": {}, "statusCode": "200"}));
    far.answers("PUT", "workorders/closeworkorder/81", answer).await;
    let id = WorkOrderId::new("81");
    far.platform.close_work_order(&id, ClosedStatus::Completed).await.expect("closed");
    assert_eq!(far.written().await, [json!({"timeCardEntry": [{"vendorID": 51, "hours": 0}]})]);
}

#[tokio::test]
async fn cancelling_is_not_possible_and_sends_nothing() {
    let far = Far::new().await;
    let id = WorkOrderId::new("81");
    let error = far.platform.close_work_order(&id, ClosedStatus::Cancelled).await.expect_err("no");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(far.asked().await.is_empty());
    let able = far.platform.capabilities();
    assert!(able.set_completed && !able.set_cancelled && able.create_work_order && !able.assign_user);
}

const ASSIGN: &str = "Latchel made this work order. Set who manages it: the API cannot.";
const CANCEL: &str = "Latchel cancelled this work order. Cancel it here too: the API cannot.";

/// With the setting, and with these tasks on work order 81.
async fn leaving_tasks(tasks: Value) -> Far {
    let far = Far::with(json!({"leave_tasks": true})).await;
    far.list("workorders/81/tasks", tasks).await;
    let made = ResponseTemplate::new(201).set_body_json(json!({"id": 9, "description": "x"}));
    far.answers("POST", "workorders/81/tasks", made).await;
    far.answers("POST", "workorders", ResponseTemplate::new(201).set_body_json(work_order(81))).await;
    far
}

#[tokio::test]
async fn what_the_api_cannot_do_is_left_as_a_task_if_the_setting_says_so() {
    let id = WorkOrderId::new("81");
    let far = leaving_tasks(json!([])).await;
    far.platform.create_work_order(&new(), &marker()).await.expect("an id");
    far.platform.leave_word(&id, ClosedStatus::Cancelled).await.expect("word");
    assert_eq!(far.written().await[1..], [json!({"description": ASSIGN}), json!({"description": CANCEL})]);

    let off = Far::new().await;
    off.answers("POST", "workorders", ResponseTemplate::new(201).set_body_json(work_order(81))).await;
    off.platform.create_work_order(&new(), &marker()).await.expect("an id");
    off.platform.leave_word(&id, ClosedStatus::Cancelled).await.expect("nothing");
    assert_eq!(off.asked().await.len(), 1);
}

#[tokio::test]
async fn a_task_that_waits_is_not_left_twice_and_one_that_is_done_is() {
    let task = |text: &str, completed: bool| json!({"id": 1, "description": text, "completed": completed});
    let id = WorkOrderId::new("81");
    for (there, left) in [
        (json!([task(CANCEL, false)]), 0),
        (json!([task(CANCEL, true)]), 1),
        (json!([task(ASSIGN, false), task("Call the owner", false)]), 1),
    ] {
        let far = leaving_tasks(there.clone()).await;
        far.platform.leave_word(&id, ClosedStatus::Cancelled).await.expect("word");
        assert_eq!(far.written().await.len(), left, "{there}");
    }
}

#[tokio::test]
async fn a_task_that_cannot_be_left_costs_a_create_nothing_and_is_told_of_a_cancellation() {
    let far = Far::with(json!({"leave_tasks": true})).await;
    far.answers("POST", "workorders", ResponseTemplate::new(201).set_body_json(work_order(81))).await;
    far.answers("GET", "workorders/81/tasks", ResponseTemplate::new(403)).await;
    let id = far.platform.create_work_order(&new(), &marker()).await.expect("an id");
    assert_eq!(id.as_str(), "81");
    let error = far.platform.leave_word(&id, ClosedStatus::Cancelled).await.expect_err("not permitted");
    assert_eq!(error.kind(), ErrorKind::Forbidden);
}

#[tokio::test]
async fn without_one_vendor_to_choose_nothing_is_closed() {
    for (settings, vendors, said) in [
        (json!({}), json!([vendor(50, "Pipes")]), "no active vendor has \"latchel\""),
        (json!({}), json!([vendor(51, "Latchel A"), vendor(52, "Latchel B")]), "51 (Latchel A), 52"),
        (json!({"vendor": "Pipes"}), json!([vendor(51, "Latchel")]), "which `vendor` names"),
    ] {
        let far = Far::with(settings).await;
        serve(&far, "vendors", vendors).await;
        let id = WorkOrderId::new("81");
        let error = far.platform.close_work_order(&id, ClosedStatus::Completed).await.expect_err(said);
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains(said), "{error}");
        assert!(far.asked().await.iter().all(|one| one.starts_with("GET")));
    }
}
