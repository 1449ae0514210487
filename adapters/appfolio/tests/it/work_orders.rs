use latchel_sync_core::model::*;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, all, invalid, record, tenant, window, work_order};

fn changed(mut row: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().expect("an object") {
        row[name] = value.clone();
    }
    row
}

async fn read(rows: Value) -> Vec<Row<WorkOrder>> {
    let far = Far::new().await;
    far.list("work_orders", rows).await;
    all(far.platform.work_orders(window())).await
}

#[tokio::test]
async fn a_work_order_is_read_whole() {
    let rows = read(json!([work_order("9")])).await;
    let expected = WorkOrder {
        id: WorkOrderId::new("9"),
        number: "1207-1".to_owned(),
        title: "Tap drips".to_owned(),
        description: "Tap drips\nDay and night.".to_owned(),
        property: PropertyRef::new(PropertyId::new("a1"), Some(UnitId::new("b1"))),
        requested_by: None,
        assigned_users: vec![UserId::new("c1"), UserId::new("c2")],
        status: WorkOrderStatus::Open("Assigned".to_owned()),
        severity: Severity::Normal,
        scheduled_start: "2026-03-05T17:00:00Z".parse().ok(),
        entry_allowed: Some(true),
        access_instructions: None,
        marker: None,
        freshness: Freshness::Filtered,
    };
    assert_eq!(record(&rows[0]), &expected);
}

#[tokio::test]
async fn what_may_come_in_several_shapes_is_taken_in_all_of_them() {
    let rows = read(json!([
        changed(
            work_order("1"),
            json!({"AssignedUsers": [{"Id": "c1", "Name": "Team Latchel"}], "WorkOrderNumber": 17,
            "PermissionToEnter": "No", "Priority": "URGENT", "UnitId": ""})
        ),
        changed(
            work_order("2"),
            json!({"AssignedUsers": null, "WorkOrderNumber": null, "PermissionToEnter": "Perhaps",
            "Priority": "Whenever", "JobDescription": "Fence\n\nSee [Latchel #7]\n\n[Latchel #48211]"})
        ),
    ]))
    .await;
    let first = record(&rows[0]);
    assert_eq!(
        (first.number.as_str(), first.severity, first.entry_allowed),
        ("17", Severity::Urgent, Some(false))
    );
    assert_eq!((&first.assigned_users, &first.property.unit), (&vec![UserId::new("c1")], &None));
    let second = record(&rows[1]);
    assert_eq!(
        (second.number.as_str(), second.severity, second.entry_allowed),
        ("2", Severity::Normal, None)
    );
    assert!(second.assigned_users.is_empty());
    assert_eq!((second.title.as_str(), second.description.as_str()), ("Fence", "Fence\n\nSee [Latchel #7]"));
    assert_eq!(second.marker, Some(Marker::for_job(JobId(48_211))));
}

#[tokio::test]
async fn each_status_word_is_open_or_closed_and_the_words_can_be_set() {
    let completed = WorkOrderStatus::Closed(ClosedStatus::Completed);
    let cancelled = WorkOrderStatus::Closed(ClosedStatus::Cancelled);
    let words = [
        ("Completed", Some(&completed)),
        ("Completed No Need To Bill", Some(&completed)),
        ("completed no need to bill", Some(&completed)),
        ("Work Done", Some(&completed)),
        ("WorkCompleted", Some(&completed)),
        ("Ready to Bill", Some(&completed)),
        ("Canceled", Some(&cancelled)),
        ("Cancelled", Some(&cancelled)),
        ("New", None),
        ("New by AppFolio", None),
        ("Estimate Requested", None),
        ("Estimated", None),
        ("Assigned", None),
        ("Scheduled", None),
        ("Waiting", None),
        ("A word of tomorrow", None),
    ];
    let rows: Vec<_> =
        words.iter().map(|(word, _)| changed(work_order("9"), json!({ "Status": word }))).collect();
    let read = read(json!(rows)).await;
    for ((word, closed), row) in words.iter().zip(&read) {
        let open = WorkOrderStatus::Open((*word).to_owned());
        assert_eq!(&record(row).status, closed.unwrap_or(&open), "{word}");
    }

    let far = Far::with(json!({"status": {"also_completed": "Finished"}})).await;
    let rows = ["Finished", "Ready to Bill"].map(|word| changed(work_order("9"), json!({ "Status": word })));
    far.list("work_orders", json!(rows)).await;
    let read = all(far.platform.work_orders(window())).await;
    assert_eq!(record(&read[0]).status, completed);
    assert_eq!(record(&read[1]).status, WorkOrderStatus::Open("Ready to Bill".to_owned()));
}

#[tokio::test]
async fn who_asked_is_the_primary_tenant_of_the_occupancy_by_one_call_for_a_page() {
    let far = Far::new().await;
    let rows: Vec<_> =
        ["1", "2", "3"].map(|id| changed(work_order(id), json!({"OccupancyId": "e1"}))).into_iter().collect();
    far.list("work_orders", json!(rows)).await;
    let second = changed(tenant("f0", "e1", json!("b1")), json!({"PrimaryTenant": false}));
    let tenants = json!([second, tenant("f5", "e1", json!("b1")), tenant("f4", "e9", json!("b1"))]);
    far.list_for("tenants", &[("filters[UnitId]", "b1")], tenants).await;
    let read = all(far.platform.work_orders(window())).await;
    for row in &read {
        assert_eq!(record(row).requested_by, Some(ResidentId::new("f5")));
    }
    assert_eq!(far.asked().await.len(), 2);
}

#[tokio::test]
async fn a_filter_that_appfolio_does_not_know_costs_the_requester_alone() {
    let far = Far::new().await;
    far.list("work_orders", json!([changed(work_order("1"), json!({"OccupancyId": "e1", "UnitId": null}))]))
        .await;
    far.answers("GET", "tenants", ResponseTemplate::new(400)).await;
    let read = all(far.platform.work_orders(window())).await;
    assert_eq!(record(&read[0]).requested_by, None);
    assert!(far.asked().await[1].contains("filters[PropertyId]=a1"));
}

#[tokio::test]
async fn an_odd_work_order_stays_alone_and_an_id_of_another_system_is_not_asked_for() {
    let odd = changed(work_order("1"), json!({"AssignedUsers": [true]}));
    let homeless = changed(work_order("2"), json!({"PropertyId": null}));
    let rows = read(json!([odd, homeless, work_order("3")])).await;
    assert_eq!(invalid(&rows[0]), ("1", "AssignedUsers"));
    assert_eq!(invalid(&rows[1]), ("2", "PropertyId"));
    assert_eq!(record(&rows[2]).id.as_str(), "3");

    let far = Far::new().await;
    let error = far.platform.work_orders_by_id(&[WorkOrderId::new("../users")]).await.expect_err("no id");
    assert_eq!(error.kind(), latchel_sync_core::ErrorKind::Refused);
    assert!(far.asked().await.is_empty());
}
