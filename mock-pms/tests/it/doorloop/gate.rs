//! Requests that are let in, by their token, their number and their parameters.

use axum::http::Method;
use mock_pms::{Options, RateLimit};
use serde_json::Value;

use super::{DoorLoop, TOKEN};
use crate::client::{example, send};

#[tokio::test]
async fn only_the_token_opens() {
    let far = DoorLoop::start().await;
    let url = format!("{}/api/users", far.server.platform_url());
    for (sent, status) in [
        (vec![], 401),
        (vec![("authorization", "bearer wrong")], 401),
        (vec![("authorization", "mock-client-secret")], 401),
        (vec![("authorization", "Bearer mock-client-secret")], 200),
        (vec![TOKEN], 200),
    ] {
        let reply = send(Method::GET, &url, &sent, String::new()).await;
        assert_eq!(reply.status, status, "{sent:?}");
        assert!(status == 200 || reply.body["message"].is_string(), "{}", reply.body);
    }
}

#[tokio::test]
async fn a_missing_permission_is_405_for_reads_and_for_writes_alone() {
    let mut world = example();
    world.platform.account.denied = vec!["units".to_owned(), "tasks:write".to_owned()];
    let far = DoorLoop::of(world).await;
    let refused = far.get("/units").await;
    assert_eq!((refused.status, &refused.body["message"]), (405, &Value::from("METHOD_NOT_ALLOWED")));
    assert_eq!(far.get("/properties").await.status, 200);
    assert_eq!(far.get("/tasks").await.status, 200);
    assert_eq!(far.post("/tasks/update", &serde_json::json!({"taskId": "x"})).await.status, 405);
}

#[tokio::test]
async fn haste_is_429_with_the_seconds_to_wait() {
    let limits = vec![RateLimit { calls: 2, seconds: 60 }, RateLimit { calls: 3, seconds: 3_600 }];
    let options = Options { rate_limits: Some(limits), ..Options::default() };
    let far = DoorLoop::with(example(), options).await;
    assert_eq!(far.get("/users").await.status, 200);
    assert_eq!(far.get("/users").await.status, 200);
    let refused = far.get("/users").await;
    assert_eq!((refused.status, &refused.body["message"]), (429, &Value::from("RATE_LIMIT_EXCEEDED")));
    let wait: u64 = refused.header("retry-after").and_then(|text| text.parse().ok()).expect("seconds");
    assert!((50..=60).contains(&wait), "{wait}");
}

#[tokio::test]
async fn unknown_parameters_bad_pages_and_bad_ids_are_refused() {
    let far = DoorLoop::start().await;
    for (path, status) in [
        ("/tasks?filter_updatedAt_from=2026-03-01", 422),
        ("/units?page_size=1001", 422),
        ("/units?page_number=0", 422),
        ("/units?filter_property=11", 422),
        ("/units?filter_property=650000020000000000000001", 200),
        ("/properties?filter_class=HOUSE", 422),
        ("/properties?filter_owner=650000010000000000000001", 501),
        ("/properties?filter_group=1", 422),
        ("/leases?filter_status=PAST", 422),
        ("/vendors?filter_active=yes", 422),
        ("/leases/tenants?filter_movedOutAt_to=2026-03-01", 422),
        ("/leases/tenants?filter_movedOutAt_To=2026-03-01", 200),
        ("/tasks?filter_createdAt_from=yesterday", 422),
        ("/tasks/81", 422),
        ("/tasks/650000070000000000000001", 404),
        ("/nothing", 404),
    ] {
        assert_eq!(far.get(path).await.status, status, "{path}");
    }
    let gone = far.ask(Method::DELETE, "/properties", None).await;
    assert_eq!((gone.status, &gone.body["message"]), (404, &Value::from("Not found")), "405 is a permission");
}
