//! The Rent Manager dialect: who is let in, what its lists can be narrowed to, what it refuses and in which of its shapes.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod gate;
mod lists;
mod writes;

use axum::http::Method;
use mock_pms::{Dialect, MockServer, Options, World};
use serde_json::{Value, json};

use crate::client::{JSON, Raw, example, raw};

const TOKEN: &str = "x-rm12api-apitoken";
const LOG_IN: &str = "/Authentication/AuthorizeUser";

/// A running server, and a client that has logged in.
struct RentManager {
    server: MockServer,
    token: String,
}

impl RentManager {
    async fn start() -> Self {
        Self::with(example(), Options::unlimited()).await
    }

    async fn with(world: World, options: Options) -> Self {
        let options = Options { platform: Dialect::RENTMANAGER, ..options };
        let server = MockServer::start(world, options).await.expect("the server starts");
        let mut started = Self { server, token: String::new() };
        started.token = started.log_in(&credentials()).await.json().as_str().expect("a token").to_owned();
        started
    }

    async fn log_in(&self, credentials: &Value) -> Raw {
        let url = format!("{}{LOG_IN}", self.server.platform_url());
        raw(Method::POST, &url, &[JSON], credentials.to_string()).await.expect("an answer")
    }

    async fn get(&self, path: &str) -> Raw {
        let url = format!("{}{path}", self.server.platform_url());
        raw(Method::GET, &url, &[(TOKEN, &self.token)], String::new()).await.expect("an answer")
    }

    async fn post(&self, path: &str, body: &Value) -> Raw {
        let url = format!("{}{path}", self.server.platform_url());
        raw(Method::POST, &url, &[(TOKEN, &self.token), JSON], body.to_string()).await.expect("an answer")
    }

    /// The rows of a list's answer; none of an empty one.
    async fn rows(&self, path: &str) -> Vec<Value> {
        let answer = self.get(path).await;
        match answer.status {
            204 => Vec::new(),
            200 => answer.json().as_array().expect("a list").clone(),
            other => panic!("{path} answered {other} {}", answer.text()),
        }
    }

    /// The ids in a list's answer.
    async fn ids(&self, path: &str, key: &str) -> Vec<i64> {
        self.rows(path).await.iter().filter_map(|row| row[key].as_i64()).collect()
    }
}

/// Names of the parameters or fields that a refusal calls wrong.
#[track_caller]
fn wrong(answer: &Raw) -> Vec<String> {
    let body = answer.json();
    assert_eq!((answer.status, &body["Message"]), (400, &json!("The request is invalid.")), "{body}");
    body["ModelState"].as_object().expect("a state").keys().cloned().collect()
}

/// The message of an error in the shape of a model.
#[track_caller]
fn model(answer: &Raw, status: u16) -> String {
    let body = answer.json();
    assert_eq!(answer.status, status, "{body}");
    assert!(body["ErrorCode"].as_i64().is_some_and(|code| code < 0), "{body}");
    assert_eq!(body["DeveloperMessage"], body["UserMessage"]);
    body["UserMessage"].as_str().expect("a message").to_owned()
}

fn credentials() -> Value {
    json!({"Username": "mock-client-id", "Password": "mock-client-secret", "LocationID": 1})
}
