//! The Propertyware dialect in full: what it refuses, what it hides, and that it speaks as the vendor's specification
//! says, wherever that file is at hand.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod gate;
mod lists;
mod records;
mod work_orders;

use axum::http::Method;
use mock_pms::{Dialect, MockServer, Options, World};
use serde_json::Value;
use tests::openapi::{Asked, Spec};

use crate::client::{Reply, send};

const BASE: &str = "/pw/api/rest/v1";
const KEY: [(&str, &str); 3] = [
    ("x-propertyware-client-id", "mock-client-id"),
    ("x-propertyware-client-secret", "mock-client-secret"),
    ("x-propertyware-system-id", "1"),
];
const JSON: (&str, &str) = ("content-type", "application/json");

/// What the specification has another type for than the live service.
const KNOWN_TO_DIFFER: &str = "/unitIDs:";

fn options() -> Options {
    Options { platform: Dialect::PROPERTYWARE, ..Options::unlimited() }
}

/// A running server with a world, and a client that checks each answer by the specification.
struct Propertyware {
    server: MockServer,
    spec: Option<Spec>,
}

impl Propertyware {
    async fn start() -> Self {
        Self::of(example(), options()).await
    }

    async fn of(world: World, options: Options) -> Self {
        let server = MockServer::start(world, options).await.expect("the server starts");
        Self { server, spec: Spec::at_hand("propertyware.openapi.json") }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{BASE}{path}", self.server.platform_url())
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
        rows.as_array().expect("a list").iter().filter_map(|row| row["id"].as_i64()).collect()
    }

    async fn status(&self, path: &str) -> u16 {
        self.get(path).await.status
    }

    async fn ask(&self, method: Method, path: &str, body: String) -> Reply {
        let headers = [KEY[0], KEY[1], KEY[2], JSON];
        let headers = if method == Method::GET { &headers[..3] } else { &headers[..] };
        let reply = send(method.clone(), &self.url(path), headers, body.clone()).await;
        let Some(spec) = &self.spec else { return reply };
        let asked = Asked { method: method.as_str(), path };
        if !reply.body.is_null() {
            let mut faults = spec.answer_faults(&asked, reply.status, &reply.body, "ErrorResponse");
            faults.retain(|fault| !fault.contains(KNOWN_TO_DIFFER));
            assert!(
                faults.is_empty(),
                "{method} {path} answered {} {}: {faults:?}",
                reply.status,
                reply.body
            );
        }
        if reply.status < 300 && !body.is_empty() {
            let body = serde_json::from_str(&body).expect("JSON");
            let faults = spec.body_faults(&asked, &body);
            assert!(faults.is_empty(), "{method} {path} was accepted with {body}: {faults:?}");
        }
        reply
    }
}

/// The keys of the faults that an error answer names.
fn faults(reply: &Reply) -> Vec<&str> {
    assert_eq!(reply.body["errorCode"], "1001", "{}", reply.body);
    let errors = reply.body["errors"].as_array().expect("a list of errors");
    errors.iter().filter_map(|error| error["key"].as_str()).collect()
}

fn example() -> World {
    World::from_json(include_str!("../../examples/small-world.json")).expect("the example is a world")
}
