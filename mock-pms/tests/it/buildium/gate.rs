//! Refusals of requests before an endpoint looks at them.

use axum::http::Method;
use mock_pms::{Options, RateLimit};

use super::{Buildium, KEY, faults};
use crate::client::{JSON, example, send};

#[tokio::test]
async fn every_path_wants_both_halves_of_the_key() {
    let buildium = Buildium::start().await;
    let wrong = ("x-buildium-client-secret", "mock-client-secret ");
    let wrong_id = ("x-buildium-client-id", "MOCK-CLIENT-ID");
    for headers in [vec![], vec![KEY[0]], vec![KEY[1]], vec![KEY[0], ("x-buildium-client-secret", "no")]] {
        for path in ["/v1/rentals", "/v1/rentals/1", "/v1/nonsense"] {
            let url = format!("{}{path}", buildium.server.platform_url());
            let reply = send(Method::GET, &url, &headers, String::new()).await;
            assert_eq!(reply.status, 401, "{path} with {headers:?}");
            assert!(faults(&reply).is_empty());
        }
    }
    let url = format!("{}/v1/rentals", buildium.server.platform_url());
    assert_eq!(send(Method::GET, &url, &[wrong_id, KEY[1]], String::new()).await.status, 401);
    // HTTP itself takes blanks off the end of a header.
    assert_eq!(send(Method::GET, &url, &[KEY[0], wrong], String::new()).await.status, 200);
}

#[tokio::test]
async fn what_the_key_may_not_do_is_403() {
    let mut world = example();
    world.platform.account.denied = vec!["work_orders:write".to_owned(), "tenants".to_owned()];
    let buildium = Buildium::of(world).await;
    assert_eq!(buildium.status("/v1/workorders").await, 200);
    assert_eq!(buildium.post("/v1/workorders", &serde_json::json!({})).await.status, 403);
    assert_eq!(buildium.status("/v1/leases/tenants").await, 403);
    assert_eq!(buildium.status("/v1/leases/tenants/21").await, 403);
    assert_eq!(buildium.status("/v1/leases").await, 200);
}

#[tokio::test]
async fn paths_and_parameters_in_the_wrong_case_do_not_exist() {
    let buildium = Buildium::start().await;
    for path in ["/V1/rentals", "/v1/Rentals", "/v1/workOrders", "/v1/rentals/", "/rentals"] {
        assert_eq!(buildium.status(path).await, 404, "{path}");
    }
    for query in ["Limit=5", "orderBy=Id", "lastUpdatedFrom=2026-03-01T00:00:00Z", "anything=1"] {
        assert_eq!(buildium.status(&format!("/v1/rentals?{query}")).await, 404, "{query}");
    }
    assert_eq!(buildium.status("/v1/rentals/1?limit=1").await, 404);
    assert_eq!(buildium.status("/v1/rentals?rentalownerids=1").await, 501, "known, but not imitated");
}

#[tokio::test]
async fn other_methods_are_405() {
    let buildium = Buildium::start().await;
    let url = format!("{}/v1/workorders/81", buildium.server.platform_url());
    for method in [Method::DELETE, Method::PATCH, Method::POST] {
        assert_eq!(send(method, &url, &KEY, String::new()).await.status, 405);
    }
}

#[tokio::test]
async fn a_query_of_more_than_4096_characters_is_500() {
    let buildium = Buildium::start().await;
    let ids = "propertyids=1&".repeat(292);
    let query = |more: usize| format!("{ids}{}=1", "x".repeat(more));
    assert_eq!(query(6).len(), 4096);
    assert_eq!(buildium.status(&format!("/v1/rentals?{}", query(6))).await, 404);
    assert_eq!(buildium.status(&format!("/v1/rentals?{}", query(7))).await, 500);
}

#[tokio::test]
async fn beyond_the_rate_limit_is_429_without_a_hint() {
    let limit = RateLimit { calls: 3, seconds: 3_600 };
    let options = Options { rate_limits: Some(vec![limit]), ..Options::default() };
    let buildium = Buildium::with(example(), options).await;
    for _ in 0..3 {
        assert_eq!(buildium.status("/v1/users").await, 200);
    }
    let reply = buildium.get("/v1/users").await;
    assert_eq!(reply.status, 429);
    assert!(reply.header("retry-after").is_none());
    let real = Options::default().platform.rate_limits();
    assert_eq!(real, [RateLimit::per_second(10)]);
}

#[tokio::test]
async fn answers_are_dated_by_the_world() {
    let buildium = Buildium::start().await;
    let date = |reply: &crate::client::Reply| reply.header("date").map(ToOwned::to_owned);
    assert_eq!(date(&buildium.get("/v1/users").await).as_deref(), Some("Mon, 02 Mar 2026 20:00:00 GMT"));
    assert_eq!(date(&buildium.get("/v1/nonsense").await).as_deref(), Some("Mon, 02 Mar 2026 20:00:00 GMT"));
    let reply = buildium.get("/v1/users").await;
    assert_eq!(reply.headers.get_all("date").iter().count(), 1);
}

#[tokio::test]
async fn bodies_must_be_json_objects_and_say_so() {
    let buildium = Buildium::start().await;
    let url = format!("{}/v1/workorders", buildium.server.platform_url());
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
        let headers: Vec<_> = KEY.into_iter().chain(kind.map(|kind| ("content-type", kind))).collect();
        assert_eq!(send(Method::POST, &url, &headers, "{}".to_owned()).await.status, 415, "{kind:?}");
    }
    for body in ["", "{", "[]", "null"] {
        let reply = send(Method::POST, &url, &[KEY[0], KEY[1], JSON], body.to_owned()).await;
        assert_eq!(reply.status, 400, "{body:?}");
    }
    let with_charset = ("content-type", "application/json; charset=utf-8");
    assert_eq!(send(Method::POST, &url, &[KEY[0], KEY[1], with_charset], "{}".to_owned()).await.status, 400);
}
