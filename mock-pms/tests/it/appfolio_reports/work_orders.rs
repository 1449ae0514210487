//! Work orders: the open ones, unless the filter of statuses counts.

use mock_pms::world::TaskStatus;
use mock_pms::{Dialect, Switch};
use serde_json::{Value, json};

use super::{Reports, column, with};

#[tokio::test]
async fn open_ones_are_shown_with_their_numbers_and_names_of_people() {
    let server = Reports::start().await;
    let rows = server.all("work_order").await;
    assert_eq!(column(&rows, "work_order_id"), ["81", "83"], "82 is completed");
    assert_eq!(column(&rows, "work_order_number"), ["71-1", "71-2"]);
    let tap = &rows[0];
    assert_eq!((&tap["service_request_number"], &tap["service_request_id"]), (&json!("71"), &json!("71")));
    assert_eq!((&tap["property_id"], &tap["unit_id"]), (&json!("1"), &json!("11")));
    assert_eq!((&tap["status"], &tap["assigned_user"]), (&json!("Scheduled"), &json!("Team Latchel")));
    assert_eq!(
        (&tap["job_description"], &tap["priority"]),
        (&json!("The tap in the kitchen drips."), &json!("Urgent"))
    );
    assert_eq!(
        (&tap["requesting_tenant"], &tap["submitted_by_tenant"]),
        (&json!("Abara, Ada"), &json!("Yes"))
    );
    assert_eq!(
        (&tap["occupancy_id"], &tap["unit_address"]),
        (&json!("31"), &json!("12 Elm Street Unit 101 Portland, OR 97201"))
    );
    assert_eq!((&tap["completed_on"], &tap["canceled_on"]), (&Value::Null, &Value::Null));
    assert_eq!(Dialect::APPFOLIO_REPORTS.work_order("81"), Some(81));
}

#[tokio::test]
async fn it_was_created_on_a_day_there_or_at_an_instant() {
    let created = |server: Reports| async move { server.all("work_order").await[0]["created_at"].clone() };
    assert_eq!(
        created(Reports::start().await).await,
        "2026-02-28",
        "five in the morning, UTC, is evening there"
    );
    let exact = Reports::with(&[("creation-days", Switch::Off)]).await;
    assert_eq!(created(exact).await, "2026-03-01T05:10:00Z");
}

#[tokio::test]
async fn closed_ones_disappear_and_the_filter_of_statuses_counts_or_does_not() {
    let closed = json!({ "work_order_statuses": ["4", "5", "7"] });
    let server = Reports::start().await;
    assert_eq!(server.rows("work_order", closed.clone()).await, server.all("work_order").await);
    let server = Reports::with(&[("status-filter", Switch::On)]).await;
    let rows = server.rows("work_order", closed.clone()).await;
    assert_eq!(column(&rows, "work_order_id"), ["82"]);
    assert_eq!((&rows[0]["status"], &rows[0]["completed_on"]), (&json!("Completed"), &json!("2026-02-27")));
    assert_eq!(column(&server.all("work_order").await, "work_order_id"), ["81", "83"]);
    server.0.edit(|world| {
        let close = |_: &mut _, task: &mut mock_pms::world::Task| task.status = TaskStatus::Closed;
        world.change_maintenance(83, close).expect("the work order");
    });
    let rows = server.rows("work_order", closed).await;
    assert_eq!(with(&rows, "work_order_id", "83")["canceled_on"], "2026-03-02");
    assert!(server.all("work_order").await.is_empty(), "its task has both");
}

#[tokio::test]
async fn a_span_of_days_is_of_creation_or_of_closing() {
    let every: Vec<_> = (0..13).map(|code| code.to_string()).collect();
    let server = Reports::with(&[("status-filter", Switch::On)]).await;
    for (kind, from, to, found) in [
        ("0", "2026-03-01", "2026-03-02", vec!["83"]),
        ("created_at", "2026-02-20", "2026-02-28", vec!["81", "82"]),
        ("completed_on", "2026-02-27", "2026-03-02", vec!["82"]),
        ("all", "2026-02-27", "2026-02-28", vec!["81", "82"]),
    ] {
        let asked = json!({ "work_order_statuses": every, "status_date": kind,
            "status_date_range_from": from, "status_date_range_to": to });
        assert_eq!(column(&server.rows("work_order", asked).await, "work_order_id"), found, "{kind}");
    }
}

#[tokio::test]
async fn those_of_one_property_or_unit_can_be_asked_for() {
    let server = Reports::start().await;
    for (filter, found) in [
        (json!({ "property": { "property_id": "1" } }), 2),
        (json!({ "property": { "property_id": 2 } }), 0),
        (json!({ "property_id": 2 }), 2),
        (json!({ "unit_ids": ["11"] }), 2),
        (json!({ "unit_ids": ["12"] }), 0),
    ] {
        assert_eq!(server.rows("work_order", filter.clone()).await.len(), found, "{filter}");
    }
}

#[tokio::test]
async fn several_assignees_are_in_one_text() {
    let server = Reports::start().await;
    server.0.edit(|world| {
        let both = |_: &mut _, task: &mut mock_pms::world::Task| task.also_assigned_to = vec![42, 43];
        world.change_maintenance(81, both).expect("the work order");
    });
    assert_eq!(
        server.all("work_order").await[0]["assigned_user"],
        "Team Latchel, Robin Keeper, Former Colleague"
    );
}

#[tokio::test]
async fn an_answer_can_be_odd() {
    let server = Reports::start().await;
    server.0.edit(|world| {
        let odd =
            json!({ "kind": "work_order", "id": 81, "set": { "unit_id": "eleven" }, "remove": ["status"] });
        world.raw_overrides.push(serde_json::from_value(odd).expect("an override"));
    });
    let rows = server.all("work_order").await;
    assert_eq!((&rows[0]["unit_id"], rows[0].get("status")), (&json!("eleven"), None));
}
