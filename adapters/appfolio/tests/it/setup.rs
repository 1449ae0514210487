use latchel_sync_core::{ErrorKind, FindingLevel};
use serde_json::{Map, Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, property, tenant, unit, work_order};

fn user(id: &str, last: &str, role: Value) -> Value {
    json!({"Id": id, "FirstName": "Team", "LastName": last, "Email": "x@example.com", "UserRole": role})
}

async fn ready(users: Value) -> Far {
    let far = Far::new().await;
    far.list("properties", json!([property("a1", Value::Null)])).await;
    far.list("units", json!([unit("b1", "a1")])).await;
    far.list("tenants", json!([tenant("f1", "g1", json!("b1"))])).await;
    far.list("users", users).await;
    far.list("work_orders", json!([work_order("9")])).await;
    far
}

#[tokio::test]
async fn check_finds_everything_as_it_should_be() {
    let far = ready(json!([user("c1", "Latchel", json!("Maintenance Tech"))])).await;
    let probe = far.platform.check().await.expect("a probe");
    assert!(probe.findings.iter().all(|one| one.level == FindingLevel::Ok), "{:?}", probe.findings);
    assert!(far.asked().await.iter().all(|one| one.starts_with("GET")));
}

#[tokio::test]
async fn check_names_a_wrong_role_a_missing_field_and_a_missing_permission() {
    let far = Far::new().await;
    let mut bare = property("a1", Value::Null);
    bare.as_object_mut().expect("an object").remove("HiddenAt");
    far.list("properties", json!([bare])).await;
    far.list("units", json!([])).await;
    far.answers("GET", "tenants", ResponseTemplate::new(403)).await;
    far.list("users", json!([user("c1", "Latchel", json!("Leasing Agent"))])).await;
    far.list("work_orders", json!([])).await;
    let probe = far.platform.check().await.expect("a probe");
    let wrong: Vec<_> = probe.findings.iter().filter(|one| one.level != FindingLevel::Ok).collect();
    let subjects: Vec<_> = wrong.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(subjects, ["fields", "permission for tenants", "maintenance technician"]);
    assert!(wrong.iter().all(|one| !one.remedy.is_empty()));
    assert!(wrong[0].detail.contains("properties come without HiddenAt"));
}

#[tokio::test]
async fn a_user_who_left_is_listed_as_inactive_and_needs_no_role() {
    let mut left = user("c2", "Latchel", json!("Former Staff"));
    left["Active"] = json!(false);
    let mut odd = user("c3", "Ann", json!("Maintenance Tech"));
    odd["Active"] = json!("true");
    let far = ready(json!([user("c1", "Latchel", json!("Maintenance Tech")), left, odd])).await;
    let users = far.platform.users().await.expect("users");
    let read: Vec<_> = users.iter().map(|one| (one.id.as_str(), one.is_active)).collect();
    assert_eq!(read, [("c1", true), ("c2", false), ("c3", true)]);
    let probe = far.platform.check().await.expect("a probe");
    assert!(probe.findings.iter().all(|one| one.level == FindingLevel::Ok), "{:?}", probe.findings);
}

#[tokio::test]
async fn a_refused_key_is_a_finding_and_a_night_or_an_outage_an_error() {
    for status in [401, 701] {
        let far = Far::new().await;
        far.answers("GET", "properties", ResponseTemplate::new(status)).await;
        let probe = far.platform.check().await.expect("a probe");
        let [finding] = probe.findings.as_slice() else { panic!("{:?}", probe.findings) };
        assert_eq!((finding.level, finding.subject.as_str()), (FindingLevel::Error, "key"));
        assert!(!format!("{probe:?} {:?}", far.platform).contains("the-client_secret"));
    }
    let far = Far::new().await;
    far.answers("GET", "properties", ResponseTemplate::new(533)).await;
    assert_eq!(far.platform.check().await.expect_err("night").kind(), ErrorKind::Paused);
}

#[tokio::test]
async fn only_technicians_can_be_assigned_however_their_role_comes() {
    let far = Far::with(json!({"technician_role": "handyman"})).await;
    let users = json!([
        user("c1", "A", json!("HANDY MAN")),
        user("c2", "B", json!({"Name": "Senior Handyman"})),
        user("c3", "C", json!("Maintenance Tech")),
        user("c4", "D", Value::Null),
    ]);
    far.list("users", users).await;
    let users = far.platform.users().await.expect("users");
    let read: Vec<_> = users.iter().map(|one| (one.id.as_str(), one.name.as_str(), one.is_active)).collect();
    assert_eq!(
        read,
        [("c1", "Team A", true), ("c2", "Team B", true), ("c3", "Team C", false), ("c4", "Team D", true)]
    );
}

#[test]
fn a_setting_that_is_not_known_is_named() {
    let mut values = Map::new();
    values.insert("status".to_owned(), json!({"done": "Completed"}));
    let error = Far::connect(values).expect_err("an unknown key");
    assert_eq!((error.kind(), error.context("key")), (ErrorKind::Config, Some("status.done")));
}
