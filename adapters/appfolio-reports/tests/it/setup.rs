use latchel_sync_core::{ErrorKind, FindingLevel};
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::far::{Far, far, property, serve, tenant, unit, work_order};

#[tokio::test]
async fn check_says_on_the_first_day_that_nothing_can_be_written() {
    let far = far(&[
        ("property_directory", json!([property(1)])),
        ("unit_directory", json!([unit(11, 1)])),
        ("tenant_directory", json!([tenant(21, 1, 11)])),
        ("work_order", json!([work_order(81)])),
    ])
    .await;
    let probe = far.platform.check().await.expect("a probe");
    let wrong: Vec<_> = probe.findings.iter().filter(|one| one.level != FindingLevel::Ok).collect();
    let [reads_only] = wrong[..] else { panic!("{:?}", probe.findings) };
    assert_eq!((reads_only.level, reads_only.subject.as_str()), (FindingLevel::Warning, "work orders"));
    assert!(reads_only.detail.contains("not_supported_by_platform") && !reads_only.remedy.is_empty());
    assert!(far.asked().await.len() <= 7, "or it would wait for the limit");
}

#[tokio::test]
async fn check_names_missing_reports_and_columns() {
    let far = Far::new().await;
    let unknown = json!({"message": ["Id is not a valid report."]});
    far.answers("GET", "property_directory", ResponseTemplate::new(403)).await;
    far.answers("GET", "unit_directory", ResponseTemplate::new(400).set_body_json(unknown.clone())).await;
    far.answers("GET", "tenant_tickler", ResponseTemplate::new(400).set_body_json(unknown)).await;
    let mut odd = tenant(21, 1, 11);
    odd.as_object_mut().expect("a row").remove("selected_tenant_id");
    serve(&far, &[("tenant_directory", json!([odd])), ("work_order", json!([work_order(81)]))]).await;
    let probe = far.platform.check().await.expect("a probe");
    let wrong = |level| {
        let findings = probe.findings.iter().filter(|one| one.level == level);
        findings.map(|one| one.subject.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(wrong(FindingLevel::Error), ["report property_directory", "report unit_directory", "columns"]);
    assert_eq!(wrong(FindingLevel::Warning), ["report tenant_tickler", "work orders"]);
    assert!(probe.findings.iter().all(|one| one.level == FindingLevel::Ok || !one.remedy.is_empty()));
}

#[tokio::test]
async fn refused_credentials_are_a_finding_without_them_and_an_outage_is_an_error() {
    let far = Far::new().await;
    far.answers("GET", "property_directory", ResponseTemplate::new(401)).await;
    let probe = far.platform.check().await.expect("a probe");
    let [finding] = probe.findings.as_slice() else { panic!("{:?}", probe.findings) };
    assert_eq!((finding.level, finding.subject.as_str()), (FindingLevel::Error, "key"));
    assert!(!format!("{probe:?} {:?}", far.platform).contains("the-client_secret"));

    let far = Far::new().await;
    let down = ResponseTemplate::new(503).insert_header("retry-after", "3600");
    Mock::given(any()).respond_with(down).mount(&far.server).await;
    assert_eq!(far.platform.check().await.expect_err("an outage").kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_call_that_is_one_too_many_is_made_again() {
    let far = Far::new().await;
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "0");
    Mock::given(any()).respond_with(busy).up_to_n_times(1).with_priority(1).mount(&far.server).await;
    serve(&far, &[]).await;
    far.platform.users().await.expect("users");
    assert_eq!(far.asked().await.len(), 2);
}

#[test]
fn a_setting_that_is_not_known_is_named() {
    let mut values: Map<String, Value> = Map::new();
    values.insert("status".to_owned(), json!({"done": "Completed"}));
    let error = Far::connect(values).expect_err("an unknown key");
    assert_eq!((error.kind(), error.context("key")), (ErrorKind::Config, Some("status.done")));
}
