use latchel_sync_core::{ErrorKind, FindingLevel};
use serde_json::{Map, Value, json};
use wiremock::matchers::{any, header, path};
use wiremock::{Mock, ResponseTemplate};

use crate::far::{BASE, Far, all, building, serve, window};

const LISTS: [&str; 7] = ["buildings", "units", "leases", "contacts", "portfolios", "vendors", "workorders"];

async fn ready(lists: &[&str]) -> Far {
    let far = Far::new().await;
    for list in lists {
        far.list(list, json!([])).await;
    }
    far
}

#[tokio::test]
async fn check_sends_all_three_headers_and_names_the_vendor() {
    let far = Far::new().await;
    let answer = ResponseTemplate::new(200)
        .insert_header("date", "Mon, 02 Mar 2026 20:00:00 GMT")
        .set_body_json(json!([{"id": 51, "name": "Latchel", "active": true}]));
    Mock::given(header("x-propertyware-client-id", "the-client_id"))
        .and(header("x-propertyware-client-secret", "the-client_secret"))
        .and(header("x-propertyware-system-id", "4711"))
        .respond_with(answer)
        .mount(&far.server)
        .await;
    let probe = far.platform.check().await.expect("a probe");
    assert!(probe.findings.iter().all(|one| one.level == FindingLevel::Ok), "{:?}", probe.findings);
    assert!(probe.findings.iter().any(|one| one.detail == "Latchel (id 51)"), "{:?}", probe.findings);
}

#[tokio::test]
async fn check_names_each_missing_permission_and_the_missing_vendor() {
    let far = ready(&LISTS[..6]).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(403)).with_priority(9).mount(&far.server).await;
    let probe = far.platform.check().await.expect("a probe");
    let wrong: Vec<_> = probe
        .findings
        .iter()
        .filter(|one| one.level == FindingLevel::Error)
        .map(|one| &one.subject)
        .collect();
    assert_eq!(wrong, ["permission for workorders", "vendor"]);
    assert!(probe.findings.iter().all(|one| one.level == FindingLevel::Ok || !one.remedy.is_empty()));
}

#[tokio::test]
async fn credentials_that_are_missing_or_wrong_are_a_finding_whatever_the_status() {
    let told =
        json!({"userMessage": "Missing header x-propertyware-system-id", "errorCode": "1001", "errors": []});
    let other = json!({"userMessage": "Bad request", "errorCode": "1001", "errors": []});
    for answer in [
        ResponseTemplate::new(401),
        ResponseTemplate::new(400),
        ResponseTemplate::new(400).set_body_json(told),
        ResponseTemplate::new(400).set_body_json(other),
    ] {
        let far = Far::new().await;
        Mock::given(any()).respond_with(answer).mount(&far.server).await;
        let probe = far.platform.check().await.expect("a probe");
        let [finding] = probe.findings.as_slice() else { panic!("{:?}", probe.findings) };
        assert_eq!((finding.level, finding.subject.as_str()), (FindingLevel::Error, "key"));
        assert!(finding.remedy.contains("`system_id`"), "{finding:?}");
        assert!(!format!("{probe:?} {:?}", far.platform).contains("the-client_secret"));
    }
}

#[tokio::test]
async fn a_silent_400_means_credentials_only_as_long_as_nothing_was_answered() {
    let far = Far::new().await;
    Mock::given(path(format!("{BASE}workorders")))
        .respond_with(ResponseTemplate::new(400))
        .mount(&far.server)
        .await;
    serve(&far, "buildings", json!([building(1, "No", true)])).await;
    let read = || async {
        futures::TryStreamExt::try_concat(far.platform.work_orders(window())).await.expect_err("a 400").kind()
    };
    assert_eq!(read().await, ErrorKind::Unauthorized);
    far.platform.users().await.expect("users");
    assert_eq!(read().await, ErrorKind::Refused);
}

#[tokio::test]
async fn a_web_page_is_a_wrong_address_and_no_record_that_is_gone() {
    let far = Far::new().await;
    let page = ResponseTemplate::new(404).set_body_raw("\n<!DOCTYPE html><html></html>", "text/html");
    Mock::given(any()).respond_with(page).mount(&far.server).await;
    let wanted = [latchel_sync_core::model::PropertyRef::from_key("1")];
    let error = far.platform.properties_by_id(&wanted).await.expect_err("a page");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("base_url"), "{error}");
}

#[tokio::test]
async fn the_usual_failures_are_told_apart() {
    for (status, kind) in
        [(403, ErrorKind::Forbidden), (401, ErrorKind::Unauthorized), (404, ErrorKind::NotFound)]
    {
        let far = Far::new().await;
        let body = json!({"userMessage": null, "errorCode": "1001", "errors": []});
        let answer = ResponseTemplate::new(status).set_body_json(body);
        Mock::given(any()).respond_with(answer).mount(&far.server).await;
        assert_eq!(far.platform.users().await.expect_err("a failure").kind(), kind, "{status}");
    }
}

#[tokio::test]
async fn too_many_calls_are_tried_again_without_a_hint() {
    let far = ready(&["buildings"]).await;
    let busy = ResponseTemplate::new(429);
    Mock::given(any()).respond_with(busy).up_to_n_times(2).with_priority(1).mount(&far.server).await;
    far.platform.users().await.expect("users");
    assert_eq!(far.asked().await.len(), 3);
}

#[test]
fn a_setting_that_is_not_known_is_named() {
    let mut values: Map<String, Value> = Map::new();
    values.insert("status".to_owned(), json!({"done": "Closed"}));
    let error = Far::connect(values).expect_err("an unknown key");
    assert_eq!((error.kind(), error.context("key")), (ErrorKind::Config, Some("status.done")));
}

#[tokio::test]
async fn an_empty_account_is_empty_everywhere() {
    let far = ready(&LISTS).await;
    assert!(all(far.platform.properties(window())).await.is_empty());
    assert!(all(far.platform.residents(window())).await.is_empty());
    assert!(all(far.platform.work_orders(window())).await.is_empty());
    assert!(far.platform.property_groups().await.expect("groups").is_empty());
}
