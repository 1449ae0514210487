//! Making, replacing and updating tasks.

use axum::http::Method;
use mock_pms::world::{Task, TaskStatus, WorkOrder};
use serde_json::{Value, json};

use super::DoorLoop;

const UNIT: &str = "65000002000000000000000b";
const PROPERTY: &str = "650000010000000000000001";
const TENANT: &str = "650000030000000000000015";
const LATCHEL: &str = "650000050000000000000029";
const VENDOR: &str = "650000060000000000000033";

fn with(body: &Value, changes: Value) -> Value {
    let mut body = body.clone();
    for (name, value) in changes.as_object().expect("a table") {
        body[name] = value.clone();
    }
    body
}

fn request() -> Value {
    json!({"type": "TENANT_REQUEST", "subject": "Fence", "status": "NOT_STARTED", "description": "It fell.",
        "reference": "[Latchel #7]", "property": PROPERTY, "unit": UNIT, "requestedByTenant": TENANT,
        "assignedToUsers": [LATCHEL], "notifyAssignees": false, "notifyTenant": false})
}

#[tokio::test]
async fn a_task_keeps_what_it_was_made_with_and_is_found_by_its_reference() {
    let far = DoorLoop::start().await;
    let made = far.post("/tasks", &request()).await.good();
    for name in
        ["type", "subject", "status", "description", "reference", "property", "unit", "assignedToUsers"]
    {
        assert_eq!(made[name], request()[name], "{name}");
    }
    let again = far.post("/tasks", &request()).await.good();
    assert_ne!(made["id"], again["id"], "nothing is idempotent");
    assert_eq!(far.rows("/tasks?filter_text=latchel%20%237").await.len(), 2);
}

#[tokio::test]
async fn what_each_type_needs_is_asked_for() {
    let far = DoorLoop::start().await;
    let plain = json!({"type": "INTERNAL_TASK", "subject": "Fence", "status": "RECEIVED", "requestedByUser": LATCHEL});
    for (changes, said) in [
        (json!({"requestedByUser": null}), "requestedByUser is required"),
        (json!({"type": "TENANT_REQUEST"}), "requestedByTenant is required"),
        (json!({"type": "WORK_ORDER"}), "workOrder is required"),
        (json!({"type": "WORK_ORDER", "workOrder": {}}), "workOrder.assignedToVendor is required"),
        (json!({"type": "OWNER_REQUEST"}), "requestedByOwner is required"),
        (json!({"requestedByTenant": TENANT}), "requestedByTenant is not allowed"),
        (json!({"type": "CHORE"}), "type must be one of"),
        (json!({"status": "DONE"}), "status must be one of"),
        (json!({"status": null}), "status is required"),
        (json!({"subject": "x".repeat(256)}), "subject must not be longer"),
        (json!({"description": "x".repeat(10_001)}), "description must not be longer"),
        (json!({"assignedToUsers": [VENDOR]}), "assignedToUsers must hold"),
        (json!({"assignedToUsers": ["65000005000000000000002b"]}), "assignedToUsers must hold"),
        (json!({"unit": UNIT}), "unit must be a unit of the property"),
        (json!({"property": UNIT}), "property names no Property"),
        (json!({"createdAt": 1}), "createdAt is not a field"),
    ] {
        let refusal = far.refusal("/tasks", &with(&plain, changes)).await;
        assert!(refusal.contains(said), "{said}: {refusal}");
    }
    let made = far.post("/tasks", &plain).await.good();
    assert_eq!((made["type"].as_str(), made["status"].as_str()), (Some("INTERNAL_TASK"), Some("RECEIVED")));
    let order = with(&plain, json!({"type": "WORK_ORDER", "workOrder": {"assignedToVendor": VENDOR}}));
    let order = order.as_object().expect("a table").clone();
    let order: Value = order.into_iter().filter(|(name, _)| name != "requestedByUser").collect();
    assert_eq!(far.post("/tasks", &order).await.good()["type"], "WORK_ORDER");
}

#[tokio::test]
async fn every_update_is_added_whatever_it_changes() {
    let far = DoorLoop::start().await;
    let id = far.post("/tasks", &request()).await.good()["id"].as_str().expect("an id").to_owned();
    let history = || {
        far.server.read(|world| {
            let order = world.platform.work_orders.iter().last().expect("the new one");
            world.get::<Task>(order.task_id).expect("its task").history.len()
        })
    };
    let before = history();
    for _ in 0..2 {
        let body =
            json!({"taskId": id, "status": "ARCHIVED", "notifyTenant": false, "notifyAssignees": false});
        let task = far.post("/tasks/update", &body).await.good();
        assert_eq!(task["status"], "ARCHIVED");
        assert_eq!(task["assignedToUsers"], json!([LATCHEL]), "what is left out stays");
    }
    assert_eq!(history(), before + 2);
    let status = far
        .server
        .read(|world| world.platform.work_orders.iter().last().and_then(|order: &WorkOrder| order.status));
    assert_eq!(status, Some(TaskStatus::Closed));
    assert!(
        far.refusal("/tasks/update", &json!({"status": "COMPLETED"})).await.contains("taskId is required")
    );
    let body = json!({"taskId": "650000070000000000000fff", "status": "COMPLETED"});
    assert_eq!(far.post("/tasks/update", &body).await.status, 404);
}

#[tokio::test]
async fn a_replacement_loses_what_it_leaves_out_and_keeps_the_type() {
    let far = DoorLoop::start().await;
    let id = far.post("/tasks", &request()).await.good()["id"].as_str().expect("an id").to_owned();
    let path = format!("/tasks/{id}");
    let least = json!({"type": "TENANT_REQUEST", "subject": "Gate", "status": "RECEIVED", "requestedByTenant": TENANT});
    let task = far.put(&path, &least).await.good();
    assert_eq!((task["subject"].as_str(), task["status"].as_str()), (Some("Gate"), Some("RECEIVED")));
    for lost in ["description", "reference", "property", "unit"] {
        assert!(task.get(lost).is_none(), "{lost}");
    }
    assert_eq!(task["assignedToUsers"], json!([]));
    let other =
        json!({"type": "INTERNAL_TASK", "subject": "Gate", "status": "RECEIVED", "requestedByUser": LATCHEL});
    assert_eq!(far.put(&path, &other).await.status, 422);
}

#[tokio::test]
async fn a_task_can_be_deleted_once() {
    let far = DoorLoop::start().await;
    let made = far.post("/tasks", &request()).await.good();
    let path = format!("/tasks/{}", made["id"].as_str().expect("an id"));
    let tasks = || far.server.read(|world| world.platform.tasks.len());
    let before = tasks();
    assert_eq!(far.ask(Method::DELETE, &path, None).await.good(), made);
    assert_eq!((far.status(&path).await, tasks()), (404, before - 1));
    assert_eq!(far.ask(Method::DELETE, &path, None).await.status, 404);
    let second_visit = "/tasks/650000070000000000000053";
    assert_eq!(far.ask(Method::DELETE, second_visit, None).await.status, 200);
    assert_eq!(tasks(), before - 1, "the first visit needs what both stand for");
}
