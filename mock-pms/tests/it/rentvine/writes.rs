//! Creating and changing work orders, and writes that are answered and not done.

use mock_pms::world::TaskStatus;
use serde_json::{Value, json};

use super::Rentvine;

const WORK_ORDERS: &str = "/maintenance/work-orders";

#[tokio::test]
async fn a_create_needs_little_takes_any_spelling_and_is_never_idempotent() {
    let far = Rentvine::start().await;
    let body = json!({
        "propertyID": 1, "unitID": "11", "priorityID": "3", "workOrderStatusID": "1206",
        "description": "<p>Broken &amp; <b>wet</b></p><p>[Latchel #5]</p>", "isVacant": "0", "isOwnerApproved": false,
        "isSharedWithTenant": 0, "assignedToUserID": "41", "requestedByContactID": "21", "sourceTypeID": "5",
        "sendVendorNotification": false, "sendEmail": false,
    });
    let made = far.post(WORK_ORDERS, &body).await.good();
    assert_eq!(made["schedulingStatusID"], Value::Null);
    let made = &made["workOrder"];
    assert_eq!(
        (&made["workOrderStatusID"], &made["primaryWorkOrderStatusID"]),
        (&json!("1206"), &json!("2"))
    );
    assert_eq!((&made["assignedToUserID"], &made["unitID"]), (&json!("41"), &json!("11")));
    assert_eq!(made["description"], "<p>Broken &amp; wet<br><br>[Latchel #5]</p>");
    let again = far.post(WORK_ORDERS, &body).await.good();
    assert_ne!(again["workOrder"]["workOrderID"], made["workOrderID"]);
    let least = json!({"propertyID": "2", "priorityID": 2, "description": "plain"});
    let least = far.post(WORK_ORDERS, &least).await.good();
    assert_eq!(
        least["workOrder"]["primaryWorkOrderStatusID"], "1",
        "pending, unless somebody says otherwise"
    );
}

#[tokio::test]
async fn each_field_that_is_wrong_is_named() {
    let far = Rentvine::start().await;
    let good = json!({"propertyID": "1", "priorityID": "2", "description": "x"});
    for (name, value) in [
        ("propertyID", json!("999")),
        ("propertyID", Value::Null),
        ("unitID", json!("999")),
        ("priorityID", json!("4")),
        ("description", json!("")),
        ("assignedToUserID", json!("43")),
        ("assignedToUserID", json!("51")),
        ("requestedByContactID", json!("999")),
        ("vendorContactID", json!("51")),
        ("sourceTypeID", json!(7)),
        ("isVacant", json!("yes")),
        ("sendEmail", json!("false")),
        ("scheduledStartDate", json!("tomorrow")),
        ("sendReview", json!(false)),
        ("title", json!("x")),
    ] {
        let mut body = good.clone();
        body[name] = value.clone();
        let refused = far.post(WORK_ORDERS, &body).await;
        assert_eq!(refused.status, 400, "{name} {value}");
        assert!(refused.body[name][0].is_string(), "{name}: {}", refused.body);
    }
    let refused = far.post("/maintenance/work-orders/81", &json!({"workOrderStatusID": "3"})).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body["error"].is_string(), "{}", refused.body);
    assert_eq!(far.post("/maintenance/work-orders/999", &json!({})).await.status, 404);
}

#[tokio::test]
async fn a_change_is_partial_and_its_status_is_one_of_the_accounts() {
    let far = Rentvine::start().await;
    let before = far.work_order(81).await;
    let body = json!({"workOrderStatusID": "1105", "sendVendorNotification": false, "sendReview": false});
    let changed = far.post("/maintenance/work-orders/81", &body).await.good()["workOrder"].clone();
    assert_eq!(changed, far.work_order(81).await);
    assert_eq!(changed["primaryWorkOrderStatusID"], "5");
    assert_eq!(changed["dateClosed"], "2026-03-02");
    for name in ["description", "assignedToUserID", "priorityID", "unitID"] {
        assert_eq!(changed[name], before[name], "{name}");
    }
    far.server.read(|world| {
        assert_eq!(world.platform.tasks.get(71).expect("the task").status, TaskStatus::Closed);
    });
    far.post("/maintenance/work-orders/81", &json!({"workOrderStatusID": 1207})).await.good();
    let kept = far.work_order(81).await;
    assert_eq!(
        (&kept["workOrderStatusID"], &kept["primaryWorkOrderStatusID"]),
        (&json!("1207"), &json!("3"))
    );
}

#[tokio::test]
async fn some_writes_are_answered_as_if_they_had_been_done() {
    let far = Rentvine::start().await;
    let before = far.server.read(|world| world.platform.clone());
    let enveloped = json!({"workOrder": {"workOrderStatusID": "1105"}});
    assert_eq!(far.post("/maintenance/work-orders/81", &enveloped).await.status, 200);
    let new = json!({"workOrder": {"propertyID": "1", "priorityID": "2", "description": "x"}});
    assert_eq!(far.post(WORK_ORDERS, &new).await.status, 200);
    assert!(far.server.read(|world| world.platform == before), "and nothing was done");
    let primary = json!({"primaryWorkOrderStatusID": "3"});
    far.post("/maintenance/work-orders/81", &primary).await.good();
    assert_eq!(far.work_order(81).await["primaryWorkOrderStatusID"], "2");
}
