use futures::TryStreamExt;
use latchel_sync_core::model::WorkOrderId;
use latchel_sync_core::{ErrorKind, FindingLevel};
use serde_json::{Map, Value, json};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::far::{Far, all, issue, logged_in, model, window};

const LOG_IN: &str = "/Authentication/AuthorizeUser";
const LISTS: [&str; 6] = ["Properties", "Units", "Tenants", "Leases", "Users", "ServiceManagerIssues"];

#[tokio::test]
async fn check_finds_the_log_in_the_privileges_and_the_names_in_order() {
    let far = logged_in(json!({})).await;
    for list in &LISTS[..5] {
        far.list(list, json!([{}])).await;
    }
    far.list("ServiceManagerIssues", json!([issue(81), {}])).await;
    let probe = far.platform.check().await.expect("a probe");
    assert!(probe.findings.iter().all(|one| one.level == FindingLevel::Ok), "{:?}", probe.findings);
    let details: Vec<_> = probe.findings.iter().map(|one| one.detail.as_str()).collect();
    assert!(details.contains(&"[Latchel] Urgent (id 12)"), "{details:?}");
    assert!(details.contains(&"1 of 2 issues show their property or unit"), "{details:?}");
    assert_eq!(details.len(), 9);
}

#[tokio::test]
async fn check_warns_of_issues_that_show_no_place_and_says_nothing_without_issues() {
    let nowhere = json!({"ServiceManagerIssueID": 81, "Title": "Tap drips", "StatusID": 11});
    for (issues, told) in [
        (
            json!([nowhere, nowhere]),
            Some("0 of 2 issues show their property or unit, so that no work order would come to Latchel"),
        ),
        (json!([]), None),
    ] {
        let far = logged_in(json!({})).await;
        for list in &LISTS[..5] {
            far.list(list, json!([{}])).await;
        }
        far.list("ServiceManagerIssues", issues).await;
        let probe = far.platform.check().await.expect("a probe");
        let about = probe.findings.iter().find(|one| one.subject == "places of issues");
        assert_eq!(
            about.map(|one| (one.level, one.detail.as_str())),
            told.map(|told| (FindingLevel::Warning, told))
        );
    }
}

#[tokio::test]
async fn a_missing_privilege_is_named_whatever_its_status() {
    for answer in [
        ResponseTemplate::new(403).set_body_json(json!({"Message": "No."})),
        ResponseTemplate::new(500).set_body_json(model("You do not have the privilege to do this.")),
    ] {
        let far = logged_in(json!({})).await;
        for list in &LISTS[..5] {
            far.list(list, json!([{}])).await;
        }
        far.answers("GET", "ServiceManagerIssues", answer).await;
        let probe = far.platform.check().await.expect("a probe");
        let wrong: Vec<_> = probe.findings.iter().filter(|one| one.level == FindingLevel::Error).collect();
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert_eq!(wrong[0].subject, "privilege for ServiceManagerIssues");
        assert!(wrong[0].remedy.contains("Service Manager Issues"), "{wrong:?}");
    }
}

#[tokio::test]
async fn a_log_in_that_is_refused_is_a_finding_whatever_its_status_and_shows_no_password() {
    for answer in [
        ResponseTemplate::new(401).set_body_json(model("the-password is wrong")),
        ResponseTemplate::new(400)
            .set_body_json(json!({"Message": "Bad", "ModelState": {"Password": ["the-password?"]}})),
        ResponseTemplate::new(500).set_body_json(model("The password must be reset.")),
        ResponseTemplate::new(403),
    ] {
        let far = Far::new().await;
        Mock::given(method("POST")).and(path(LOG_IN)).respond_with(answer).mount(&far.server).await;
        let probe = far.platform.check().await.expect("a probe");
        let [finding] = probe.findings.as_slice() else { panic!("{:?}", probe.findings) };
        assert_eq!((finding.level, finding.subject.as_str()), (FindingLevel::Error, "log-in"));
        assert!(finding.remedy.contains("`password`"), "{finding:?}");
        assert!(!format!("{probe:?} {:?}", far.platform).contains("the-password"), "{probe:?}");
        assert_eq!(far.platform.users().await.expect_err("no way in").kind(), ErrorKind::Unauthorized);
    }
}

#[tokio::test]
async fn each_of_the_four_shapes_of_errors_is_told_in_its_own_words() {
    let state =
        json!({"Message": "The request is invalid.", "ModelState": {"filters": ["Nope is not a field."]}});
    for (answer, kind, words) in [
        (ResponseTemplate::new(400).set_body_json(model("Wrong.")), ErrorKind::Refused, Some("Wrong.")),
        (
            ResponseTemplate::new(403).set_body_json(json!({"Message": "No."})),
            ErrorKind::Forbidden,
            Some("No."),
        ),
        (
            ResponseTemplate::new(400).set_body_json(state),
            ErrorKind::Refused,
            Some("The request is invalid.; filters: Nope is not a field."),
        ),
        (ResponseTemplate::new(404), ErrorKind::NotFound, None),
    ] {
        let far = logged_in(json!({})).await;
        far.answers("GET", "Users", answer).await;
        let error = far.platform.users().await.expect_err("a failure");
        assert_eq!((error.kind(), error.context("answer")), (kind, words));
    }
}

#[tokio::test]
async fn a_failure_of_its_own_is_tried_again() {
    let far = logged_in(json!({})).await;
    let failing = ResponseTemplate::new(500).set_body_json(model("Object reference not set."));
    Mock::given(path("/Users"))
        .respond_with(failing)
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&far.server)
        .await;
    far.list("Users", json!([{"UserID": 41, "Name": "Team Latchel", "IsActive": true}, {"UserID": 42, "Username": "rk", "IsActive": false}]))
        .await;
    let users = far.platform.users().await.expect("users");
    let told: Vec<_> =
        users.iter().map(|user| (user.id.as_str(), user.name.as_str(), user.is_active)).collect();
    assert_eq!(told, [("41", "Team Latchel", true), ("42", "rk", false)]);
}

#[tokio::test]
async fn an_empty_list_may_be_a_404_with_the_model_of_errors_and_no_other() {
    let far = logged_in(json!({})).await;
    far.answers(
        "GET",
        "ServiceManagerIssues",
        ResponseTemplate::new(404).set_body_json(model("No records.")),
    )
    .await;
    assert!(all(far.platform.work_orders(window())).await.is_empty());
    let gone = far.platform.work_orders_by_id(&[WorkOrderId::new("81")]).await.expect("none");
    assert!(gone.is_empty());
    for other in [
        ResponseTemplate::new(404),
        ResponseTemplate::new(404).set_body_json(json!({"Message": "No such resource."})),
    ] {
        let far = logged_in(json!({})).await;
        far.answers("GET", "ServiceManagerIssues", other).await;
        let pages = far.platform.work_orders(window()).try_concat().await;
        assert_eq!(pages.expect_err("no such list").kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn sessions_that_are_all_taken_are_waited_for_and_are_no_wrong_credentials() {
    let far = logged_in(json!({})).await;
    far.list("Users", json!([])).await;
    // The stub says how long to wait, so that the test is short.
    let full = ResponseTemplate::new(401)
        .insert_header("retry-after", "0")
        .set_body_json(model("User is already logged in maximum number of times."));
    let log_in = || Mock::given(method("POST")).and(path(LOG_IN)).respond_with(full.clone()).with_priority(1);
    log_in().up_to_n_times(1).mount(&far.server).await;
    assert!(far.platform.users().await.expect("after a while").is_empty());
    let far = logged_in(json!({})).await;
    log_in().mount(&far.server).await;
    let error = far.platform.users().await.expect_err("never free");
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.context("answer").is_some_and(|words| words.contains("maximum number")), "{error:?}");
}

#[tokio::test]
async fn the_next_connection_of_a_process_goes_on_with_the_session() {
    let far = logged_in(json!({"username": "user of several runs"})).await;
    far.list("Users", json!([])).await;
    far.platform.users().await.expect("none");
    let again = Map::from_iter([
        ("base_url".to_owned(), json!(far.server.uri())),
        ("username".to_owned(), json!("user of several runs")),
    ]);
    Far::connect(again).expect("an adapter").users().await.expect("none");
    let requests = far.server.received_requests().await.expect("recording");
    assert_eq!(requests.iter().filter(|request| request.url.path() == LOG_IN).count(), 1);
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_once() {
    let far = logged_in(json!({})).await;
    Mock::given(path("/Users"))
        .respond_with(ResponseTemplate::new(401))
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&far.server)
        .await;
    far.list("Users", json!([])).await;
    assert!(far.platform.users().await.expect("none").is_empty());
    let requests = far.server.received_requests().await.expect("recording");
    assert_eq!(requests.iter().filter(|request| request.url.path() == LOG_IN).count(), 2);
}

#[tokio::test]
async fn a_far_side_without_such_a_log_in_is_another_address() {
    let far = Far::new().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(404)).mount(&far.server).await;
    let error = far.platform.users().await.expect_err("elsewhere");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("base_url"), "{error}");
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    for (values, key) in
        [(json!({"location_id": "north"}), "location_id"), (json!({"names": {"done": "x"}}), "names.done")]
    {
        let mut values: Map<String, Value> = values.as_object().expect("a table").clone();
        values.insert("base_url".to_owned(), json!("https://example.api.rentmanager.com"));
        let error = Far::connect(values).expect_err("a mistake");
        assert_eq!((error.kind(), error.context("key")), (ErrorKind::Config, Some(key)));
    }
}
