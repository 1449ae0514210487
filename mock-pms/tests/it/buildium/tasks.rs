//! Writing tasks: a replacement loses what it leaves out.

use serde_json::{Value, json};

use super::{Buildium, faults};

const FULL: fn() -> Value = || {
    json!({ "Title": "Check the smoke alarms", "AssignedToUserId": 42, "TaskStatus": "Completed",
        "Priority": "Normal", "DueDate": "2026-02-27", "CategoryId": 61, "PropertyId": 2 })
};

#[tokio::test]
async fn what_a_put_leaves_out_is_nulled() {
    let buildium = Buildium::start().await;
    let before = buildium.one("/v1/tasks/todorequests/72").await;
    assert_eq!((&before["DueDate"], &before["Category"]["Id"]), (&"2026-02-27".into(), &61.into()));
    let less = json!({ "Title": "Check", "AssignedToUserId": 42, "TaskStatus": "Closed", "Priority": "Low" });
    let after = buildium.put("/v1/tasks/todorequests/72", &less).await.good();
    for field in ["DueDate", "Category", "Property", "UnitId"] {
        assert!(after[field].is_null(), "{field} of {after}");
    }
    assert_eq!(after["TaskStatus"], "Closed");

    let less = json!({ "Title": "Kitchen tap drips", "TaskStatus": "Closed", "Priority": "High" });
    let after = buildium.put("/v1/tasks/residentrequests/71", &less).await.good();
    for field in ["AssignedToUserId", "DueDate", "Category"] {
        assert!(after[field].is_null(), "{field} of {after}");
    }
    // The place hangs on the lease, and the description is no field of a PUT.
    assert_eq!((&after["UnitId"], &after["Description"]), (&11.into(), &"Day and night.".into()));
    assert_eq!(buildium.one("/v1/tasks/71").await["AssignedToUserId"], 0);
}

#[tokio::test]
async fn a_put_may_be_what_was_read() {
    let buildium = Buildium::start().await;
    let before = buildium.one("/v1/tasks/todorequests/72").await;
    let mut after = buildium.put("/v1/tasks/todorequests/72", &FULL()).await.good();
    assert_eq!(after["LastUpdatedDateTime"], "2026-03-02T20:00:00Z");
    after["LastUpdatedDateTime"] = before["LastUpdatedDateTime"].clone();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_message_becomes_a_comment() {
    let buildium = Buildium::start().await;
    let mut body = FULL();
    body["Message"] = json!("Done by Latchel.");
    buildium.put("/v1/tasks/todorequests/72", &body).await.good();
    let history = buildium.one("/v1/tasks/72/history").await;
    assert_eq!(history[0]["Message"], "Done by Latchel.");
}

#[tokio::test]
async fn tasks_are_made_as_often_as_asked() {
    let buildium = Buildium::start().await;
    let todo = json!({ "Title": "Look", "AssignedToUserId": 41, "TaskStatus": "New", "Priority": "Low",
        "PropertyId": 1, "UnitId": 12 });
    for id in [75, 76] {
        let reply = buildium.post("/v1/tasks/todorequests", &todo).await;
        assert_eq!((reply.status, &reply.body["Id"]), (201, &id.into()));
        assert_eq!(reply.header("location"), Some(format!("/v1/tasks/todorequests/{id}").as_str()));
    }
    let request = json!({ "Title": "Leak", "UnitAgreementId": 31, "RequestedByEntityId": 21,
        "TaskStatus": "New", "Priority": "High" });
    let made = buildium.post("/v1/tasks/residentrequests", &request).await.good();
    assert_eq!((&made["UnitId"], &made["Property"]["Id"]), (&11.into(), &1.into()));
    assert!(made["AssignedToUserId"].is_null());
}

#[tokio::test]
async fn what_does_not_fit_the_world_is_422() {
    let buildium = Buildium::start().await;
    let cases = [
        ("AssignedToUserId", json!(99), "an unknown user"),
        ("AssignedToUserId", json!(43), "an inactive user"),
        ("AssignedToUserId", json!(44), "a vendor"),
        ("AssignedToUserId", json!(51), "a vendor's id"),
        ("CategoryId", json!(5), "an unknown category"),
        ("SubCategoryId", json!(5), "an unknown subcategory"),
        ("PropertyId", json!(99), "an unknown property"),
        ("PropertyId", json!(3), "an inactive property"),
        ("UnitId", json!(11), "a unit of another property"),
    ];
    for (field, value, what) in cases {
        let mut body = FULL();
        body[field] = value;
        let reply = buildium.put("/v1/tasks/todorequests/72", &body).await;
        assert_eq!((reply.status, faults(&reply)), (422, vec![field]), "{what}");
    }
    let stranger = json!({ "Title": "Leak", "UnitAgreementId": 31, "RequestedByEntityId": 23,
        "TaskStatus": "New", "Priority": "High" });
    let reply = buildium.post("/v1/tasks/residentrequests", &stranger).await;
    assert_eq!((reply.status, faults(&reply)), (422, vec!["RequestedByEntityId"]));
    assert_eq!(buildium.one("/v1/tasks/72").await["LastUpdatedDateTime"], "2026-02-27T18:00:00Z");
}

#[tokio::test]
async fn everything_malformed_is_named_at_once() {
    let buildium = Buildium::start().await;
    let body = json!({ "Title": "x".repeat(128), "TaskStatus": "Cancelled", "Priority": "high",
        "DueDate": "03/05/2026", "AssignedToUserId": "41", "Status": "New" });
    let reply = buildium.put("/v1/tasks/todorequests/72", &body).await;
    let mut named = faults(&reply);
    named.sort_unstable();
    assert_eq!(reply.status, 400);
    assert_eq!(named, ["AssignedToUserId", "DueDate", "Priority", "Status", "TaskStatus", "Title"]);
}
