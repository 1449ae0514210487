//! The Rentvine dialect: what it shows, what it refuses, what it pretends, and that it speaks as the reconstructed
//! specification says, wherever that file is at hand.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod gate;
mod lists;
mod writes;

use axum::http::Method;
use mock_pms::{Dialect, MockServer, Options, World};
use serde_json::Value;
use tests::openapi::{Asked, Spec};

use crate::client::{Reply, send};

/// `mock-client-id:mock-client-secret`.
const KEY: (&str, &str) = ("authorization", "Basic bW9jay1jbGllbnQtaWQ6bW9jay1jbGllbnQtc2VjcmV0");
const JSON: (&str, &str) = ("content-type", "application/json");

/// Paths that the contract sheet has, and the specification has not.
const NOT_SPECIFIED: [&str; 4] = ["/maintenance-technicians", "/portfolios", "/tenants", "/units"];

/// A running server, and a client that checks each good answer, and what was accepted, by the specification.
struct Rentvine {
    server: MockServer,
    spec: Option<Spec>,
}

impl Rentvine {
    async fn start() -> Self {
        Self::of(example()).await
    }

    async fn of(world: World) -> Self {
        Self::with(world, Options::unlimited()).await
    }

    async fn with(world: World, options: Options) -> Self {
        let options = Options { platform: Dialect::RENTVINE, ..options };
        let server = MockServer::start(world, options).await.expect("the server starts");
        Self { server, spec: Spec::at_hand("rentvine.reconstructed.openapi.json") }
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// The rows of a list's answer, out of their envelopes.
    async fn rows(&self, path: &str, envelope: &str) -> Vec<Value> {
        let rows = self.get(path).await.good();
        rows.as_array().expect("a bare array").iter().map(|row| row[envelope].clone()).collect()
    }

    async fn work_order(&self, id: i64) -> Value {
        self.get(&format!("/maintenance/work-orders/{id}")).await.good()["workOrder"].clone()
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let url = format!("{}/api/manager{path}", self.server.platform_url());
        let sent = body.map(Value::to_string).unwrap_or_default();
        let headers = if body.is_some() { vec![KEY, JSON] } else { vec![KEY] };
        let reply = send(method.clone(), &url, &headers, sent).await;
        let bare = path.split('?').next().unwrap_or_default();
        let is_specified = !NOT_SPECIFIED.iter().any(|end| bare.ends_with(end));
        let pretended = body.is_some_and(|body| body.get("workOrder").is_some());
        let checked = reply.status < 300 && is_specified && !pretended;
        if let Some(spec) = self.spec.as_ref().filter(|_| checked) {
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
