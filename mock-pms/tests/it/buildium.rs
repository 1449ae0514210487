//! The Buildium dialect in full: what it refuses, what it loses, and that it speaks as the vendor's specification
//! says, wherever that file is at hand.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod answers;
mod gate;
mod lists;
mod nonsense;
mod strictness;
mod tasks;
mod timestamps;
mod work_orders;

use axum::http::Method;
use mock_pms::{MockServer, Options, World};
use serde_json::Value;
use tests::openapi::{Asked, Spec};

use crate::client::{Reply, send};

const KEY: [(&str, &str); 2] =
    [("x-buildium-client-id", "mock-client-id"), ("x-buildium-client-secret", "mock-client-secret")];
const JSON: (&str, &str) = ("content-type", "application/json");

/// Rate limits, long queries and unknown paths are in the vendor's guide, not in the specification.
const ERROR: &str = "ApiErrorResponse";

fn spec() -> Option<Spec> {
    Spec::at_hand("buildium.openapi.json")
}

/// A running server with the example world, and a client that checks each answer by the specification.
struct Buildium {
    server: MockServer,
    spec: Option<Spec>,
}

impl Buildium {
    async fn start() -> Self {
        Self::of(example(), Options::unlimited()).await
    }

    async fn of(world: World, options: Options) -> Self {
        let server = MockServer::start(world, options).await.expect("the server starts");
        Self { server, spec: spec() }
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, String::new()).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask(Method::POST, path, body.to_string()).await
    }

    async fn put(&self, path: &str, body: &Value) -> Reply {
        self.ask(Method::PUT, path, body.to_string()).await
    }

    async fn one(&self, path: &str) -> Value {
        self.get(path).await.good()
    }

    /// The ids in a list's answer.
    async fn ids(&self, path: &str) -> Vec<i64> {
        let rows = self.one(path).await;
        rows.as_array().expect("a list").iter().filter_map(|row| row["Id"].as_i64()).collect()
    }

    async fn status(&self, path: &str) -> u16 {
        self.get(path).await.status
    }

    async fn ask(&self, method: Method, path: &str, body: String) -> Reply {
        let url = format!("{}{path}", self.server.platform_url());
        let headers = [KEY[0], KEY[1], JSON];
        let with_body = if method == Method::GET { &headers[..2] } else { &headers[..] };
        let reply = send(method.clone(), &url, with_body, body.clone()).await;
        if let Some(spec) = &self.spec {
            let asked = Asked { method: method.as_str(), path };
            let faults = spec.answer_faults(&asked, reply.status, &reply.body, ERROR);
            assert!(
                faults.is_empty(),
                "{method} {path} answered {} {}: {faults:?}",
                reply.status,
                reply.body
            );
            if reply.status < 300 && !body.is_empty() {
                let body = serde_json::from_str(&body).expect("JSON");
                let faults = spec.body_faults(&asked, &body);
                assert!(faults.is_empty(), "{method} {path} was accepted with {body}: {faults:?}");
            }
        }
        reply
    }
}

/// The keys of the faults that an error answer names.
fn faults(reply: &Reply) -> Vec<&str> {
    assert_eq!(reply.body["ErrorCode"], Value::Null, "{}", reply.body);
    let errors = reply.body["Errors"].as_array().expect("a list of errors");
    errors.iter().filter_map(|error| error["Key"].as_str()).collect()
}

fn example() -> World {
    World::from_json(include_str!("../../examples/small-world.json")).expect("the example is a world")
}
