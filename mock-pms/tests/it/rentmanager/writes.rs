//! Making issues and changing them.

use mock_pms::world::{Priority, TaskStatus};
use serde_json::{Value, json};

use super::{RentManager, model, wrong};

const ISSUES: &str = "/ServiceManagerIssues";

fn new() -> Value {
    json!({"Title": "Leak", "Description": "It drips", "CategoryID": 11, "StatusID": 11, "PriorityID": 12,
        "PropertyID": 1, "UnitID": 11, "TenantID": 21, "AssignedToUserID": 41})
}

/// A model with the key to what is there now, and these fields beside.
async fn change(far: &RentManager, id: i64, fields: Value) -> Value {
    let seen = far.get(&format!("{ISSUES}/{id}")).await.json();
    let mut model = json!({"ServiceManagerIssueID": id, "ConcurrencyID": seen["ConcurrencyID"]});
    for (name, value) in fields.as_object().expect("fields") {
        model[name] = value.clone();
    }
    model
}

#[tokio::test]
async fn the_collection_takes_an_array_and_answers_what_it_made() {
    let far = RentManager::start().await;
    let made = far.post(ISSUES, &json!([new()])).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let id = made.json()[0]["ServiceManagerIssueID"].as_i64().expect("an id");
    assert_eq!(far.get(&format!("{ISSUES}/{id}")).await.json(), made.json()[0]);
    far.server.read(|world| {
        let order = world.platform.work_orders.get(id).expect("the work order");
        let task = world.platform.tasks.get(order.task_id).expect("its task");
        assert_eq!(
            (task.status, task.priority, task.assigned_to),
            (TaskStatus::New, Priority::High, Some(41))
        );
        assert_eq!(order.status_word.as_deref(), Some("[Latchel] Open"));
    });
    assert_eq!(wrong(&far.post(ISSUES, &new()).await), ["model"], "one model alone");
    assert_eq!(wrong(&far.post(ISSUES, &json!([1])).await), ["model"]);
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_nothing_is_made() {
    let far = RentManager::start().await;
    let before = far.server.read(|world| world.platform.work_orders.len());
    for (name, value) in [
        ("Title", json!("")),
        ("Title", json!("x".repeat(101))),
        ("CategoryID", json!(99)),
        ("StatusID", json!("11")),
        ("StatusID", json!(99)),
        ("PriorityID", json!(99)),
        ("PropertyID", json!(99)),
        ("UnitID", json!(99)),
        ("TenantID", json!(99)),
        ("AssignedToUserID", json!(43)),
        ("AssignedToUserID", json!(44)),
        ("VendorID", json!(99)),
        ("Colour", json!("red")),
    ] {
        let mut bad = new();
        bad[name] = value.clone();
        let faults = wrong(&far.post(ISSUES, &json!([bad])).await);
        assert!(faults.iter().any(|fault| fault == name), "{name} {value}: {faults:?}");
    }
    let mut elsewhere = new();
    elsewhere["PropertyID"] = json!(2);
    assert_eq!(wrong(&far.post(ISSUES, &json!([elsewhere])).await), ["UnitID"]);
    assert_eq!(far.server.read(|world| world.platform.work_orders.len()), before);
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_say_and_needs_the_key_to_what_was_seen() {
    let far = RentManager::start().await;
    let path = format!("{ISSUES}/81");
    let before = far.get(&path).await.json();
    let closing = change(&far, 81, json!({"StatusID": 12, "IsClosed": true})).await;
    assert_eq!(far.post(&path, &closing).await.status, 200);
    let after = far.get(&path).await.json();
    assert_eq!((&after["StatusID"], &after["IsClosed"]), (&json!(12), &json!(true)));
    for kept in ["Title", "Description", "PriorityID", "AssignedToUserID", "PropertyID", "UnitID", "TenantID"]
    {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_ne!(after["ConcurrencyID"], before["ConcurrencyID"]);
    assert!(
        model(&far.post(&path, &closing).await, 409).contains("another user"),
        "a key that is out of date"
    );
    let keyless = json!({"ServiceManagerIssueID": 81, "StatusID": 1});
    model(&far.post(&path, &keyless).await, 409);
    let by_time = json!({"ServiceManagerIssueID": 81, "StatusID": 13, "UpdateDate": after["UpdateDate"]});
    assert_eq!(far.post(ISSUES, &json!([by_time])).await.status, 200, "the collection changes too");
    assert_eq!(far.get(&path).await.json()["StatusID"], 13);
}

#[tokio::test]
async fn closing_with_an_open_status_completes() {
    let far = RentManager::start().await;
    let closing = change(&far, 81, json!({"IsClosed": true})).await;
    let after = far.post(&format!("{ISSUES}/81"), &closing).await.json();
    assert_eq!((&after["StatusID"], &after["IsClosed"]), (&json!(4), &json!(true)));
}

#[tokio::test]
async fn an_address_and_its_model_are_of_one_issue() {
    let far = RentManager::start().await;
    let other = change(&far, 82, json!({"StatusID": 1})).await;
    assert_eq!(wrong(&far.post(&format!("{ISSUES}/81"), &other).await), ["ServiceManagerIssueID"]);
    assert_eq!(wrong(&far.post(&format!("{ISSUES}/81"), &json!([other])).await), ["model"]);
    let gone = json!({"ServiceManagerIssueID": 999, "StatusID": 1, "ConcurrencyID": 1});
    assert_eq!(far.post(&format!("{ISSUES}/999"), &gone).await.status, 404);
}

#[tokio::test]
async fn a_place_can_be_sent_as_links_which_must_not_contradict_it() {
    let far = RentManager::start().await;
    let place = |id: i64| {
        far.server.read(|world| {
            let order = world.platform.work_orders.get(id).expect("the work order");
            let task = world.platform.tasks.get(order.task_id).expect("its task");
            (task.property_id, task.unit_id, task.requested_by)
        })
    };
    let linked =
        json!({"Title": "Leak", "LinkedUnits": [{"UnitID": 11}], "LinkedTenants": [{"TenantID": 21}]});
    let made = far.post(ISSUES, &json!([linked])).await.json();
    let id = made[0]["ServiceManagerIssueID"].as_i64().expect("an id");
    assert_eq!(place(id), (Some(1), Some(11), Some(21)));
    let mut both = new();
    both["LinkedUnits"] = json!([{"UnitID": 11}]);
    both["LinkedProperties"] = json!([{"PropertyID": 1}]);
    assert_eq!(far.post(ISSUES, &json!([both])).await.status, 200);
    for (name, links) in [
        ("LinkedUnits", json!([{"UnitID": 12}])),
        ("LinkedUnits", json!([{"UnitID": 11}, {"UnitID": 12}])),
        ("LinkedProperties", json!([{"ID": 1}])),
        ("LinkedTenants", json!({"TenantID": 21})),
    ] {
        let mut bad = new();
        bad[name] = links.clone();
        assert_eq!(wrong(&far.post(ISSUES, &json!([bad])).await), [name], "{links}");
    }
    let bare = far.post(ISSUES, &json!([{"Title": "Somewhere"}])).await.json();
    let id = bare[0]["ServiceManagerIssueID"].as_i64().expect("an id");
    assert_eq!(far.post(&format!("{ISSUES}/{id}/LinkUnit?unitID=12"), &json!(null)).await.status, 200);
    assert_eq!(place(id), (Some(1), Some(12), None));
    assert_eq!(far.post(&format!("{ISSUES}/{id}/LinkProperty?propertyID=2"), &json!(null)).await.status, 200);
    assert_eq!(place(id), (Some(2), None, None), "the unit was another property's");
    model(&far.post(&format!("{ISSUES}/{id}/LinkUnit?unitID=99"), &json!(null)).await, 400);
    assert_eq!(wrong(&far.post(&format!("{ISSUES}/{id}/LinkUnit"), &json!(null)).await), ["unitid"]);
    assert_eq!(far.post(&format!("{ISSUES}/999/LinkUnit?unitID=12"), &json!(null)).await.status, 404);
}
