//! The Buildium dialect: what it refuses, and what a PUT forgets.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use mock_pms::{GenerateSpec, MockServer, Options, World};
use serde_json::{Value, json};

pub async fn server(options: Options) -> MockServer {
    let now = "2026-03-02T15:00:00Z".parse().expect("an instant");
    let world = World::generate(&GenerateSpec { units: 60, seed: 3, now });
    MockServer::start(world, options).await.expect("the mock starts")
}

async fn call(
    server: &MockServer,
    method: Method,
    path: &str,
    body: Option<Value>,
    secret: &str,
) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(format!("{}{path}", server.platform_url()))
        .header("x-buildium-client-id", "mock-client-id")
        .header("x-buildium-client-secret", secret)
        .header("content-type", "application/json")
        .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
        .expect("a request");
    let answer =
        Client::builder(TokioExecutor::new()).build_http().request(request).await.expect("an answer");
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

pub async fn get(server: &MockServer, path: &str) -> (u16, Value) {
    call(server, Method::GET, path, None, "mock-client-secret").await
}

#[tokio::test]
async fn it_refuses_what_the_real_one_refuses() {
    let server = server(Options::unlimited()).await;
    let wrong = call(&server, Method::GET, "/v1/rentals", None, "another").await;
    assert_eq!(wrong.0, 401);
    assert!(wrong.1["UserMessage"].is_string() && wrong.1["ErrorCode"].is_null(), "{}", wrong.1);
    for (path, status) in [
        ("/v1/rentals", 200),
        ("/v1/Rentals", 404),
        ("/v1/rentals?Limit=1", 404),
        ("/v1/rentals/77", 404),
        ("/v1/rentals?lastupdatedfrom=2026-03-01", 400),
        ("/v1/rentals?lastupdatedfrom=2026-03-01T00:00:00Z", 200),
        ("/v1/tasks?lastupdatedfrom=2026-03-01T00:00:00Z", 400),
        ("/v1/tasks?lastupdatedfrom=2026-03-01", 200),
        ("/v1/rentals?orderby=Colour", 400),
    ] {
        assert_eq!(get(&server, path).await.0, status, "{path}");
    }
    let long = format!("/v1/rentals?{}", "propertyids=1000&".repeat(300));
    assert_eq!(get(&server, &long).await.0, 500);
    let post = json!({"EntryAllowed": "Yes", "VendorId": 9101, "Status": "New"});
    let refused = call(&server, Method::POST, "/v1/workorders", Some(post), "mock-client-secret").await;
    assert!(matches!(refused.0, 400 | 422), "an unknown body field: {refused:?}");
}

#[tokio::test]
async fn a_put_forgets_what_it_leaves_out() {
    let server = server(Options::unlimited()).await;
    let task = server.read(|world| {
        let todo = |task: &&mock_pms::world::Task| task.kind == mock_pms::world::TaskKind::ResidentRequest;
        world.platform.tasks.iter().find(todo).expect("a resident request").id
    });
    let path = format!("/v1/tasks/residentrequests/{task}");
    let put = json!({"Title": "Tap", "TaskStatus": "Completed", "Priority": "Normal"});
    let answer = call(&server, Method::PUT, &path, Some(put), "mock-client-secret").await;
    assert_eq!(answer.0, 200, "{}", answer.1);
    server.read(|world| assert_eq!(world.platform.tasks.get(task).expect("the task").assigned_to, None));
}

#[tokio::test]
async fn it_allows_ten_calls_a_second() {
    let server = server(Options::default()).await;
    let mut refused = 0;
    for _ in 0..40 {
        refused += u32::from(get(&server, "/v1/users").await.0 == 429);
    }
    assert!(refused > 0);
}
