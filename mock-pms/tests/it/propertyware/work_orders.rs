//! Work orders: what they show, creating and closing, and that there is nothing else.

use mock_pms::world::{Task, TaskStatus};
use serde_json::{Value, json};

use super::{Propertyware, faults};

#[tokio::test]
async fn a_work_order_has_no_title_and_names_people_instead_of_ids() {
    let propertyware = Propertyware::start().await;
    let order = propertyware.one("/workorders/81").await;
    assert!(order.get("title").is_none());
    for (name, value) in [
        ("number", json!(81)),
        ("description", json!("The tap in the kitchen drips.")),
        ("managedBy", json!("Team Latchel")),
        ("requestedBy", json!("Ada Abara")),
        ("buildingID", json!(1)),
        ("unitID", json!(11)),
        ("unitIDs", json!([11])),
        ("status", json!("In Progress")),
        ("priority", json!("HIGH")),
        ("authorizeEnter", json!("ANYTIME")),
        ("lastModifiedDateTime", json!("2026-03-01T07:30:00Z")),
    ] {
        assert_eq!(order[name], value, "{name}");
    }
    let house = propertyware.one("/workorders/82").await;
    assert_eq!(
        (&house["unitID"], &house["unitIDs"]),
        (&json!(2), &json!([])),
        "the building in the unit's place"
    );
}

#[tokio::test]
async fn a_create_needs_a_building_and_is_done_twice_if_it_is_sent_twice() {
    let propertyware = Propertyware::start().await;
    let body = json!({"buildingID": 1, "unitIDs": [12], "description": "The fence fell over.", "priority": "HIGH",
        "requestedBy": 22, "authorizeEnter": "NO", "searchTag": "[Latchel #7]", "startDate": "2026-03-05"});
    let first = propertyware.post("/workorders", &body).await;
    assert_eq!(first.status, 201);
    let (first, second) = (first.good(), propertyware.post("/workorders", &body).await.good());
    assert_ne!(first["id"], second["id"]);
    for (name, value) in [
        ("searchTag", json!("[Latchel #7]")),
        ("status", json!("New")),
        ("requestedBy", json!("Ben Brandt")),
        ("managedBy", Value::Null),
        ("unitID", json!(12)),
        ("startDate", json!("2026-03-05")),
        ("authorizeEnter", json!("NO")),
    ] {
        assert_eq!(first[name], value, "{name}");
    }
    let house = propertyware.post("/workorders", &json!({"buildingID": 2, "unitIDs": [2]})).await.good();
    assert_eq!((&house["unitID"], &house["unitIDs"]), (&json!(2), &json!([])));
}

#[tokio::test]
async fn a_create_that_cannot_be_names_its_fields_and_does_nothing() {
    let propertyware = Propertyware::start().await;
    let before = propertyware.ids("/workorders?limit=500").await.len();
    for (body, wrong) in [
        (json!({}), "buildingID"),
        (json!({"buildingID": 99}), "buildingID"),
        (json!({"buildingID": "1"}), "buildingID"),
        (json!({"buildingID": 2, "unitIDs": [11]}), "unitIDs"),
        (json!({"buildingID": 1, "unitIDs": [1]}), "unitIDs"),
        (json!({"buildingID": 1, "unitIDs": 11}), "unitIDs"),
        (json!({"buildingID": 1, "requestedBy": "Ada Abara"}), "requestedBy"),
        (json!({"buildingID": 1, "requestedBy": 99}), "requestedBy"),
        (json!({"buildingID": 1, "priority": "URGENT"}), "priority"),
        (json!({"buildingID": 1, "authorizeEnter": "YES"}), "authorizeEnter"),
        (json!({"buildingID": 1, "startDate": "2026-03-05T08:00:00Z"}), "startDate"),
        (json!({"buildingID": 1, "minuteToEnter": 15}), "minuteToEnter"),
        (json!({"buildingID": 1, "managedBy": "Team Latchel"}), "managedBy"),
        (json!({"buildingID": 1, "status": "New"}), "status"),
        (json!({"buildingID": 1, "title": "Fence"}), "title"),
    ] {
        let reply = propertyware.post("/workorders", &body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert!(faults(&reply).contains(&wrong), "{body}: {}", reply.body);
    }
    assert_eq!(propertyware.ids("/workorders?limit=500").await.len(), before);
}

#[tokio::test]
async fn closing_needs_a_time_card_with_a_vendor() {
    let propertyware = Propertyware::start().await;
    let path = "/workorders/closeworkorder/81";
    for (body, wrong) in [
        (json!({}), "timeCardEntry"),
        (json!({"timeCardEntry": []}), "timeCardEntry"),
        (json!({"timeCardEntry": [{}]}), "timeCardEntry[0].vendorID"),
        (json!({"timeCardEntry": [{"vendorID": 99}]}), "timeCardEntry[0].vendorID"),
        (json!({"timeCardEntry": [{"vendorID": 51, "status": "Closed"}]}), "timeCardEntry[0].status"),
        (json!({"timeCardEntry": [{"vendorID": 51}], "status": "Cancelled"}), "status"),
    ] {
        let reply = propertyware.put(path, &body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert!(faults(&reply).contains(&wrong), "{body}: {}", reply.body);
    }
    assert_eq!(propertyware.one("/workorders/81").await["status"], "In Progress");
    let body = json!({"timeCardEntry": [{"vendorID": 51, "hours": 0}], "comments": "Done."});
    assert_eq!(propertyware.put(path, &body).await.good()["statusCode"], "200");
    assert_eq!(propertyware.one("/workorders/81").await["status"], "Closed");
    assert_eq!(propertyware.put(path, &body).await.status, 400, "closed already");
    assert_eq!(propertyware.put("/workorders/closeworkorder/999", &body).await.status, 404);
}

#[tokio::test]
async fn the_word_of_a_closed_work_order_goes_when_it_is_opened_again() {
    let propertyware = Propertyware::start().await;
    let body = json!({"timeCardEntry": [{"vendorID": 51}]});
    propertyware.put("/workorders/closeworkorder/81", &body).await.good();
    for (status, word) in [
        (TaskStatus::InProgress, "In Progress"),
        (TaskStatus::Deferred, "On Hold"),
        (TaskStatus::Closed, "Cancelled"),
        (TaskStatus::New, "New"),
    ] {
        propertyware
            .server
            .edit(|world| world.update::<Task>(71, |task| task.status = status).expect("the task"));
        assert_eq!(propertyware.one("/workorders/81").await["status"], word);
    }
}

#[tokio::test]
async fn a_work_order_has_tasks_that_can_be_made_replaced_and_commented() {
    let propertyware = Propertyware::start().await;
    let (tasks, order) = ("/workorders/81/tasks", propertyware.one("/workorders/81").await);
    let body = json!({"description": "Call the tenant", "dueDate": "2026-03-04", "delegates": "41, 42", "starred": true});
    let made = propertyware.post(tasks, &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.good();
    assert_eq!((&made["delegates"], &made["completed"]), (&json!("41,42"), &json!(false)));
    let again = propertyware.post(tasks, &body).await.good();
    assert_ne!(made["id"], again["id"], "nothing is idempotent");
    let other = propertyware.post("/workorders/82/tasks", &body).await.good();
    assert!(![&made["id"], &again["id"]].contains(&&other["id"]));
    let one = format!("{tasks}/{}", made["id"]);
    assert_eq!(propertyware.one(&one).await, json!([made]), "a list of one");
    let done = propertyware.put(&one, &json!({"description": "Called", "completed": true})).await.good();
    assert_eq!((&done["completed"], &done["completedTime"]), (&json!(true), &json!("2026-03-02T20:00:00Z")));
    assert_eq!((done.get("dueDate"), done.get("delegates")), (None, None), "what is left out is lost");
    assert_eq!(propertyware.ids(&format!("{tasks}?completed=true")).await.len(), 1);
    assert_eq!(
        propertyware.ids(&format!("{tasks}?dueDate=2026-03-04")).await,
        [again["id"].as_i64().expect("an id")]
    );
    assert_eq!(
        propertyware.post(&format!("{one}/comments"), &json!({"text": "No answer"})).await.status,
        201
    );
    propertyware.server.read(|world| {
        let steps = &world.platform.work_orders.get(81).expect("the work order").steps;
        assert_eq!(steps[0].comments, ["No answer"]);
    });
    assert_eq!(propertyware.one("/workorders/81").await, order, "it does not move the work order");
}

#[tokio::test]
async fn what_is_wrong_with_a_task_is_named() {
    let propertyware = Propertyware::start().await;
    let tasks = "/workorders/81/tasks";
    for (body, name) in [
        (json!({}), "description"),
        (json!({"description": "x", "delegates": "44"}), "delegates"),
        (json!({"description": "x", "delegates": "Robin"}), "delegates"),
        (json!({"description": "x", "dueDate": "tomorrow"}), "dueDate"),
        (json!({"description": "x", "privateTask": true}), "privateTask"),
    ] {
        assert_eq!(faults(&propertyware.post(tasks, &body).await), [name], "{body}");
    }
    let made = propertyware.post(tasks, &json!({"description": "x"})).await.good();
    let comments = format!("{tasks}/{}/comments", made["id"]);
    assert_eq!(faults(&propertyware.post(&comments, &json!({"text": ""})).await), ["text"]);
    let elsewhere = format!("/workorders/82/tasks/{}", made["id"]);
    for gone in [&elsewhere, "/workorders/81/tasks/99", "/workorders/99/tasks"] {
        assert_eq!(propertyware.status(gone).await, 404, "{gone}");
    }
}
