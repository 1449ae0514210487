use std::sync::Arc;

use latchel_sync_core::Latchel;
use latchel_sync_core::registry::{ConnectedLatchel, Settings, latchels};
use serde_json::{Map, Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// Latchel as far as a test needs it.
pub struct Far {
    pub server: MockServer,
    pub latchel: Arc<dyn Latchel>,
}

impl Far {
    pub async fn new() -> Self {
        let server = MockServer::start().await;
        let values: Map<String, Value> = [("base_url".to_owned(), json!(server.uri()))].into_iter().collect();
        let adapter =
            latchels().into_iter().find(|one| one.name == "latchel-gateway").expect("it is registered");
        let secrets = [("api_key".to_owned(), "the-key".to_owned().into())].into();
        let connected =
            adapter.connect(&Settings::new(adapter.settings, values, secrets)).expect("an adapter");
        let ConnectedLatchel::Whole(latchel) = connected else { panic!("a gateway needs no mirror") };
        Self { server, latchel }
    }

    /// Answers a request that carries the key.
    pub async fn answers(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        let asked = Mock::given(method(verb)).and(path(at)).and(header("x-api-key", "the-key"));
        asked.respond_with(answer).mount(&self.server).await;
    }

    pub async fn asked(&self) -> Vec<Request> {
        self.server.received_requests().await.expect("recording")
    }

    /// The bodies of all requests so far.
    pub async fn bodies(&self) -> Vec<Value> {
        self.asked().await.iter().map(|one| serde_json::from_slice(&one.body).expect("JSON")).collect()
    }
}

pub fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}
