//! Plans: which requests they choose, and what is said of a mistake in one.

use axum::http::Method;
use mock_pms::{Fault, FaultPlan, FaultRule, Side};
use serde_json::{Value, json};

use super::{Faulty, PLATFORM};
use crate::client::raw;

/// For each of so many requests for rentals: true if the plan refuses it.
async fn refused(faulty: &Faulty, requests: usize) -> Vec<bool> {
    let mut refused = Vec::new();
    for _ in 0..requests {
        refused.push(faulty.rentals().await.expect("an answer").status == 503);
    }
    refused
}

fn failing() -> FaultRule {
    FaultRule::always(Fault::Status { status: 503, retry_after: None })
}

#[tokio::test]
async fn rules_choose_by_side_method_path_call_and_number() {
    let rule = FaultRule {
        side: Some(Side::Platform),
        method: Some("get".to_owned()),
        path: Some("/v1/rentals".to_owned()),
        calls: vec![2, 3, 5],
        times: Some(2),
        ..failing()
    };
    let faulty = Faulty::by(FaultPlan { seed: 0, faults: vec![rule] }).await;
    faulty.name().await;
    faulty.platform(Method::GET, "/v1/leases", Value::Null).await.expect("an answer");
    assert_eq!(refused(&faulty, 6).await, [false, true, true, false, false, false]);
}

#[tokio::test]
async fn the_first_rule_happens_and_the_others_count_all_the_same() {
    let first = FaultRule { calls: vec![1], ..FaultRule::always(Fault::Latency { ms: 0 }) };
    let second = FaultRule { calls: vec![1, 2], ..failing() };
    let faulty = Faulty::by(FaultPlan { seed: 0, faults: vec![first, second] }).await;
    assert_eq!(refused(&faulty, 3).await, [false, true, false]);
}

#[tokio::test]
async fn chance_is_about_as_often_as_asked_and_the_same_for_the_same_seed() {
    let by = |seed| async move {
        let rule = FaultRule { probability: Some(0.25), ..failing() };
        refused(&Faulty::by(FaultPlan { seed, faults: vec![rule] }).await, 200).await
    };
    let one = by(1).await;
    let count = one.iter().filter(|refused| **refused).count();
    assert!((30..=70).contains(&count), "{count} of 200");
    assert_eq!(one, by(1).await);
    assert_ne!(one, by(2).await);
}

/// Message of the admin API about a plan; empty if it takes it.
async fn put(faulty: &Faulty, plan: &str) -> String {
    let url = format!("{}/_mock/faults", faulty.0.admin_url());
    let answer = raw(Method::PUT, &url, PLATFORM, plan.to_owned()).await.expect("an answer");
    match answer.status {
        204 => String::new(),
        400 => answer.json()["error"].as_str().expect("a message").to_owned(),
        other => panic!("{other}: {}", answer.text()),
    }
}

#[tokio::test]
async fn a_plan_is_replaced_over_the_admin_api() {
    let faulty = Faulty::by(FaultPlan::default()).await;
    let plan = json!({ "seed": 3, "faults": [{ "times": 1, "fault": { "kind": "status", "status": 503 } }] });
    assert_eq!(put(&faulty, &plan.to_string()).await, "");
    assert_eq!(refused(&faulty, 2).await, [true, false]);
    let url = format!("{}/_mock/faults", faulty.0.admin_url());
    let shown = raw(Method::GET, &url, &[], String::new()).await.expect("an answer").json();
    assert_eq!((&shown["seed"], &shown["faults"][0]["fault"]["status"]), (&json!(3), &json!(503)));
    assert_eq!(put(&faulty, r#"{ "faults": [] }"#).await, "");
    assert_eq!(refused(&faulty, 1).await, [false]);
}

#[tokio::test]
async fn a_mistake_is_named_with_its_place_and_the_plan_stays_as_it_was() {
    let kept = FaultPlan { seed: 9, faults: vec![failing()] };
    let faulty = Faulty::by(kept.clone()).await;
    let fine = r#"{ "fault": { "kind": "html" } }"#;
    for (rule, message) in [
        (
            r#"{ "fault": { "kind": "htlm" } }"#,
            "faults[1].fault.kind: unknown variant `htlm`, expected one of",
        ),
        (r#"{ "fault": { "kind": "latency" } }"#, "faults[1].fault: missing field `ms`"),
        (r#"{ "fault": { "kind": "latency", "seconds": 1 } }"#, "faults[1].fault: unknown field `seconds`"),
        (r#"{ "fault": { "kind": "html", "seconds": 1 } }"#, "faults[1].fault: unknown field `seconds`"),
        (
            r#"{ "fault": { "kind": "status", "status": 200 } }"#,
            "faults[1].fault.status: 200 is not from 400",
        ),
        (r#"{ "probabilty": 1, "fault": { "kind": "html" } }"#, "faults[1].probabilty: unknown field"),
        (r#"{ "probability": 1.5, "fault": { "kind": "html" } }"#, "faults[1].probability: 1.5 is not"),
        (r#"{ "side": "buildium", "fault": { "kind": "html" } }"#, "faults[1].side: unknown variant"),
        (r#"{ "method": "FETCH", "fault": { "kind": "html" } }"#, "faults[1].method: \"FETCH\" is no method"),
        (r#"{ "path": "v1/jobs", "fault": { "kind": "html" } }"#, "faults[1].path: \"v1/jobs\" must begin"),
        (r#"{ "calls": [0], "fault": { "kind": "html" } }"#, "faults[1].calls: calls are counted from 1"),
        (r#"{ "calls": 3, "fault": { "kind": "html" } }"#, "faults[1].calls: invalid type"),
    ] {
        let plan = format!(r#"{{ "seed": 1, "faults": [{fine}, {rule}] }}"#);
        let said = put(&faulty, &plan).await;
        assert!(said.starts_with(message), "{rule}: {said}");
        let error = FaultPlan::from_json(&plan).expect_err("the same from Rust").to_string();
        assert_eq!(error, said);
    }
    assert!(put(&faulty, "{").await.contains("EOF"));
    assert!(put(&faulty, r#"{ "faults": [] } more"#).await.contains("trailing"));
    assert_eq!(refused(&faulty, 1).await, [true]);

    let missing = FaultPlan::from_file("/nowhere/faults.json").expect_err("no such file").to_string();
    assert!(missing.starts_with("faults file /nowhere/faults.json: "), "{missing}");
}
