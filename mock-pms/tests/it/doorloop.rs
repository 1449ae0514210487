//! The DoorLoop dialect: what it shows, what it refuses, and that it speaks as the reconstructed specification says,
//! wherever that file is at hand.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod gate;
mod lists;
mod writes;

use axum::http::Method;
use mock_pms::{Dialect, MockServer, Options, World};
use serde_json::Value;
use tests::openapi::{Asked, Spec};

use crate::client::{Reply, send};

const TOKEN: (&str, &str) = ("authorization", "bearer mock-client-secret");
const JSON: (&str, &str) = ("content-type", "application/json");

/// A running server, and a client that checks each good answer, and what was accepted, by the specification.
struct DoorLoop {
    server: MockServer,
    spec: Option<Spec>,
}

impl DoorLoop {
    async fn start() -> Self {
        Self::of(example()).await
    }

    async fn of(world: World) -> Self {
        Self::with(world, Options::unlimited()).await
    }

    async fn with(world: World, options: Options) -> Self {
        let options = Options { platform: Dialect::DOORLOOP, ..options };
        let server = MockServer::start(world, options).await.expect("the server starts");
        Self { server, spec: Spec::at_hand("doorloop.reconstructed.openapi.json") }
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn put(&self, path: &str, body: &Value) -> Reply {
        self.ask(Method::PUT, path, Some(body)).await
    }

    /// The rows of a list's answer.
    async fn rows(&self, path: &str) -> Vec<Value> {
        self.get(path).await.good()["data"].as_array().expect("a list").clone()
    }

    /// What is said to be wrong.
    async fn refusal(&self, path: &str, body: &Value) -> String {
        let reply = self.post(path, body).await;
        assert_eq!(reply.status, 422, "{body} {}", reply.body);
        let base = reply.body["base"].as_array().expect("a list");
        base.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let url = format!("{}/api{path}", self.server.platform_url());
        let sent = body.map(Value::to_string).unwrap_or_default();
        let headers = if body.is_some() { vec![TOKEN, JSON] } else { vec![TOKEN] };
        let reply = send(method.clone(), &url, &headers, sent).await;
        if let Some(spec) = self.spec.as_ref().filter(|_| reply.status < 300) {
            let asked = Asked { method: method.as_str(), path };
            let faults = spec.answer_faults(&asked, reply.status, &reply.body, "");
            assert!(faults.is_empty(), "{method} {path} answered {}: {faults:?}", reply.body);
            let faults = body.map(|body| spec.body_faults(&asked, body)).unwrap_or_default();
            assert!(faults.is_empty(), "{method} {path} was accepted: {faults:?}");
        }
        reply
    }
}

fn example() -> World {
    World::from_json(include_str!("../../examples/small-world.json")).expect("the example is a world")
}
