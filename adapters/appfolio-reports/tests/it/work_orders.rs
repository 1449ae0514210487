use latchel_sync_core::model::*;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, all, far, invalid, record, tenant, window, work_order};

async fn read(rows: Value) -> Vec<Row<WorkOrder>> {
    let far = far(&[("work_order", rows)]).await;
    all(far.platform.work_orders(window())).await
}

async fn one(change: impl FnOnce(&mut Value)) -> WorkOrder {
    let mut row = work_order(81);
    change(&mut row);
    record(&read(json!([row])).await[0]).clone()
}

#[tokio::test]
async fn a_work_order_arrives_with_all_that_the_report_has() {
    let one = one(|_| {}).await;
    assert_eq!((one.id.as_str(), one.number.as_str()), ("81", "1207-1"));
    assert_eq!((one.title.as_str(), one.description.as_str()), ("Tap drips", "Tap drips\nDay and night."));
    assert_eq!((one.property.key().as_str(), one.requested_by), ("1/11", None));
    assert_eq!(one.status, WorkOrderStatus::Open("Assigned".to_owned()));
    assert_eq!(one.assigned_users, [UserId::new("Latchel"), UserId::new("Ann Lee")], "and no vendor");
    assert_eq!(one.scheduled_start, "2026-03-05T17:00:00Z".parse().ok());
    assert_eq!((one.entry_allowed, one.access_instructions.as_deref()), (None, Some("Ring twice")));
    let entered = "2026-03-01T18:00:00Z".parse().ok();
    assert!(matches!(one.freshness, Freshness::Fingerprint { at_least, .. } if at_least == entered));
}

#[tokio::test]
async fn a_time_that_names_no_zone_is_the_accounts_as_a_day_is() {
    for (told, at) in [
        ("2026-03-01T18:00:00Z", Some("2026-03-01T18:00:00Z")),
        ("2026-03-01T18:00:00-05:00", Some("2026-03-01T23:00:00Z")),
        ("2026-03-01 18:00:00", Some("2026-03-02T02:00:00Z")),
        ("2026-03-01T18:00:00", Some("2026-03-02T02:00:00Z")),
        ("soon", None),
    ] {
        let one = one(|row| (row["created_at"], row["scheduled_start"]) = (json!(told), json!(told))).await;
        let at = at.and_then(|at| at.parse().ok());
        assert_eq!(one.scheduled_start, at, "{told}");
        assert!(matches!(one.freshness, Freshness::Fingerprint { at_least, .. } if at_least == at), "{told}");
    }
    let day = one(|row| row["created_at"] = json!("2026-03-01")).await;
    let end = "2026-03-02T07:59:59Z".parse().ok();
    assert!(matches!(day.freshness, Freshness::Fingerprint { at_least, .. } if at_least == end));
}

#[tokio::test]
async fn a_work_order_without_a_unit_is_at_its_property_and_one_without_that_is_none_to_sync() {
    for nothing in [json!(null), json!(""), json!(0)] {
        assert_eq!(one(|row| row["unit_id"] = nothing).await.property.key(), "1");
    }
    let mut row = work_order(81);
    row["property_id"] = json!(null);
    let rows = read(json!([row])).await;
    assert!(matches!(&rows[..], [Row::NotSupported { id, .. }] if id == "81"), "{rows:?}");
}

#[tokio::test]
async fn words_of_statuses_and_priorities_are_read_as_they_are_meant() {
    let closed = |status| WorkOrderStatus::Closed(status);
    for (word, status) in [
        ("Completed No Need To Bill", closed(ClosedStatus::Completed)),
        ("ready to bill", closed(ClosedStatus::Completed)),
        ("Canceled", closed(ClosedStatus::Cancelled)),
        ("Awaiting Moonlight", WorkOrderStatus::Open("Awaiting Moonlight".to_owned())),
    ] {
        assert_eq!(one(|row| row["status"] = json!(word)).await.status, status);
    }
    for (word, severity) in [
        ("Emergency", Severity::Emergency),
        ("urgent", Severity::Urgent),
        ("Low", Severity::Normal),
        ("Moonlit", Severity::Normal),
    ] {
        assert_eq!(one(|row| row["priority"] = json!(word)).await.severity, severity, "{word}");
    }
}

#[tokio::test]
async fn texts_come_from_the_job_else_from_the_request_and_a_marker_is_no_text() {
    let asked = one(|row| {
        row["job_description"] = json!(" ");
        row["service_request_description"] = json!("It drips");
    });
    assert_eq!(asked.await.description, "It drips");
    let ours = one(|row| row["job_description"] = json!("Tap drips\n\n[Latchel #48211]")).await;
    assert_eq!((ours.description.as_str(), ours.marker), ("Tap drips", Some(Marker::for_job(JobId(48_211)))));
    assert_eq!(one(|row| row["work_order_number"] = json!(null)).await.number, "81");
}

#[tokio::test]
async fn who_asked_is_the_tenant_of_the_name_else_the_primary_one_of_the_occupancy() {
    let mut other = tenant(22, 1, 11);
    (other["occupancy_id"], other["primary_tenant"]) = (json!("9021"), json!("No"));
    for (column, value, asked) in [
        ("requesting_tenant", json!("Ada A22"), Some("22")),
        ("requesting_tenant", json!("A22, Ada"), Some("22")),
        ("requesting_tenant", json!("Somebody Else"), Some("21")),
        ("submitted_by_tenant", json!("Yes"), Some("21")),
        ("work_order_type", json!("Resident"), Some("21")),
        ("work_order_type", json!("Unit Turn"), None),
    ] {
        let mut row = work_order(81);
        (row["occupancy_id"], row[column]) = (json!(9_021), value.clone());
        let tenants = json!([other, tenant(21, 1, 11)]);
        let far = far(&[("work_order", json!([row, work_order(82)])), ("tenant_directory", tenants)]).await;
        let rows = all(far.platform.work_orders(window())).await;
        assert_eq!(record(&rows[0]).requested_by, asked.map(ResidentId::new), "{column}: {value}");
        assert_eq!(far.asked().await.len(), 1 + usize::from(asked.is_some()), "only if anybody did");
    }
}

#[tokio::test]
async fn a_directory_that_may_not_be_read_costs_the_requesters_alone() {
    let far = Far::new().await;
    let mut row = work_order(81);
    (row["occupancy_id"], row["requesting_tenant"]) = (json!(9_021), json!("Ada"));
    far.list("work_order", json!([row])).await;
    far.answers("GET", "tenant_directory", ResponseTemplate::new(403)).await;
    let rows = all(far.platform.work_orders(window())).await;
    assert_eq!(record(&rows[0]).requested_by, None);
}

#[tokio::test]
async fn those_asked_for_are_found_while_they_are_open() {
    let mut nameless = work_order(0);
    nameless["work_order_id"] = json!(null);
    let far = far(&[("work_order", json!([work_order(81), work_order(82), nameless]))]).await;
    let rows = far.platform.work_orders_by_id(&["82", "83"].map(WorkOrderId::new)).await.expect("rows");
    assert_eq!(record(&rows[0]).id.as_str(), "82");
    assert_eq!((rows.len(), invalid(&rows[1]).1), (2, "work_order_id"));
    far.server.reset().await;
    assert!(far.platform.work_orders_by_id(&[]).await.expect("rows").is_empty());
}

#[tokio::test]
async fn users_are_those_whom_the_settings_name_and_those_to_whom_work_is_assigned() {
    let far = Far::with(json!({"users": "Latchel, Robin Keeper"})).await;
    let mut other = work_order(82);
    other["assigned_user"] = json!(["Bo Berg", 7]);
    far.list("work_order", json!([work_order(81), other, {"work_order_id": 83}])).await;
    let users = far.platform.users().await.expect("users");
    let names: Vec<_> = users.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["7", "Ann Lee", "Bo Berg", "Latchel", "Robin Keeper"]);
    assert!(users.iter().all(|one| one.id.as_str() == one.name && one.is_active));
    assert_eq!(users.iter().filter(|one| one.is_latchel()).count(), 1);
}
