use latchel_sync_core::model::*;
use serde_json::{Value, json};

use crate::far::{Far, HUGE, SINCE, all, building, invalid, record, serve, window};

pub fn work_order(id: i64) -> Value {
    json!({"id": id, "number": 17, "description": "The tap drips.", "status": "In Progress", "priority": "HIGH",
        "buildingID": 1, "unitID": 11, "unitIDs": [11], "managedBy": "team  LATCHEL", "requestedBy": "Ada Abara",
        "authorizeEnter": "ANYTIME", "dateToEnter": "2026-03-05T00:00:00Z", "type": "CUSTOMIZATIONS",
        "lastModifiedDateTime": "2026-03-02T18:00:00Z", "createdDateTime": "2026-03-02T16:00:00Z"})
}

async fn read(change: impl FnOnce(&mut Value)) -> Row<WorkOrder> {
    let far = Far::new().await;
    serve(&far, "buildings", json!([building(1, "Yes", true)])).await;
    let mut one = work_order(81);
    change(&mut one);
    far.list_for("workorders", &[SINCE], json!([one])).await;
    all(far.platform.work_orders(window())).await.remove(0)
}

#[tokio::test]
async fn a_work_order_is_read_whole() {
    let row = read(|_| {}).await;
    let one = record(&row);
    assert_eq!((one.id.as_str(), one.number.as_str()), ("81", "17"));
    assert_eq!((one.title.as_str(), one.description.as_str()), ("", "The tap drips."));
    assert_eq!(one.property.key(), "1/11");
    assert_eq!(one.assigned_users, [UserId::new("41")], "by the manager's name");
    assert_eq!(one.status, WorkOrderStatus::Open("In Progress".to_owned()));
    assert_eq!((one.severity, one.entry_allowed, one.marker), (Severity::Urgent, Some(true), None));
    assert_eq!((&one.requested_by, &one.freshness), (&None, &Freshness::Filtered), "a name is nobody's id");
}

#[tokio::test]
async fn the_place_is_the_unit_or_the_building_in_its_stead() {
    for (unit, units, expected) in [
        (json!(11), json!([11, 12]), "1/11"),
        (json!(null), json!([12, 13]), "1/12"),
        (json!(0), json!({}), "1"),
        (json!(1), json!([]), "1"),
        (json!(null), json!([1]), "1"),
        (json!(HUGE), json!(null), "1/9007199254740993"),
    ] {
        let row = read(|one| {
            one["unitID"] = unit.clone();
            one["unitIDs"] = units.clone();
        })
        .await;
        assert_eq!(record(&row).property.key(), expected, "{unit} {units}");
    }
}

#[tokio::test]
async fn statuses_are_the_organisations_words() {
    for (settings, word, expected) in [
        (json!({}), "closed ", Some(ClosedStatus::Completed)),
        (json!({}), "Completed", Some(ClosedStatus::Completed)),
        (json!({}), "CANCELED", Some(ClosedStatus::Cancelled)),
        (json!({}), "Waiting for parts", None),
        (json!({"status": {"completed": "Fertig, Closed"}}), "fertig", Some(ClosedStatus::Completed)),
        (json!({"status": {"completed": "Fertig"}}), "Closed", None),
    ] {
        let far = Far::with(settings).await;
        serve(&far, "buildings", json!([])).await;
        let mut one = work_order(81);
        one["status"] = json!(word);
        far.list_for("workorders", &[SINCE], json!([one])).await;
        let rows = all(far.platform.work_orders(window())).await;
        assert_eq!(record(&rows[0]).status.closed(), expected, "{word}");
    }
}

#[tokio::test]
async fn who_manages_it_is_told_by_name_alone() {
    for (name, expected) in [
        (json!("Team Latchel"), &["41"][..]),
        (json!("Sam Same"), &["42", "43"]),
        (json!("Nobody Known"), &[]),
        (json!(null), &[]),
    ] {
        let far = Far::new().await;
        let mut one = building(1, "No", true);
        let manager = |id: i64, name: &str| json!({"id": id + 900, "userID": id, "name": name});
        one["propertyManagerList"] = json!([manager(41, "Team Latchel"), manager(42, "Sam Same"), manager(43, "Sam Same"), {"name": "no id"}]);
        serve(&far, "buildings", json!([one, building(2, "No", true)])).await;
        let mut order = work_order(81);
        order["managedBy"] = name.clone();
        far.list_for("workorders", &[SINCE], json!([order])).await;
        let users = far.platform.users().await.expect("users");
        let ids: Vec<_> = users.iter().map(|user| user.id.as_str()).collect();
        assert_eq!(ids, ["41", "42", "43"], "each once");
        let rows = all(far.platform.work_orders(window())).await;
        let assigned: Vec<_> = record(&rows[0]).assigned_users.iter().map(UserId::as_str).collect();
        assert_eq!(assigned, expected, "{name}");
        let buildings = far.asked().await.iter().filter(|one| one.contains("buildings")).count();
        assert_eq!(buildings, 1, "names are not read again after the users were");
    }
}

#[tokio::test]
async fn a_work_order_without_a_building_is_alone_in_being_unreadable() {
    let far = Far::new().await;
    serve(&far, "buildings", json!([])).await;
    let mut odd = work_order(81);
    odd["buildingID"] = json!(null);
    far.list_for("workorders", &[SINCE], json!([odd, work_order(82)])).await;
    let rows = all(far.platform.work_orders(window())).await;
    assert_eq!(invalid(&rows[0]), ("81", "buildingID"));
    assert_eq!(record(&rows[1]).id.as_str(), "82");
}

#[tokio::test]
async fn those_asked_for_are_read_and_those_gone_left_out() {
    let far = Far::new().await;
    serve(&far, "buildings", json!([])).await;
    serve(&far, "workorders", json!([work_order(81)])).await;
    far.answers("GET", "workorders/82", wiremock::ResponseTemplate::new(404)).await;
    let ids = ["81", "82"].map(WorkOrderId::new);
    let rows = far.platform.work_orders_by_id(&ids).await.expect("rows");
    assert!(rows.len() == 1 && record(&rows[0]).id.as_str() == "81", "{rows:?}");
}
