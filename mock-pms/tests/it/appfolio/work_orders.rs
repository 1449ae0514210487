//! Work orders: reading, creating once, changing.

use axum::http::Method;
use chrono::TimeDelta;
use mock_pms::world::{Task, TaskStatus};
use serde_json::{Value, json};

use super::{AppFolio, with};

/// A body that is accepted.
async fn body(server: &AppFolio) -> Value {
    let users = server.rows("users", "").await;
    let units = server.rows("units", "").await;
    json!({"PropertyId": units[0]["PropertyId"], "UnitId": units[0]["Id"], "JobDescription": "Fence\n\nIt fell over.",
        "Priority": "Urgent", "AssignedUsers": [with(&users, "LastName", "Latchel")["Id"]]})
}

fn orders(server: &AppFolio) -> usize {
    server.0.read(|world| world.platform.work_orders.len())
}

#[tokio::test]
async fn a_create_is_assigned_and_a_change_touches_what_it_names() {
    let server = AppFolio::start().await;
    let made = server.write(Method::POST, "work_orders", None, &body(&server).await).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!((&made.body["Status"], &made.body["Priority"]), (&json!("Assigned"), &json!("Urgent")));
    let path = format!("work_orders/{}", made.body["Id"].as_str().expect("an id"));
    let changed =
        server.write(Method::PATCH, &path, None, &json!({"Status": "Completed No Need To Bill"})).await;
    let mut expected = made.body.clone();
    expected["Status"] = json!("Completed No Need To Bill");
    expected["CompletedOn"] = json!("2026-03-02");
    assert_eq!(changed.good(), expected);
    assert_eq!(server.get(&path).await.good(), expected);
    let by_status = server.rows("work_orders", "&filters[Statuses]=Completed%20No%20Need%20To%20Bill").await;
    assert_eq!(by_status, [expected]);
}

#[tokio::test]
async fn a_word_that_the_status_no_longer_fits_is_not_shown() {
    let server = AppFolio::start().await;
    let made = server.write(Method::POST, "work_orders", None, &body(&server).await).await.good();
    let path = format!("work_orders/{}", made["Id"].as_str().expect("an id"));
    server.write(Method::PATCH, &path, None, &json!({"Status": "Work Done"})).await.good();
    server.0.edit(|world| {
        let task = world.platform.work_orders.iter().last().expect("the new one").task_id;
        world.update::<Task>(task, |task| task.status = TaskStatus::Closed).expect("its task");
    });
    assert_eq!(server.get(&path).await.good()["Status"], "Canceled");
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_changes_nothing() {
    let server = AppFolio::start().await;
    let good = body(&server).await;
    let users = server.rows("users", "").await;
    let before = orders(&server);
    for (field, value) in [
        ("AssignedUsers", json!([with(&users, "LastName", "Keeper")["Id"]])),
        ("AssignedUsers", json!(["00000000-af01-4005-8000-0000000003e7"])),
        ("JobDescription", Value::Null),
        ("Priority", json!("High")),
        ("Status", json!("Done")),
        ("PropertyId", json!(1)),
        ("UnitId", good["PropertyId"].clone()),
        ("Title", json!("Fence")),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        let reply = server.write(Method::POST, "work_orders", None, &bad).await;
        assert_eq!((reply.status, &reply.body["code"]), (422, &json!(422)), "{field}: {}", reply.body);
        assert!(reply.body["message"].as_str().expect("words").contains(field), "{}", reply.body);
    }
    assert_eq!(orders(&server), before);
}

#[tokio::test]
async fn the_same_key_is_answered_again_and_never_carried_out_again_for_a_day() {
    let server = AppFolio::start().await;
    let good = body(&server).await;
    let before = orders(&server);
    let post = async |body: &Value| server.write(Method::POST, "work_orders", Some("key-1"), body).await;
    let first = post(&good).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    let again = post(&good).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!(again.body, first.body);
    let mut other = good.clone();
    other["Priority"] = json!("Low");
    assert_eq!(post(&other).await.status, 422);
    assert_eq!(orders(&server), before + 1);
    server.0.edit(|world| world.clock.advance(TimeDelta::hours(24)));
    assert_eq!(post(&other).await.status, 201, "the key is forgotten");
    assert_eq!(orders(&server), before + 2);
}

#[tokio::test]
async fn nonsense_on_purpose_is_laid_over_one_record() {
    let server = AppFolio::start().await;
    let id = server.0.read(|world| world.platform.work_orders.iter().next().expect("one").id);
    let nonsense = json!({"kind": "work_order", "id": id, "set": {"Status": 7}});
    server.0.edit(|world| world.raw_overrides = vec![serde_json::from_value(nonsense).expect("an override")]);
    let rows = server.rows("work_orders", "").await;
    assert_eq!(rows.iter().filter(|row| row["Status"] == 7).count(), 1);
}
