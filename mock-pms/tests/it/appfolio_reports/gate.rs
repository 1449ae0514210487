//! Requests that are let in, and what there is not.

use axum::http::Method;
use mock_pms::{Options, Purpose};
use serde_json::{Value, json};

use super::{KEY, Reports, path};
use crate::client::{JSON, example};

#[tokio::test]
async fn the_credentials_are_checked_first() {
    let server = Reports::start().await;
    for headers in [vec![JSON], vec![JSON, ("authorization", "Basic eDp5")]] {
        let answer = server.ask(Method::POST, &path("no_such"), &headers, "{}".to_owned()).await;
        assert_eq!(answer.status, 401, "{headers:?}");
        assert!(answer.json()["message"][0].is_string());
    }
}

#[tokio::test]
async fn a_report_that_does_not_exist_is_told_from_one_that_is_denied() {
    let mut world = example();
    world.platform.account.denied = vec!["work_orders".to_owned()];
    let server = Reports::of(world, Options::unlimited()).await;
    let unknown = server.post(&path("work_orders"), &json!({})).await;
    assert_eq!((unknown.status, unknown.json()), (400, json!({"message": ["Id is not a valid report."]})));
    assert_eq!(server.post(&path("work_order"), &json!({})).await.status, 403);
    assert_eq!(server.post(&path("unit_directory"), &json!({})).await.status, 200);
    let other = server.post(&path("vendor_directory"), &json!({})).await;
    assert_eq!(other.status, 501, "one that the real system has");
}

#[tokio::test]
async fn everything_but_a_post_for_a_report_is_a_bare_404() {
    let server = Reports::start().await;
    let report = path("work_order");
    for (method, path) in [
        (Method::GET, report.as_str()),
        (Method::PUT, &report),
        (Method::DELETE, &report),
        (Method::POST, "/api/v2/reports/work_order"),
        (Method::GET, "/api/v2/work_orders/81"),
        (Method::POST, "/api/v0/work_orders"),
    ] {
        let answer = server.ask(method.clone(), path, &[KEY, JSON], "{}".to_owned()).await;
        assert_eq!((answer.status, answer.text().as_str()), (404, ""), "{method} {path}");
    }
}

#[tokio::test]
async fn a_body_has_to_be_an_object_in_json_that_says_so() {
    let server = Reports::start().await;
    for (headers, body, status) in [
        (vec![KEY, JSON], "{}", 200),
        (vec![KEY], "{}", 406),
        (vec![KEY, JSON], "", 400),
        (vec![KEY, JSON], "property_visibility=all", 400),
        (vec![KEY, JSON], "[]", 400),
    ] {
        let answer = server.ask(Method::POST, &path("unit_directory"), &headers, body.to_owned()).await;
        assert_eq!(answer.status, status, "{headers:?} {body}");
    }
}

#[tokio::test]
async fn nothing_is_a_write() {
    let server = Reports::start().await;
    server.all("work_order").await;
    server.post("/api/v0/work_orders", &json!({})).await;
    let purposes: Vec<_> = server.0.requests().iter().map(|request| request.purpose).collect();
    assert_eq!(purposes, [Purpose::Read, Purpose::Write], "what is no report would be one elsewhere");
}

#[tokio::test]
async fn filters_that_it_does_not_know_are_ignored() {
    let server = Reports::start().await;
    let all = server.all("unit_directory").await;
    for filter in [
        json!({ "updated_at_from": "2026-03-02T00:00:00Z" }),
        json!({ "property_id": 2 }),
        json!({ "properties": { "property_ids": ["2"] } }),
        json!({ "unit_visibility": "everything" }),
    ] {
        assert_eq!(server.rows("unit_directory", filter.clone()).await, all, "{filter}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_eighth_first_call_within_fifteen_seconds_is_refused_and_later_pages_are_exempt() {
    let mut world = example();
    world.platform.account.quirks.insert("short-pages".to_owned(), mock_pms::Switch::On);
    let server = Reports::of(world, Options::default()).await;
    let report = path("unit_directory");
    for call in 1..=8 {
        let answer = server.post(&report, &json!({})).await;
        assert_eq!(answer.status, if call == 8 { 429 } else { 200 }, "{call}");
        assert_eq!(answer.header("retry-after"), None);
    }
    let later = format!("{report}?run=%7B%7D&page=1");
    for _ in 0..10 {
        let answer = server.post(&later, &json!({})).await;
        assert_eq!((answer.status, &answer.json()["results"]), (200, &json!([])));
    }
    assert_eq!(server.post(&report, &json!({})).await.status, 429);
    tokio::time::advance(std::time::Duration::from_secs(15)).await;
    assert_eq!(server.post(&report, &json!({})).await.status, 200);
}

#[tokio::test]
async fn a_planned_fault_is_told_as_the_system_tells_errors() {
    let server = Reports::start().await;
    let plan = json!({ "seed": 1, "faults": [
        { "side": "platform", "calls": [1], "fault": { "kind": "status", "status": 500 } },
        { "side": "platform", "calls": [2], "fault": { "kind": "doubled_row" } },
        { "side": "platform", "calls": [3], "fault": { "kind": "garbled", "text": "102" } }
    ] });
    server.0.set_faults(mock_pms::FaultPlan::from_json(&plan.to_string()).expect("a plan"));
    let failed = server.post(&path("unit_directory"), &json!({})).await;
    assert_eq!((failed.status, failed.json()), (500, json!({"message": ["A planned fault."]})));
    assert_eq!(server.all("unit_directory").await.len(), 3, "one twice");
    let garbled = server.all("unit_directory").await;
    assert_eq!(super::column(&garbled, "unit_id"), [json!(11), json!(12)]);
    assert_eq!((&garbled[0]["unit_name"], &garbled[1]["unit_name"]), (&json!("101"), &json!({"odd": true})));
    assert!(garbled.iter().all(|row| row["unit_street"] != Value::Null));
}
