//! Refusals of requests before an endpoint looks at them.

use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use mock_pms::{Dialect, RateLimit};
use serde_json::Value;

use super::{KEY, Propertyware, faults};
use crate::client::{JSON, example, send};

#[tokio::test]
async fn missing_credentials_are_a_silent_400_and_wrong_ones_a_401() {
    let propertyware = Propertyware::start().await;
    let empty = ("x-propertyware-system-id", "");
    for headers in [vec![], vec![KEY[0], KEY[1]], vec![KEY[1], KEY[2]], vec![KEY[0], KEY[1], empty]] {
        let reply = send(Method::GET, &propertyware.url("/buildings"), &headers, String::new()).await;
        assert_eq!((reply.status, &reply.body), (400, &Value::Null), "{headers:?}");
    }
    for at in 0..3 {
        let mut headers = KEY;
        headers[at].1 = "wrong";
        let reply = send(Method::GET, &propertyware.url("/buildings"), &headers, String::new()).await;
        assert_eq!(reply.status, 401, "{headers:?}");
        assert!(faults(&reply).is_empty());
    }
}

#[tokio::test]
async fn the_system_id_is_the_worlds_partner_id_where_it_has_one() {
    let mut world = example();
    world.platform.account.partner_id = Some("4711".to_owned());
    let credentials = Dialect::PROPERTYWARE.credentials(&world);
    assert!(credentials.contains(&("system_id", "4711".to_owned())), "{credentials:?}");
    let propertyware = Propertyware::of(world).await;
    assert_eq!(propertyware.status("/buildings").await, 401);
}

#[tokio::test]
async fn a_path_that_is_not_known_answers_a_page() {
    let propertyware = Propertyware::start().await;
    for path in ["/pw/api/rest/v1/users", "/pw/api/v1/rest/buildings", "/buildings"] {
        let url = format!("{}{path}", propertyware.server.platform_url());
        let request =
            KEY.iter().fold(Request::get(url), |request, (name, value)| request.header(*name, *value));
        let request = request.body(Body::empty()).expect("a request");
        let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
        let response = client.request(request).await.expect("an answer");
        assert_eq!(response.status(), 404, "{path}");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert!(body.starts_with(b"<html>"), "{path}");
    }
}

#[tokio::test]
async fn what_the_key_may_not_do_is_403() {
    let mut world = example();
    world.platform.account.denied = vec!["work_orders:write".to_owned(), "contacts".to_owned()];
    let propertyware = Propertyware::of(world).await;
    assert_eq!(propertyware.status("/workorders").await, 200);
    assert_eq!(propertyware.post("/workorders", &serde_json::json!({"buildingID": 1})).await.status, 403);
    assert_eq!(propertyware.status("/contacts").await, 403);
}

#[tokio::test]
async fn deleting_is_for_the_beta_and_nothing_says_so() {
    let propertyware = Propertyware::start().await;
    let reply = send(Method::DELETE, &propertyware.url("/workorders/81"), &KEY, String::new()).await;
    assert_eq!((reply.status, &reply.body["userMessage"]), (404, &Value::Null));
    for method in [Method::PUT, Method::PATCH, Method::POST] {
        let reply = send(method, &propertyware.url("/workorders/81"), &KEY, String::new()).await;
        assert_eq!(reply.status, 405, "a work order cannot be changed");
    }
}

#[tokio::test]
async fn beyond_the_rate_limit_is_429_without_a_hint() {
    let limit = RateLimit { calls: 2, seconds: 3_600 };
    let limited = mock_pms::Options { rate_limits: Some(vec![limit]), ..mock_pms::Options::unlimited() };
    let propertyware = Propertyware::with(example(), limited).await;
    for _ in 0..2 {
        assert_eq!(propertyware.status("/vendors").await, 200);
    }
    let reply = propertyware.get("/vendors").await;
    assert_eq!(reply.status, 429);
    assert!(reply.header("retry-after").is_none());
}

#[tokio::test]
async fn bodies_must_be_json_objects_and_say_so() {
    let propertyware = Propertyware::start().await;
    let url = propertyware.url("/workorders");
    assert_eq!(send(Method::POST, &url, &KEY, "{}".to_owned()).await.status, 415);
    for body in ["", "{", "[]", "null"] {
        let reply = send(Method::POST, &url, &[KEY[0], KEY[1], KEY[2], JSON], body.to_owned()).await;
        assert_eq!((reply.status, &reply.body), (400, &Value::Null), "{body:?}");
    }
}
