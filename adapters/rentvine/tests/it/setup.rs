//! Credentials, permissions, users, and what errors say.

use latchel_sync_core::model::WorkOrderId;
use latchel_sync_core::{Error, ErrorKind, Finding, FindingLevel};
use serde_json::{Map, Value, json};
use wiremock::matchers::{any, header};
use wiremock::{Mock, ResponseTemplate};

use crate::far::{Far, STATUSES, serve_empty_otherwise, statuses};

/// `the-access_key:the-secret`.
const KEY: &str = "Basic dGhlLWFjY2Vzc19rZXk6dGhlLXNlY3JldA==";
const TECHNICIANS: &str = "maintenance-technicians";

fn wrong(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|one| one.level == FindingLevel::Error).collect()
}

#[tokio::test]
async fn check_reads_and_names_the_statuses_that_it_would_write() {
    let far = Far::new().await;
    let page = |rows: Value| {
        ResponseTemplate::new(200).insert_header("date", "Mon, 02 Mar 2026 20:00:00 GMT").set_body_json(rows)
    };
    Mock::given(header("authorization", KEY))
        .respond_with(page(json!([])))
        .with_priority(9)
        .mount(&far.server)
        .await;
    far.list(STATUSES, statuses()).await;
    far.list(TECHNICIANS, json!([{"contact": {"userID": "41", "name": "Team Latchel"}}])).await;
    let probe = far.platform.check().await.expect("a probe");
    assert!(wrong(&probe.findings).is_empty(), "{:?}", probe.findings);
    let details: Vec<_> = probe.findings.iter().map(|one| one.detail.as_str()).collect();
    assert_eq!(details, ["accepted", "Open (id 12)", "Closed (id 13)", "Cancelled (id 15)"]);
    assert!(far.asked().await.iter().all(|one| one.starts_with("GET")));
}

#[tokio::test]
async fn check_names_what_the_role_may_not_read_and_statuses_that_are_missing() {
    let far = Far::new().await;
    far.answers("GET", "leases/export", ResponseTemplate::new(403)).await;
    far.list(STATUSES, json!([statuses()[1], statuses()[2]])).await;
    serve_empty_otherwise(&far).await;
    let probe = far.platform.check().await.expect("a probe");
    let wrong = wrong(&probe.findings);
    let subjects: Vec<_> = wrong.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(subjects, ["access to leases/export", "status for cancelled"]);
    assert!(wrong.iter().all(|one| !one.remedy.is_empty()));
    let users = probe.findings.iter().find(|one| one.subject == "users").expect("nobody can be assigned");
    assert_eq!(users.level, FindingLevel::Warning);
}

#[tokio::test]
async fn a_bad_key_is_a_finding_and_shows_nowhere() {
    let far = Far::new().await;
    let said = json!({"error": format!("{KEY} and the-secret are wrong")});
    let refused = ResponseTemplate::new(401).set_body_json(said);
    Mock::given(any()).respond_with(refused).mount(&far.server).await;
    let probe = far.platform.check().await.expect("a probe");
    assert_eq!(wrong(&probe.findings).len(), 1);
    let shown = format!("{probe:?} {:?}", far.platform);
    assert!(!shown.contains("the-secret") && !shown.contains(KEY), "{shown}");
}

#[tokio::test]
async fn users_are_technicians_with_a_user_id_and_those_that_the_settings_name() {
    let far =
        Far::with(json!({"users": {"Latchel Desk": "9", "Robin Keeper": "42", "Old Latchel": "43"}})).await;
    far.list(TECHNICIANS, json!([
        {"contact": {"contactID": "500", "userID": "41", "name": "Team Latchel", "isActive": "1"}},
        {"userID": 42, "firstName": "Robin", "lastName": "Twice"},
        {"technician": {"technicianID": "7"}, "user": {"userID": "43", "firstName": "Pat", "lastName": "Gone", "isActive": "0"}},
        {"contact": {"contactID": "501", "name": "has no user"}},
        null,
    ])).await;
    let users = far.platform.users().await.expect("users");
    let read: Vec<_> = users.iter().map(|one| (one.id.as_str(), one.name.as_str(), one.is_active)).collect();
    assert_eq!(
        read,
        [
            ("9", "Latchel Desk", true),
            ("43", "Old Latchel", false),
            ("42", "Robin Keeper", true),
            ("41", "Team Latchel", true),
        ]
    );
}

async fn refused(answer: ResponseTemplate) -> Error {
    let far = Far::new().await;
    Mock::given(any()).respond_with(answer).mount(&far.server).await;
    far.platform.work_orders_by_id(&[WorkOrderId::new("../1")]).await.expect_err("another place");
    let asked = far.platform.users().await;
    asked.expect_err("refused")
}

#[tokio::test]
async fn words_are_read_from_either_of_the_shapes_that_are_known() {
    for (body, said) in [
        (json!({"error": "Unknown status."}), Some("Unknown status.")),
        (
            json!({"charges[0].ledgerID": ["Payer is Invalid", "Odd"]}),
            Some("charges[0].ledgerID: Payer is Invalid, Odd"),
        ),
        (json!({"propertyID": ["is required"], "unitID": []}), Some("propertyID: is required")),
        (json!(["No."]), Some("No.")),
        (Value::Null, None),
    ] {
        let error = refused(ResponseTemplate::new(400).set_body_json(&body)).await;
        assert_eq!((error.kind(), error.context("answer")), (ErrorKind::Refused, said), "{body}");
    }
    let silent = refused(ResponseTemplate::new(401)).await;
    assert_eq!((silent.kind(), silent.context("answer")), (ErrorKind::Unauthorized, None));
}

#[test]
fn a_setting_that_cannot_be_used_is_named() {
    for (key, value, named) in [
        ("status", json!({"done": "Closed"}), "status.done"),
        ("time_zone", json!("Moon/Tranquility"), "time_zone"),
        ("page_size", json!(0), "page_size"),
        ("calls_per_second", json!(0), "calls_per_second"),
        ("users", json!({"Latchel": 9}), "users.Latchel"),
    ] {
        let values =
            Map::from_iter([("base_url".to_owned(), json!("https://x.example")), (key.to_owned(), value)]);
        let error = Far::connect(values).expect_err(named);
        assert_eq!((error.kind(), error.context("key")), (ErrorKind::Config, Some(named)));
    }
}
