use chrono::NaiveDate;
use latchel_sync_core::mirror::{JobsAsked, UnreadReference};
use latchel_sync_core::model::*;
use latchel_sync_core::{ErrorKind, FindingLevel};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::far::{Far, connect, job, ok};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

#[tokio::test]
async fn pages_are_counted_here_and_keep_their_filters() {
    let far = Far::new(json!({})).await;
    let next = json!({"next": format!("{}/v1/jobs?page=2", far.server.uri())});
    far.lists("/v1/jobs", 1, json!({"data": [job(1, (3, "Finding Service Provider"))], "links": next})).await;
    far.lists("/v1/jobs", 2, json!({"data": [job(2, (27, "Needs Approval"))], "links": {"next": null}}))
        .await;
    far.lists("/v1/jobs", 3, json!({"data": [], "links": {}})).await;

    let asked = JobsAsked::Updated(day("2026-03-01"));
    let first = far.source.jobs(asked, 1).await.expect("a page");
    let second = far.source.jobs(asked, 2).await.expect("a page");
    let third = far.source.jobs(asked, 3).await.expect("a page");
    assert!(!first.is_last() && second.is_last() && third.is_last());
    for request in far.asked().await {
        let query = request.url.query().unwrap_or_default().to_owned();
        assert!(query.contains("updated_at_start_date=2026-03-01"), "{query}");
    }
}

#[tokio::test]
async fn rows_are_read_leniently_and_a_bad_one_is_left_alone() {
    let far = Far::new(json!({})).await;
    let bad = json!({"job_id": 9, "created_at": "yesterday", "updated_at": "2026-03-02", "state": {"name": "Completed"}});
    far.lists("/v1/jobs", 1, json!({"data": [job(1, (5, "Cancelled")), bad]})).await;
    let page = far.source.jobs(JobsAsked::Created(day("2026-03-01")), 1).await.expect("a page");
    let [read] = page.rows.as_slice() else { panic!("{page:?}") };
    assert_eq!(read.created_at.to_rfc3339(), "2026-03-01T08:00:00+00:00");
    assert_eq!((read.severity, read.is_archived), (Severity::Urgent, false));
    assert_eq!(
        (read.state.clone(), read.work_order.clone()),
        (JobState::Cancelled, Some(WorkOrderId::new("81")))
    );
    let [unread] = page.unread.as_slice() else { panic!("{page:?}") };
    assert_eq!((unread.record.id.as_str(), unread.record.field.as_str()), ("9", "created_at"));
    assert_eq!(unread.reference, UnreadReference::Unknown);
}

#[tokio::test]
async fn closed_states_are_asked_for_once_rows_have_shown_their_ids() {
    let far = Far::new(json!({})).await;
    let asked = JobsAsked::Closed(day("2026-03-01"));
    let unknown = far.source.jobs(asked, 1).await.expect_err("no row has shown them");
    assert_eq!(unknown.kind(), ErrorKind::Unsupported);
    far.lists("/v1/jobs", 1, json!({"data": [job(1, (5, "Canceled")), job(2, (4, "Completed"))]})).await;
    far.source.jobs(JobsAsked::Created(day("2026-03-01")), 1).await.expect("a page");
    far.source.jobs(asked, 1).await.expect("a page");
    let last = far.asked().await.pop().expect("a request");
    let states =
        last.url.query_pairs().find(|(name, _)| name == "in_states").map(|(_, value)| value.into_owned());
    assert_eq!(states.as_deref(), Some("4,5"));
}

#[tokio::test]
async fn single_records_come_from_data_and_may_be_missing() {
    let far = Far::new(json!({})).await;
    let tenant = json!({"data": {"user_id": "601", "name": "Ada", "ref_user_id": 21, "property_id": "501",
        "is_active": 1, "move_in_date": "2025-09-01"}});
    far.answers("GET", "/v1/tenants/601", ok(tenant)).await;
    far.answers("GET", "/v1/properties/7", ResponseTemplate::new(404)).await;
    let read = far.source.resident(LatchelResidentId(601)).await.expect("an answer").expect("a resident");
    assert_eq!((read.reference, read.property), (Some(ResidentId::new("21")), Some(LatchelPropertyId(501))));
    assert_eq!(read.move_in, Some(day("2025-09-01")));
    assert!(far.source.property(LatchelPropertyId(7)).await.expect("an answer").is_none());
}

/// Ten rows are not the whole list because nothing is said of a next page.
#[tokio::test]
async fn a_list_without_links_ends_at_its_empty_page() {
    let far = Far::new(json!({})).await;
    far.lists("/v1/jobs", 1, json!({"data": [job(1, (5, "Cancelled"))]})).await;
    far.lists("/v1/jobs", 2, json!({"data": []})).await;
    let asked = JobsAsked::Created(day("2026-03-01"));
    assert!(!far.source.jobs(asked, 1).await.expect("a page").is_last());
    assert!(far.source.jobs(asked, 2).await.expect("a page").is_last());
}

#[tokio::test]
async fn the_newest_entry_of_the_history_dates_the_state() {
    let far = Far::new(json!({})).await;
    let entry = |at: &str| json!({"updated_at": at, "state_id": 4, "state": {"name": "Completed"}});
    far.lists(
        "/v1/jobs/1/history/state",
        1,
        json!({"data": [entry("2026-03-01 10:00:00"), entry("2026-03-04 10:00:00")],
        "links": {"next": "?page=2"}}),
    )
    .await;
    far.lists(
        "/v1/jobs/1/history/state",
        2,
        json!({"data": [entry("2026-03-03 10:00:00")], "links": {"next": null}}),
    )
    .await;
    let at = far.source.state_changed_at(JobId(1)).await.expect("an answer").expect("an instant");
    assert_eq!(at.to_rfc3339(), "2026-03-04T10:00:00+00:00");
}

#[tokio::test]
async fn a_check_reads_each_list_and_says_that_writes_are_off() {
    let far = Far::new(json!({})).await;
    for path in ["/v1/jobs", "/v1/properties", "/v1/tenants"] {
        far.answers("GET", path, ok(json!({"data": []}))).await;
    }
    let probe = far.source.check().await.expect("a probe");
    let warning = probe.findings.iter().find(|one| one.level == FindingLevel::Warning).expect("a warning");
    assert!(warning.subject == "writes" && warning.remedy.contains("docs/latchel.md"), "{warning:?}");
    assert!(far.asked().await.iter().all(|request| request.method == wiremock::http::Method::GET));
}

#[test]
fn the_share_of_the_keys_calls_is_the_budget() {
    let budget = |settings| {
        connect("https://papi.latchel.com/v1", settings).map(|source| source.capabilities().budget.0)
    };
    assert_eq!(budget(json!({})).ok(), Some(480));
    assert_eq!(budget(json!({"calls_share": 0.5, "calls_per_span": 1000})).ok(), Some(500));
    for (settings, key) in [
        (json!({"calls_share": 0}), "calls_share"),
        (json!({"calls_share": 1.2}), "calls_share"),
        (json!({"calls_per_span": 1}), "calls_per_span"),
        (json!({"writes": "maybe"}), "writes"),
    ] {
        let wrong = budget(settings.clone()).expect_err("refused");
        assert_eq!((wrong.kind(), wrong.context("key")), (ErrorKind::Config, Some(key)), "{settings}");
    }
}
