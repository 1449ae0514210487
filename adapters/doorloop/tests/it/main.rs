//! The adapter against answers of the documented shapes (contract sheet `doorloop.md`).
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod errors;
mod far;
mod fields;
mod groups;
mod properties;
mod residents;
mod work_orders;
mod writes;

use adapter_doorloop as _;
use latchel_sync_core::{ErrorKind, FindingLevel};
use serde_json::{Map, json};
use wiremock::matchers::{any, header, path};
use wiremock::{Mock, ResponseTemplate};

use crate::far::{Far, oid};

const LISTS: [&str; 5] = ["/api/properties", "/api/units", "/api/leases/tenants", "/api/users", "/api/tasks"];

#[tokio::test]
async fn check_names_the_company_and_whose_token_it_is() {
    let far = Far::new().await;
    let me = json!({"id": oid(41), "active": true, "fullName": "Team Latchel", "firstName": "Team",
        "lastName": "Latchel", "companyName": "Example Homes", "loginEmail": "a@example.com", "role": "Owner"});
    let answer =
        ResponseTemplate::new(200).insert_header("date", "Mon, 02 Mar 2026 20:00:00 GMT").set_body_json(me);
    Mock::given(path("/api/users/me"))
        .and(header("authorization", "bearer the-token"))
        .respond_with(answer)
        .mount(&far.server)
        .await;
    for list in LISTS {
        far.list(list, json!([])).await;
    }
    let probe = far.platform.check().await.expect("a probe");
    assert_eq!(probe.account_name.as_deref(), Some("Example Homes"));
    assert!(probe.findings.iter().all(|one| one.level == FindingLevel::Ok), "{:?}", probe.findings);
    assert!(probe.findings[0].detail.contains("Team Latchel"));
    assert!(far.asked().await.iter().all(|one| one.starts_with("GET")));
}

#[tokio::test]
async fn check_names_what_the_role_may_not_see_which_is_405() {
    let far = Far::new().await;
    for list in &LISTS[..3] {
        far.list(list, json!([])).await;
    }
    let refused = ResponseTemplate::new(405).set_body_json(json!({"message": "METHOD_NOT_ALLOWED"}));
    Mock::given(any()).respond_with(refused).with_priority(9).mount(&far.server).await;
    let probe = far.platform.check().await.expect("a probe");
    let wrong: Vec<_> = probe.findings.iter().filter(|one| one.level == FindingLevel::Error).collect();
    let subjects: Vec<_> = wrong.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(subjects, ["access to users", "access to tasks"]);
    assert!(wrong.iter().all(|one| !one.remedy.is_empty() && one.detail.contains("METHOD_NOT_ALLOWED")));
}

#[tokio::test]
async fn a_bad_token_is_a_finding_and_shows_nowhere() {
    let far = Far::new().await;
    let refused = ResponseTemplate::new(401).set_body_json(json!({"message": "no such token: the-token"}));
    Mock::given(any()).respond_with(refused).mount(&far.server).await;
    let probe = far.platform.check().await.expect("a probe");
    assert_eq!(probe.findings[0].level, FindingLevel::Error);
    assert!(!format!("{probe:?} {:?}", far.platform).contains("the-token"));
}

#[tokio::test]
async fn users_have_their_whole_names() {
    let far = Far::new().await;
    let users = json!([
        {"id": oid(41), "active": true, "firstName": "Team", "lastName": "Latchel", "loginEmail": "", "role": ""},
        {"id": oid(42), "active": false, "fullName": "X Y", "firstName": "X", "lastName": "Y"},
        {"id": {}, "active": true},
    ]);
    far.list("/api/users", users).await;
    let users = far.platform.users().await.expect("users");
    let read: Vec<_> = users.iter().map(|one| (one.name.as_str(), one.is_active)).collect();
    assert_eq!(read, [("Team Latchel", true), ("X Y", false)]);
}

#[test]
fn a_setting_that_cannot_be_used_is_named() {
    for (key, value, named) in [
        ("status", json!({"done": "COMPLETED"}), "status.done"),
        ("work_order_types", json!("WORK_ORDER, CHORE"), "work_order_types"),
        ("work_order_types", json!(" , "), "work_order_types"),
        ("calls_per_hour", json!(0), "calls_per_hour"),
    ] {
        let values = Map::from_iter([(key.to_owned(), value)]);
        let error = Far::connect(values).expect_err(named);
        assert_eq!((error.kind(), error.context("key")), (ErrorKind::Config, Some(named)));
    }
}
