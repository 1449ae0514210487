//! Log-in, tokens, privileges, the limit that every answer tells of.

use axum::http::Method;
use chrono::TimeDelta;
use mock_pms::{Options, RateLimit};
use serde_json::{Value, json};

use super::{LOG_IN, RentManager, TOKEN, credentials, model, wrong};
use crate::client::{JSON, example, raw};

#[tokio::test]
async fn a_token_is_a_json_string_and_every_log_in_gives_another() {
    let far = RentManager::start().await;
    let again = far.log_in(&credentials()).await;
    assert_eq!(again.status, 200);
    assert!(again.json().as_str().is_some_and(|token| token != far.token));
    assert_eq!(far.get("/Users").await.status, 200, "the first goes on holding");
    let log = far.server.requests();
    let shown = serde_json::to_string(&log).expect("a log");
    assert!(!shown.contains("mock-client-secret") && !shown.contains(&far.token), "{shown}");
    assert!(!log[0].is_write());
}

#[tokio::test]
async fn wrong_credentials_are_refused_and_malformed_ones_named() {
    let far = RentManager::start().await;
    for (name, value) in [("Username", json!("x")), ("Password", json!("x")), ("LocationID", json!(2))] {
        let mut wrong = credentials();
        wrong[name] = value;
        assert!(model(&far.log_in(&wrong).await, 401).contains("Invalid"));
    }
    for (name, value) in [("Username", Value::Null), ("LocationID", json!("1")), ("Extra", json!(1))] {
        let mut bad = credentials();
        bad[name] = value;
        assert_eq!(wrong(&far.log_in(&bad).await), [name]);
    }
    let url = format!("{}{LOG_IN}", far.server.platform_url());
    let plain = raw(Method::POST, &url, &[], credentials().to_string()).await.expect("an answer");
    assert_eq!(plain.status, 415);
}

#[tokio::test]
async fn a_password_that_must_be_reset_is_a_500() {
    let far = RentManager::start().await;
    far.server.edit(|world| world.platform.account.denied = vec!["authentication".to_owned()]);
    assert!(model(&far.log_in(&credentials()).await, 500).contains("reset"));
}

#[tokio::test]
async fn a_log_in_in_any_case_is_one_and_tells_the_log_no_secret() {
    let far = RentManager::start().await;
    let url = format!("{}/authentication/AUTHORIZEUSER", far.server.platform_url());
    let answer = raw(Method::POST, &url, &[JSON], credentials().to_string()).await.expect("an answer");
    assert_eq!(answer.status, 200);
    let log = far.server.requests();
    let shown = serde_json::to_string(&log).expect("a log");
    assert!(log[1].is_log_in() && !shown.contains("mock-client-secret"), "{shown}");
}

#[tokio::test]
async fn without_a_token_that_holds_nothing_is_told() {
    let mut far = RentManager::start().await;
    let good = std::mem::replace(&mut far.token, "another".to_owned());
    let answer = far.get("/Users").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json(), json!({"Message": "Authorization has been denied for this request."}));
    far.token = good;
    let later = |far: &RentManager, by| far.server.edit(|world| world.clock.advance(by));
    later(&far, TimeDelta::minutes(14));
    assert_eq!(far.get("/Users").await.status, 200);
    later(&far, TimeDelta::minutes(14));
    assert_eq!(far.get("/Users").await.status, 200, "it was used");
    later(&far, TimeDelta::minutes(15));
    assert_eq!(far.get("/Users").await.status, 401, "it was idle");
}

#[tokio::test]
async fn a_missing_privilege_is_a_403_here_and_a_500_there() {
    let mut world = example();
    world.platform.account.denied = vec!["leases".to_owned(), "work_orders:write".to_owned()];
    let far = RentManager::with(world, Options::unlimited()).await;
    let answer = far.get("/Leases").await;
    assert_eq!(answer.status, 403);
    assert!(answer.json()["Message"].as_str().is_some_and(|text| text.contains("privilege")));
    assert_eq!(far.get("/ServiceManagerIssues").await.status, 200);
    let answer = far.post("/ServiceManagerIssues", &json!([{"Title": "x"}])).await;
    assert!(model(&answer, 500).contains("privilege"));
}

#[tokio::test]
async fn every_answer_tells_what_is_left_for_the_company() {
    let limit = RateLimit { calls: 3, seconds: 3_600 };
    let options = Options { rate_limits: Some(vec![limit]), ..Options::default() };
    let far = RentManager::with(example(), options).await;
    let now = far.server.read(mock_pms::World::now).timestamp();
    for left in ["1", "0"] {
        let answer = far.get("/Nothing").await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("x-ratelimit-limit"), Some("3"));
        assert_eq!(answer.header("x-ratelimit-remaining"), Some(left));
        let reset: i64 = answer.header("x-ratelimit-reset").expect("a time").parse().expect("seconds");
        assert!((now + 3_500..=now + 3_600).contains(&reset), "{reset}");
        assert!(answer.header("x-ratelimit-resettime").is_some());
    }
    let answer = far.get("/Users").await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("x-ratelimit-remaining"), Some("0"));
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn what_is_not_there_has_no_body_and_other_methods_a_message() {
    let far = RentManager::start().await;
    for path in ["/Nothing", "/Tenants/999", "/ServiceManagerIssues/999"] {
        let answer = far.get(path).await;
        assert_eq!((answer.status, answer.text().as_str()), (404, ""), "{path}");
    }
    assert_eq!(wrong(&far.get("/Tenants/x").await), ["id"]);
    let url = format!("{}/Tenants/21", far.server.platform_url());
    let answer = raw(Method::DELETE, &url, &[(TOKEN, &far.token)], String::new()).await.expect("an answer");
    assert_eq!(answer.status, 405);
    assert!(answer.json()["Message"].is_string());
}
