use latchel_sync_core::model::*;
use serde_json::{Value, json};

use crate::far::{Far, all, instant, invalid, record, window};

pub fn task(id: i64, kind: &str) -> Value {
    json!({"Id": id, "TaskType": kind, "Category": {"Id": 61, "Name": "Plumbing", "SubCategory": {"Id": 62}},
        "Title": "Tap", "Description": "Day and night.", "Property": {"Id": 1, "Type": "Rental", "Href": ""},
        "UnitId": 11, "UnitAgreement": {"Id": 31, "Type": "Lease", "Href": ""},
        "RequestedByUserEntity": {"Type": "RentalTenant", "FirstName": "Ada", "LastName": "Abara",
            "IsCompany": false, "Id": 21, "Href": ""},
        "AssignedToUserId": 41, "TaskStatus": "InProgress", "Priority": "High", "DueDate": "2026-03-05",
        "CreatedDateTime": "2026-03-01T05:00:00Z", "LastUpdatedDateTime": "2026-03-01T07:30:00Z"})
}

pub fn work_order(id: i64, task: i64) -> Value {
    json!({"Id": id, "Task": {"Id": task, "Type": "ResidentRequest", "UnitId": 11, "Title": "Tap",
            "Status": "InProgress", "Priority": "High", "DueDate": "2026-03-05", "Href": ""},
        "Title": "Kitchen tap [Latchel #48211]", "DueDate": null, "Priority": "Unknown", "Status": "New",
        "WorkDetails": "The tap drips.", "InvoiceNumber": null, "ChargeableTo": null, "EntryAllowed": "Yes",
        "EntryNotes": "Ring first.", "VendorId": 51, "VendorNotes": null, "EntryContacts": [],
        "BillTransactionIds": [], "Amount": 0.0, "LineItems": []})
}

async fn listing(tasks: Value, work_orders_of_tasks: Value, work_orders: Value) -> Far {
    let far = Far::new().await;
    far.list("/v1/tasks", tasks).await;
    far.list_for("/v1/workorders", &[("lastupdatedfrom", "2026-02-28")], work_orders).await;
    far.list("/v1/workorders", work_orders_of_tasks).await;
    far
}

#[tokio::test]
async fn a_work_order_takes_status_assignee_and_place_from_its_task() {
    let far = listing(json!([task(71, "ResidentRequest")]), json!([work_order(81, 71)]), json!([])).await;
    let rows = all(far.platform.work_orders(window())).await;
    let one = record(&rows[0]);
    assert_eq!((one.id.as_str(), one.number.as_str(), one.title.as_str()), ("81", "81", "Kitchen tap"));
    assert_eq!(one.marker, Some(Marker::for_job(JobId(48211))));
    assert_eq!(one.status, WorkOrderStatus::Open("InProgress".to_owned()), "not the work order's own");
    assert_eq!(one.assigned_users, [UserId::new("41")]);
    assert_eq!(one.property.key(), "1/11");
    assert_eq!(one.requested_by, Some(ResidentId::new("21")));
    assert_eq!((one.severity, one.entry_allowed), (Severity::Urgent, Some(true)));
    let Freshness::Fingerprint { at_least, .. } = &one.freshness else { panic!("{:?}", one.freshness) };
    assert_eq!(*at_least, Some(instant("2026-03-01T07:30:00Z")));
    let asked = far.asked().await;
    let tasks = asked.iter().find(|one| one.starts_with("GET /v1/tasks?")).expect("the tasks");
    assert!(tasks.contains("lastupdatedfrom=2026-02-28&"), "a date, from the day before: {tasks}");
    assert_eq!(asked.len(), 3, "no call for a record alone: {asked:#?}");
}

#[tokio::test]
async fn a_changed_work_order_whose_task_did_not_change_is_a_hint() {
    let far = listing(json!([]), json!([]), json!([work_order(81, 71)])).await;
    let rows = all(far.platform.work_orders(window())).await;
    let [Row::Hint { id, fingerprint }] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(id, "81");
    far.one("/v1/workorders/81", work_order(81, 71)).await;
    far.one("/v1/tasks/71", task(71, "ResidentRequest")).await;
    let fetched = far.platform.work_orders_by_id(&[WorkOrderId::new("81")]).await.expect("rows");
    assert_eq!(record(&fetched[0]).freshness.fingerprint(), Some(fingerprint), "known again from its record");
}

#[tokio::test]
async fn words_that_are_not_known_are_harmless() {
    let mut strange = task(71, "HolidayRequest");
    strange["TaskStatus"] = json!("Paused");
    strange["Priority"] = json!("Cosmic");
    strange["RequestedByUserEntity"]["Type"] = json!("Robot");
    strange["AssignedToUserId"] = json!(0);
    let mut order = work_order(81, 71);
    order["EntryAllowed"] = json!("Perhaps");
    let far = listing(json!([strange]), json!([order]), json!([])).await;
    let rows = all(far.platform.work_orders(window())).await;
    let one = record(&rows[0]);
    assert_eq!(one.status, WorkOrderStatus::Open("Paused".to_owned()));
    assert_eq!((one.severity, one.entry_allowed), (Severity::Normal, None));
    assert_eq!((one.requested_by.as_ref(), one.assigned_users.as_slice()), (None, [].as_slice()));
}

#[tokio::test]
async fn statuses_are_closed_as_the_configuration_says() {
    for (settings, word, expected) in [
        (json!({}), "Completed", Some(ClosedStatus::Completed)),
        (json!({}), "Closed", Some(ClosedStatus::Cancelled)),
        (json!({}), "Deferred", None),
        (json!({"status": {"cancelled": "Deferred"}}), "Deferred", Some(ClosedStatus::Cancelled)),
        (json!({"status": {"cancelled": "Deferred"}}), "Closed", None),
    ] {
        let far = Far::with(settings).await;
        let mut task = task(71, "Todo");
        task["TaskStatus"] = json!(word);
        far.one("/v1/workorders/81", work_order(81, 71)).await;
        far.one("/v1/tasks/71", task).await;
        let rows = far.platform.work_orders_by_id(&[WorkOrderId::new("81")]).await.expect("rows");
        assert_eq!(record(&rows[0]).status.closed(), expected, "{word}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_task_is_said_of_its_work_orders() {
    let mut bad = task(71, "Todo");
    bad["AssignedToUserId"] = json!("nobody");
    let mut homeless = task(72, "Todo");
    homeless["Property"] = Value::Null;
    let mut association = task(73, "Todo");
    association["Property"]["Type"] = json!("Association");
    let orders = json!([work_order(81, 71), work_order(82, 72), work_order(83, 73), work_order(84, 74)]);
    let far = listing(json!([bad, homeless, association, task(74, "Todo")]), orders, json!([])).await;
    let rows = all(far.platform.work_orders(window())).await;
    assert_eq!(invalid(&rows[0]), ("81", "Task.AssignedToUserId"));
    assert_eq!(invalid(&rows[1]), ("82", "Task.Property"));
    assert!(matches!(&rows[2], Row::NotSupported { id, .. } if id == "83"), "{:?}", rows[2]);
    assert_eq!(record(&rows[3]).id.as_str(), "84");
}

#[tokio::test]
async fn by_id_one_that_is_gone_is_left_out_and_one_without_its_task_is_unreadable() {
    let far = Far::new().await;
    far.one("/v1/workorders/81", work_order(81, 71)).await;
    let ids = [WorkOrderId::new("80"), WorkOrderId::new("81")];
    let rows = far.platform.work_orders_by_id(&ids).await.expect("rows");
    assert_eq!(rows.len(), 1);
    assert_eq!(invalid(&rows[0]), ("81", "Task"));
}

#[tokio::test]
async fn a_marker_is_looked_for_by_title_and_must_be_whole() {
    let far = Far::new().await;
    let with = |id: i64, title: &str| {
        let mut one = work_order(id, 71);
        one["Title"] = json!(title);
        one
    };
    let rows = json!([
        with(81, "Tap [Latchel #5]"),
        with(82, "Tap [Latchel #55]"),
        with(83, "[Latchel #5] again"),
        with(84, "As in [Latchel #5] [Latchel #6]"),
    ]);
    far.list_for("/v1/workorders", &[("title", "[Latchel #5]")], rows).await;
    let found = far.platform.find_by_marker(&Marker::for_job(JobId(5))).await.expect("ids");
    assert_eq!(found, [WorkOrderId::new("81")]);
}
