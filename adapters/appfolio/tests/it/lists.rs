//! Facts about every list: the filter, the spelling, the link to the next page, and the kinds of error.

use futures::TryStreamExt;
use latchel_sync_core::model::ResidentRef;
use latchel_sync_core::{ErrorKind, FindingLevel};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::far::{Far, all, property, tenant, unit, window};

#[tokio::test]
async fn a_list_asks_for_its_window_with_literal_brackets_and_hidden_records() {
    let far = Far::new().await;
    far.list("tenants", json!([])).await;
    all(far.platform.residents(window())).await;
    assert_eq!(
        far.asked().await,
        [
            "GET /api/v0/tenants?filters[LastUpdatedAtFrom]=2026-03-01T05%3A30%3A15Z&filters[IncludeHidden]=true&\
             page[number]=1&page[size]=1000"
        ]
    );
    let request = far.requests().await.remove(0);
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    assert_eq!(header("x-appfolio-developer-id"), Some("the-developer_id"));
    // the-client_id:the-client_secret
    assert_eq!(header("authorization"), Some("Basic dGhlLWNsaWVudF9pZDp0aGUtY2xpZW50X3NlY3JldA=="));
}

fn page(rows: &Value, next: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"data": rows, "next_page_path": next}))
}

#[tokio::test]
async fn the_next_page_is_where_the_link_says_on_the_same_host() {
    let far = Far::new().await;
    let link =
        "/api/v0/tenants?filters[LastUpdatedAtFrom]=2026-03-01T05:30:15Z&page[number]=7&page[size]=1000";
    far.list_for("tenants", &[("page[number]", "7")], json!([tenant("a2", "f2", json!("b1"))])).await;
    far.answers("GET", "tenants", page(&json!([tenant("a1", "f1", json!("b1"))]), json!(link))).await;
    assert_eq!(all(far.platform.residents(window())).await.len(), 2);
    let asked = far.asked().await;
    assert!(asked.len() == 2 && asked[1].starts_with("GET /api/v0/tenants?filters["), "{asked:?}");
}

#[tokio::test]
async fn a_link_elsewhere_or_to_itself_is_not_followed() {
    let same = "/api/v0/tenants?filters[LastUpdatedAtFrom]=2026-03-01T05:30:15Z&filters[IncludeHidden]=true&\
                page[number]=1&page[size]=1000";
    for link in ["https://evil.example/api/v0/tenants?page[number]=2", "/api/v0/users?page[number]=2", same] {
        let far = Far::new().await;
        far.answers("GET", "tenants", page(&json!([tenant("a1", "f1", json!("b1"))]), json!(link))).await;
        let mut pages = far.platform.residents(window());
        let mut failed = None;
        while let Some(page) = futures::StreamExt::next(&mut pages).await {
            failed = failed.or(page.err());
        }
        assert_eq!(failed.expect("an error").kind(), ErrorKind::Malformed, "{link}");
        assert_eq!(far.asked().await.len(), 1, "{link}");
    }
}

/// A far side that refuses to be asked for hidden records of this list.
async fn without_hidden(list: &str, rows: Value) -> Far {
    let far = Far::new().await;
    let refusal = ResponseTemplate::new(400)
        .set_body_json(json!({"code": 400, "message": "IncludeHidden is not a filter."}));
    far.respond_for(list, &[("filters[IncludeHidden]", "true")], refusal).await;
    far.list(list, rows).await;
    far
}

#[tokio::test]
async fn a_list_that_shows_no_hidden_records_is_read_without_them_once_it_refused() {
    let far = without_hidden("tenants", json!([tenant("a1", "f1", json!("b1"))])).await;
    for (asked, hidden) in [(2, 1), (3, 1)] {
        assert_eq!(all(far.platform.residents(window())).await.len(), 1);
        let lists = far.asked().await;
        let with_hidden = lists.iter().filter(|one| one.contains("IncludeHidden")).count();
        assert_eq!((lists.len(), with_hidden), (asked, hidden), "{lists:?}");
    }
    let found = far.platform.residents_by_id(&[ResidentRef::from_key("a1@a1").expect("a key")]).await;
    assert_eq!(found.expect("a row").len(), 1);
    assert_eq!(far.asked().await.len(), 4);
}

#[tokio::test]
async fn units_too_and_properties_not() {
    let far = without_hidden("units", json!([unit("b1", "a1")])).await;
    far.list("properties", json!([property("a1", Value::Null)])).await;
    let rows = all(far.platform.properties(window())).await;
    assert_eq!(rows.len(), 2, "by the property and by itself");
    let far = without_hidden("properties", json!([])).await;
    far.list("units", json!([])).await;
    let error = far.platform.properties(window()).try_concat().await.expect_err("hidden ones would be lost");
    assert_eq!(error.kind(), ErrorKind::Refused);
}

#[tokio::test]
async fn check_says_which_lists_show_no_hidden_records() {
    let far = without_hidden("tenants", json!([tenant("a1", "f1", json!("b1"))])).await;
    for list in ["properties", "units", "users", "work_orders"] {
        far.list(list, json!([])).await;
    }
    let probe = far.platform.check().await.expect("a probe");
    let wrong: Vec<_> = probe.findings.iter().filter(|one| one.level != FindingLevel::Ok).collect();
    let [warning] = wrong.as_slice() else { panic!("{wrong:?}") };
    assert_eq!((warning.level, warning.subject.as_str()), (FindingLevel::Warning, "hidden records"));
    assert!(warning.detail.contains("tenants"), "{warning:?}");
}

#[tokio::test]
async fn errors_are_told_apart_and_the_nightly_one_is_asked_once() {
    for (status, kind) in [
        (533, ErrorKind::Paused),
        (701, ErrorKind::Unauthorized),
        (403, ErrorKind::Forbidden),
        (400, ErrorKind::Refused),
    ] {
        let far = Far::new().await;
        let body = json!({"code": status, "message": "No, the-client_secret."});
        far.answers("GET", "users", ResponseTemplate::new(status).set_body_json(body)).await;
        let error = far.platform.users().await.expect_err("no");
        assert_eq!(error.kind(), kind, "{status}");
        assert_eq!(far.asked().await.len(), 1, "{status}");
        assert_eq!(error.context("answer"), Some("No, [secret]."));
        let until = error.context("until").is_some_and(|until| until.contains("04:00 Pacific"));
        assert_eq!(until, status == 533, "{error}");
    }
}
