//! The key, the limit, and paths and methods that are not there.

use axum::http::Method;
use mock_pms::{LatchelDialect, Options, RateLimit};

use super::{Far, JSON, Specified, example, send};

#[tokio::test]
async fn every_path_wants_the_key() {
    let far = Far::start().await;
    for path in ["/jobs", "/properties/501", "/nonsense"] {
        for headers in [&[][..], &[("x-api-key", "")], &[("x-api-key", "mock-api-keys")]] {
            let reply = far.bearing(headers, path).await;
            assert_eq!((reply.status, reply.body["message"].as_str()), (401, Some("Unauthenticated.")));
        }
    }
}

#[tokio::test]
async fn a_key_that_was_replaced_is_a_wrong_one() {
    let far = Far::start().await;
    assert_eq!(far.status("/jobs").await, 200);
    far.server.edit(|world| world.latchel.company.api_key = "another".to_owned());
    assert_eq!(far.status("/jobs").await, 401);
    far.server.edit(|world| world.latchel.company.denied = vec!["jobs".to_owned()]);
    assert_eq!(far.bearing(&[("x-api-key", "another")], "/jobs").await.status, 403);
}

#[tokio::test]
async fn paths_records_and_methods_that_are_not_there_have_a_message() {
    let far = Far::start().await;
    for path in
        ["/nonsense", "/jobs/1", "/jobs/first", "/properties/1", "/tenants/1", "/jobs/1/history/state"]
    {
        let reply = far.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.body["message"].is_string(), "{}", reply.body);
    }
    for (method, path) in
        [(Method::DELETE, "/jobs/701"), (Method::POST, "/jobs/701"), (Method::PUT, "/jobs/701")]
    {
        let headers = [("x-api-key", "mock-api-key"), JSON];
        let reply = send(method, &far.url(path), &headers, "{}".to_owned()).await;
        assert_eq!(reply.status, 405, "{path}");
        assert!(reply.body["message"].is_string(), "{}", reply.body);
    }
}

#[tokio::test]
async fn every_answer_tells_the_rest_of_the_limit_and_none_when_there_is_more() {
    let limit = RateLimit { calls: 3, seconds: 600 };
    let options = Options { latchel_rate_limits: Some(vec![limit]), ..Options::unlimited() };
    let far = Far::with_options(options).await;
    for (path, status, left) in [("/jobs", 200, "2"), ("/jobs/1", 404, "1"), ("/nonsense", 404, "0")] {
        let reply = far.get(path).await;
        let told = (reply.header("x-ratelimit-limit"), reply.header("x-ratelimit-remaining"));
        assert_eq!((reply.status, told), (status, (Some("3"), Some(left))), "{path}");
    }
    for _ in 0..2 {
        let reply = far.get("/jobs").await;
        assert_eq!((reply.status, reply.body["message"].as_str()), (429, Some("Too Many Attempts.")));
        assert_eq!(reply.header("x-ratelimit-remaining"), Some("0"));
        assert_eq!(reply.header("x-ratelimit-reset"), None);
        let wait: u64 = reply.header("retry-after").and_then(|text| text.parse().ok()).expect("seconds");
        assert!((590..=600).contains(&wait), "{wait}");
    }
}

#[tokio::test]
async fn the_live_limit_holds_unless_another_is_chosen() {
    let far = Far::with_options(Options::default()).await;
    assert_eq!(LatchelDialect::Papi.rate_limits(), [RateLimit { calls: 600, seconds: 600 }]);
    assert_eq!(far.get("/jobs").await.header("x-ratelimit-remaining"), Some("599"));
    let none = Far::with_options(Options::unlimited()).await;
    assert_eq!(none.get("/jobs").await.header("x-ratelimit-remaining"), None);
}

impl Far {
    async fn with_options(options: Options) -> Self {
        Specified::<super::Papi>::with(example(), options).await
    }
}
