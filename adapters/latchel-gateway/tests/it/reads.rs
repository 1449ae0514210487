use futures::TryStreamExt;
use latchel_sync_core::model::*;
use latchel_sync_core::{ErrorKind, FindingLevel};
use serde_json::{Value, json};
use wiremock::matchers::{path, query_param, query_param_is_missing};
use wiremock::{Mock, ResponseTemplate};

use crate::far::{Far, ok};

pub fn property(id: i64) -> Value {
    json!({"property_id": id, "portfolio_id": 5, "name": "Elm, 2B", "address1": "12 Elm Street", "address2": "",
        "city": "Portland", "state": "OR", "zip": "97201", "is_active": 1, "ref_property_id": "1",
        "ref_unit_id": "11", "integration_data": "Elm", "integration_sync_method": "Assigned Work Orders",
        "adjusted_address": {"address1": "12 SW Elm St", "city": "Portland", "state": "OR", "zip": "97201-0012"}})
}

pub fn job(id: i64) -> Value {
    json!({"job_id": id, "created_at": "2026-03-02T10:00:00Z", "updated_at": "2026-03-02T10:00:00.5Z",
        "state": {"name": "Forwarded to PM", "updated_at": "2026-03-02T10:00:00Z"}, "severity": "urgent",
        "is_urgent": true, "is_emergency": 0, "order_number": "", "name": "Tap", "description": "It drips.",
        "enter_permission": 1, "tenant_id": 601, "property_id": 501, "ref_job_id": "81"})
}

#[tokio::test]
async fn a_property_is_read_with_the_platforms_address_and_not_latchels_own() {
    let far = Far::new().await;
    far.answers("POST", "/v1/properties/lookup", ok(json!({"data": [property(501)]}))).await;
    let reference = PropertyRef::new(PropertyId::new("1"), Some(UnitId::new("11")));
    let whole = PropertyRef::new(PropertyId::new("2"), None);
    let found = far.latchel.properties_by_ref(&[reference.clone(), whole]).await.expect("properties");
    let one = &found[0];
    assert_eq!((one.id, one.reference.as_ref()), (LatchelPropertyId(501), Some(&reference)));
    assert_eq!(one.source_address.line1.as_deref(), Some("12 Elm Street"));
    assert_eq!((one.source_address.line2.as_deref(), one.is_active), (None, true));
    assert_eq!((one.portfolio, one.sync_method), (Some(PortfolioId(5)), Some(SyncMethod::Assigned)));
    let refs = json!({"refs": [{"ref_property_id": "1", "ref_unit_id": "11"}, {"ref_property_id": "2", "ref_unit_id": null}]});
    assert_eq!(far.bodies().await, [refs]);
}

#[tokio::test]
async fn a_look_up_of_many_is_cut_into_calls_of_500() {
    let far = Far::new().await;
    far.answers("POST", "/v1/jobs/lookup", ok(json!({"data": []}))).await;
    let ids: Vec<_> = (1..=1_001).map(JobId).collect();
    far.latchel.jobs_by_id(&ids).await.expect("jobs");
    let sizes: Vec<_> =
        far.bodies().await.iter().map(|body| body["job_ids"].as_array().map(Vec::len)).collect();
    assert_eq!(sizes, [Some(500), Some(500), Some(1)]);
}

#[tokio::test]
async fn a_look_up_that_cannot_be_understood_is_an_error_and_never_nothing() {
    let far = Far::new().await;
    let mut bad = property(501);
    bad["is_active"] = json!("perhaps");
    far.answers("POST", "/v1/properties/lookup", ok(json!({"data": [bad]}))).await;
    let error = far.latchel.properties_by_id(&[LatchelPropertyId(501)]).await.expect_err("unreadable");
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::Malformed, Some("data[0].is_active")));
}

#[tokio::test]
async fn jobs_are_listed_since_an_instant_until_there_is_no_cursor() {
    let far = Far::new().await;
    let list = |answer: Value| ResponseTemplate::new(200).set_body_json(answer);
    let mut bad = job(702);
    bad["created_at"] = json!("yesterday");
    Mock::given(path("/v1/jobs"))
        .and(query_param("updated_since", "2026-03-01T05:30:15.250000Z"))
        .and(query_param("limit", "500"))
        .and(query_param_is_missing("cursor"))
        .respond_with(list(json!({"data": [job(701), bad], "next_cursor": "abc"})))
        .mount(&far.server)
        .await;
    Mock::given(path("/v1/jobs"))
        .and(query_param("cursor", "abc"))
        .respond_with(list(json!({"data": [job(703)], "next_cursor": null})))
        .mount(&far.server)
        .await;
    let window = Window { from: "2026-03-01T05:30:15.25Z".parse().expect("an instant") };
    let rows: Vec<Row<Job>> = far.latchel.jobs(window).try_concat().await.expect("pages");
    let [Row::Record(first), Row::Invalid(bad), Row::Record(last)] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!((first.id, last.id), (JobId(701), JobId(703)));
    assert_eq!((bad.id.as_str(), bad.field.as_str()), ("702", "created_at"));
    assert_eq!((&first.state, first.severity), (&JobState::ForwardedToPm, Severity::Urgent));
    assert_eq!((first.number.as_deref(), first.entry_allowed), (None, Some(true)));
    assert_eq!(
        (first.property, first.resident),
        (Some(LatchelPropertyId(501)), Some(LatchelResidentId(601)))
    );
}

#[tokio::test]
async fn a_portfolios_method_is_taken_as_none_if_its_spelling_is_not_known() {
    let far = Far::new().await;
    let portfolio = |id: i64, method: Value| json!({"portfolio_id": id, "name": "North", "integration_sync_method": method});
    let data =
        [portfolio(1, json!("All Work Orders")), portfolio(2, Value::Null), portfolio(3, json!("Some"))];
    far.answers("GET", "/v1/portfolios", ok(json!({"data": data, "next_cursor": null}))).await;
    let methods: Vec<_> =
        far.latchel.portfolios().await.expect("portfolios").iter().map(|one| one.sync_method).collect();
    assert_eq!(methods, [Some(SyncMethod::All), None, Some(SyncMethod::None)]);
}

#[tokio::test]
async fn a_portfolio_that_cannot_be_read_is_an_error() {
    let far = Far::new().await;
    far.answers("GET", "/v1/portfolios", ok(json!({"data": [{"name": "North"}]}))).await;
    let error = far.latchel.portfolios().await.expect_err("unreadable");
    assert_eq!((error.kind(), error.context("field")), (ErrorKind::Malformed, Some("portfolio_id")));
}

#[tokio::test]
async fn what_exists_in_latchel_alone_is_counted() {
    let far = Far::new().await;
    for (at, total) in [("/v1/properties", 3), ("/v1/residents", 8)] {
        Mock::given(path(at))
            .and(query_param("has_ref", "false"))
            .respond_with(ok(json!({"data": [], "next_cursor": null, "total": total})))
            .mount(&far.server)
            .await;
    }
    let only = far.latchel.latchel_only().await.expect("counts");
    assert_eq!((only.properties, only.residents), (3, 8));
}

#[tokio::test]
async fn check_tells_the_company_or_what_is_wrong_with_the_key() {
    let far = Far::new().await;
    far.answers("GET", "/v1/company", ok(json!({"company_id": 1, "name": "Example Homes"}))).await;
    let probe = far.latchel.check().await.expect("a probe");
    assert_eq!(probe.account_name.as_deref(), Some("Example Homes"));

    let far = Far::new().await;
    far.answers("GET", "/v1/company", ResponseTemplate::new(401)).await;
    let probe = far.latchel.check().await.expect("a probe");
    assert_eq!(probe.findings[0].level, FindingLevel::Error);
    assert!(probe.findings[0].remedy.contains("api_key"), "{:?}", probe.findings);
    assert!(!format!("{probe:?} {:?}", far.latchel).contains("the-key"));
}
