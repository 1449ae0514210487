//! Pages, in the shapes in which reports come.

use futures::TryStreamExt;
use latchel_sync_core::ErrorKind;
use serde_json::{Value, json};
use wiremock::matchers::{body_json, method, path, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::far::{Far, Reports, all, far, property, window, work_order};
use latchel_sync_http::testing::Stub;

fn answer(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

#[tokio::test]
async fn later_pages_are_asked_for_by_post_whether_their_link_is_relative_or_not() {
    for relative in [true, false] {
        let far = Far::new().await;
        let host = if relative { String::new() } else { far.server.uri() };
        let link = |page| format!("{host}/api/v2/reports/work_order/pages.json?cursor={page}");
        far.answers(
            "GET",
            "work_order",
            answer(json!({"results": [work_order(1)], "next_page_url": link(2)})),
        )
        .await;
        for (page, next) in [("2", json!(link(3))), ("3", json!(null))] {
            let rows =
                json!({"results": [work_order(page.parse().expect("a number"))], "next_page_url": next});
            Mock::given(method("POST"))
                .and(path("/api/v2/reports/work_order/pages.json"))
                .and(query_param("cursor", page))
                .and(body_json(json!({})))
                .respond_with(answer(rows))
                .mount(&far.server)
                .await;
        }
        assert_eq!(all(far.platform.work_orders(window())).await.len(), 3, "relative: {relative}");
    }
}

#[tokio::test]
async fn a_report_without_a_wrapper_is_read_as_it_is() {
    let far = Far::new().await;
    far.answers("GET", "work_order", answer(json!([work_order(1), work_order(2)]))).await;
    assert_eq!(all(far.platform.work_orders(window())).await.len(), 2);
}

#[tokio::test]
async fn what_is_no_report_or_leads_elsewhere_is_an_error_that_names_it() {
    let elsewhere =
        json!({"results": [], "next_page_url": "https://evil.example/api/v2/reports/work_order.json"});
    let circle = json!({"results": [work_order(1)], "next_page_url": "/api/v2/reports/work_order.json"});
    let cut: Vec<_> = (0..5_000).map(|_| json!({})).collect();
    for odd in [elsewhere, circle, json!(cut), json!({}), json!({"results": null}), json!("none"), json!(7)] {
        let far = Far::new().await;
        far.answers("GET", "work_order", answer(odd.clone())).await;
        let error = far.platform.work_orders(window()).try_concat().await.expect_err("an error");
        assert_eq!(error.kind(), ErrorKind::Malformed, "{}", odd.to_string().get(..80).unwrap_or_default());
    }
}

#[tokio::test]
async fn credentials_go_with_each_call_and_filters_into_the_body() {
    let far = far(&[("property_directory", json!([property(1)]))]).await;
    all(far.platform.properties(window())).await;
    let filters = r#"{"property_visibility":"all","unit_visibility":"all"}"#;
    let wanted = ["property_directory", "unit_directory"].map(|name| format!("POST {name} {filters}"));
    assert_eq!(far.asked().await, wanted);
    for request in far.requests().await {
        let header = request.headers.get("authorization").expect("credentials").to_str().expect("text");
        // `the-client_id:the-client_secret`.
        assert_eq!(header, "Basic dGhlLWNsaWVudF9pZDp0aGUtY2xpZW50X3NlY3JldA==");
    }
    assert_eq!(Reports::ADAPTER, "appfolio-reports");
}
