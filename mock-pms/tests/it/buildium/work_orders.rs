//! Writing work orders: never their status.

use serde_json::{Value, json};

use super::{Buildium, faults};

fn inline() -> Value {
    json!({ "EntryAllowed": "Yes", "VendorId": 51, "WorkDetails": "Drips.", "Task": {
        "Title": "Tap", "Priority": "High", "Status": "New", "AssignedToUserId": 41,
        "PropertyId": 1, "UnitId": 11, "DueDate": "2026-03-09" } })
}

#[tokio::test]
async fn an_inline_task_becomes_a_todo() {
    let buildium = Buildium::start().await;
    let reply = buildium.post("/v1/workorders", &inline()).await;
    assert_eq!((reply.status, reply.header("location")), (201, Some("/v1/workorders/84")));
    let order = reply.body;
    assert_eq!(
        (&order["Title"], &order["Status"], &order["DueDate"]),
        (&json!("Tap"), &json!("New"), &json!("2026-03-09"))
    );
    let task = buildium.one(&format!("/v1/tasks/todorequests/{}", order["Task"]["Id"])).await;
    assert_eq!((&task["AssignedToUserId"], &task["Property"]["Id"]), (&json!(41), &json!(1)));
}

#[tokio::test]
async fn lengths_are_counted_in_utf_16_units() {
    let buildium = Buildium::start().await;
    for (title, status) in [
        ("x".repeat(127), 201),
        ("x".repeat(128), 400),
        (format!("{}x", "💧".repeat(63)), 201),
        ("💧".repeat(64), 400),
    ] {
        let mut body = inline();
        body["Task"]["Title"] = json!(title);
        assert_eq!(buildium.post("/v1/workorders", &body).await.status, status, "{title}");
    }
}

#[tokio::test]
async fn the_same_again_is_a_second_one() {
    let buildium = Buildium::start().await;
    for id in [84, 85] {
        assert_eq!(buildium.post("/v1/workorders", &inline()).await.body["Id"], id);
    }
    assert_eq!(buildium.ids("/v1/tasks?type=Todo&orderby=Id").await, [72, 75, 76]);
}

#[tokio::test]
async fn status_priority_and_due_date_cannot_be_written() {
    let buildium = Buildium::start().await;
    for (field, value) in [("Status", "Completed"), ("Priority", "Low"), ("DueDate", "2026-03-09")] {
        let mut body = json!({ "EntryAllowed": "Yes", "VendorId": 51 });
        body[field] = json!(value);
        let reply = buildium.put("/v1/workorders/81", &body).await;
        assert_eq!((reply.status, faults(&reply)), (400, vec![field]));
        body["TaskId"] = json!(71);
        assert_eq!(buildium.post("/v1/workorders", &body).await.status, 400);
    }
}

#[tokio::test]
async fn a_put_nulls_what_it_leaves_out_and_replaces_lines() {
    let buildium = Buildium::start().await;
    let less =
        json!({ "EntryAllowed": "No", "VendorId": 51, "LineItems": [{ "Quantity": 1, "UnitPrice": 5.0 }] });
    let after = buildium.put("/v1/workorders/81", &less).await.good();
    for field in ["Title", "WorkDetails", "InvoiceNumber", "EntryNotes"] {
        assert!(after[field].is_null(), "{field} of {after}");
    }
    assert_eq!((&after["Amount"], &after["Status"]), (&json!(5.0), &json!("New")));
}

#[tokio::test]
async fn a_task_is_named_or_given_but_not_both() {
    let buildium = Buildium::start().await;
    let neither = json!({ "EntryAllowed": "Yes", "VendorId": 51 });
    let mut both = inline();
    both["TaskId"] = json!(71);
    for body in [neither, both] {
        assert_eq!(buildium.post("/v1/workorders", &body).await.status, 422, "{body}");
    }
    let named = json!({ "EntryAllowed": "Unknown", "VendorId": 51, "TaskId": 71 });
    let order = buildium.post("/v1/workorders", &named).await.good();
    assert_eq!((&order["Title"], &order["Status"]), (&json!("Kitchen tap drips"), &json!("InProgress")));
}

#[tokio::test]
async fn what_does_not_fit_the_world_is_422_and_makes_no_task() {
    let buildium = Buildium::start().await;
    let cases = [
        ("/VendorId", json!(99), "VendorId"),
        ("/VendorId", json!(52), "VendorId"),
        ("/Task/AssignedToUserId", json!(44), "Task.AssignedToUserId"),
        ("/Task/PropertyId", json!(3), "Task.PropertyId"),
        ("/Task/UnitId", json!(99), "Task.UnitId"),
    ];
    for (place, value, key) in cases {
        let mut body = inline();
        *body.pointer_mut(place).expect("a place") = value;
        let reply = buildium.post("/v1/workorders", &body).await;
        assert_eq!((reply.status, faults(&reply)), (422, vec![key]), "{body}");
    }
    assert_eq!(buildium.server.read(|w| (w.platform.tasks.len(), w.platform.work_orders.len())), (4, 3));
}
