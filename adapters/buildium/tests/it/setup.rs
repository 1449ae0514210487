use latchel_sync_core::{ErrorKind, FindingLevel};
use serde_json::{Map, json};
use wiremock::matchers::{any, header, path};
use wiremock::{Mock, ResponseTemplate};

use crate::far::Far;

const LISTS: [&str; 7] = [
    "/v1/rentals",
    "/v1/leases",
    "/v1/leases/tenants",
    "/v1/users",
    "/v1/tasks",
    "/v1/workorders",
    "/v1/vendors",
];

async fn ready() -> Far {
    let far = Far::new().await;
    let account = ResponseTemplate::new(200)
        .insert_header("date", "Mon, 02 Mar 2026 20:00:00 GMT")
        .set_body_json(json!({"Id": 1, "CompanyName": "Example Homes"}));
    Mock::given(path("/v1/administration/account"))
        .and(header("x-buildium-client-id", "the-client_id"))
        .and(header("x-buildium-client-secret", "the-client_secret"))
        .respond_with(account)
        .mount(&far.server)
        .await;
    far
}

#[tokio::test]
async fn check_names_the_account_and_the_vendor() {
    let far = ready().await;
    let latchel = json!([{"Id": 51, "IsActive": true, "CompanyName": "Latchel"}]);
    far.list("/v1/vendors", latchel).await;
    for list in &LISTS[..6] {
        far.list(list, json!([])).await;
    }
    let probe = far.platform.check().await.expect("a probe");
    assert_eq!(probe.account_name.as_deref(), Some("Example Homes"));
    assert!(probe.findings.iter().all(|one| one.level == FindingLevel::Ok), "{:?}", probe.findings);
}

#[tokio::test]
async fn check_names_each_missing_permission_and_the_missing_vendor() {
    let far = ready().await;
    far.list("/v1/vendors", json!([])).await;
    for list in &LISTS[..4] {
        far.list(list, json!([])).await;
    }
    Mock::given(any()).respond_with(ResponseTemplate::new(403)).with_priority(9).mount(&far.server).await;
    let probe = far.platform.check().await.expect("a probe");
    let wrong: Vec<_> = probe
        .findings
        .iter()
        .filter(|one| one.level == FindingLevel::Error)
        .map(|one| &one.subject)
        .collect();
    assert_eq!(wrong, ["permission for v1/tasks", "permission for v1/workorders", "vendor"]);
    assert!(probe.findings.iter().all(|one| one.level == FindingLevel::Ok || !one.remedy.is_empty()));
}

#[tokio::test]
async fn a_bad_key_is_a_finding_and_a_platform_that_is_down_an_error() {
    let far = Far::new().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(401)).mount(&far.server).await;
    let probe = far.platform.check().await.expect("a probe");
    assert_eq!(probe.findings[0].level, FindingLevel::Error);
    assert!(!format!("{probe:?} {:?}", far.platform).contains("the-client_secret"));

    let mut values = Map::new();
    values.insert("base_url".to_owned(), json!("http://127.0.0.1:9"));
    let error = Far::connect(values).expect("an adapter").check().await.expect_err("nobody is there");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn users_are_staff_with_their_whole_names() {
    let far = Far::new().await;
    let user = |id: i64, last: &str, active: bool| json!({"Id": id, "UserTypes": ["Staff"], "IsActive": active, "FirstName": "Team", "LastName": last});
    far.list_for(
        "/v1/users",
        &[("usertypes", "Staff")],
        json!([user(41, "Latchel", true), user(42, "X", false)]),
    )
    .await;
    let users = far.platform.users().await.expect("users");
    let read: Vec<_> = users.iter().map(|one| (one.id.as_str(), one.name.as_str(), one.is_active)).collect();
    assert_eq!(read, [("41", "Team Latchel", true), ("42", "Team X", false)]);
}

#[test]
fn a_setting_that_is_not_known_is_named() {
    let mut values = Map::new();
    values.insert("status".to_owned(), json!({"done": "Completed"}));
    let error = Far::connect(values).expect_err("an unknown key");
    assert_eq!((error.kind(), error.context("key")), (ErrorKind::Config, Some("status.done")));
}
