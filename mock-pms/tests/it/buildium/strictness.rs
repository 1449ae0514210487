//! The mock refuses exactly the bodies that the specification's schemas refuse, as far as one field can show.

use axum::http::Method;
use serde_json::{Value, json};
use specs::Asked;

use super::Buildium;

/// Values of every type, good and bad.
fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(""),
        json!("x"),
        json!("New"),
        json!("High"),
        json!("Yes"),
        json!("2026-03-05"),
        json!("2026-03-05T00:00:00Z"),
        json!(41),
        json!(1.5),
        json!(-1),
        json!(true),
        json!([]),
        json!([1]),
        json!(["x"]),
        json!({}),
        json!({ "Nonsense": 1 }),
    ]
}

/// Puts every value in every field of a good body, and a field too many beside them.
async fn compare(method: Method, path: &str, good: &Value) {
    let buildium = Buildium::start().await;
    let Some(spec) = &buildium.spec else { return };
    let asked = Asked { method: method.as_str(), path };
    let mut fields = spec.body_members(&asked);
    fields.push("Nonsense".to_owned());
    let (mut refused, mut let_through) = (0, 0);
    for field in fields {
        let mut bodies: Vec<Value> = values()
            .into_iter()
            .map(|value| {
                let mut body = good.clone();
                body[&field] = value;
                body
            })
            .collect();
        let mut without = good.clone();
        without.as_object_mut().expect("an object").remove(&field);
        bodies.push(without);
        for body in bodies {
            let malformed = !spec.body_faults(&asked, &body).is_empty();
            let reply = buildium.ask(method.clone(), path, Some(&body)).await;
            *(if malformed { &mut refused } else { &mut let_through }) += 1;
            // 422 is for what the schema cannot know.
            assert_eq!(
                reply.status == 400,
                malformed,
                "{method} {path} {body}: {} {}",
                reply.status,
                reply.body
            );
        }
    }
    assert!(refused > 50 && let_through > 10, "{refused} refused, {let_through} let through");
}

#[tokio::test]
async fn work_orders() {
    let good = json!({ "EntryAllowed": "Yes", "VendorId": 51 });
    compare(Method::PUT, "/v1/workorders/81", &good).await;
    let good = json!({ "EntryAllowed": "Yes", "VendorId": 51, "TaskId": 71 });
    compare(Method::POST, "/v1/workorders", &good).await;
}

#[tokio::test]
async fn tasks() {
    let todo = json!({ "Title": "Look", "AssignedToUserId": 41, "TaskStatus": "New", "Priority": "Low" });
    compare(Method::POST, "/v1/tasks/todorequests", &todo).await;
    compare(Method::PUT, "/v1/tasks/todorequests/72", &todo).await;
    let mut contact = todo.clone();
    contact["ContactDetail"] = json!({ "FirstName": "Gus" });
    compare(Method::PUT, "/v1/tasks/contactrequests/73", &contact).await;
    let request = json!({ "Title": "Look", "TaskStatus": "New", "Priority": "Low" });
    compare(Method::PUT, "/v1/tasks/residentrequests/71", &request).await;
    compare(Method::PUT, "/v1/tasks/rentalownerrequests/74", &request).await;
    let mut new = request;
    new["UnitAgreementId"] = json!(31);
    new["RequestedByEntityId"] = json!(21);
    compare(Method::POST, "/v1/tasks/residentrequests", &new).await;
}
