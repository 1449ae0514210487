use std::sync::Arc;

use latchel_sync_core::mirror::LatchelSource;
use latchel_sync_core::registry::{ConnectedLatchel, Settings, latchels};
use serde_json::{Map, Value, json};
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

/// Latchel as far as a test needs it.
pub struct Far {
    pub server: MockServer,
    pub source: Arc<dyn LatchelSource>,
}

/// The adapter with these settings beside address and key.
pub fn connect(base_url: &str, settings: Value) -> latchel_sync_core::Result<Arc<dyn LatchelSource>> {
    let mut values: Map<String, Value> = settings.as_object().cloned().unwrap_or_default();
    values.insert("base_url".to_owned(), json!(base_url));
    let adapter = latchels().into_iter().find(|one| one.name == "latchel").expect("it is registered");
    let secrets = [("api_key".to_owned(), "the-key".to_owned().into())].into();
    match adapter.connect(&Settings::new(adapter.settings, values, secrets))? {
        ConnectedLatchel::Lists(source) => Ok(source),
        ConnectedLatchel::Whole(_) => panic!("it can only list"),
    }
}

impl Far {
    pub async fn new(settings: Value) -> Self {
        let server = MockServer::start().await;
        let source = connect(&format!("{}/v1", server.uri()), settings).expect("an adapter");
        Self { server, source }
    }

    /// Answers a request that carries the key.
    pub async fn answers(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        let asked = Mock::given(method(verb)).and(path(at)).and(header("x-api-key", "the-key"));
        asked.respond_with(answer).mount(&self.server).await;
    }

    /// Answers the request for one page of a list.
    pub async fn lists(&self, at: &str, page: u32, answer: Value) {
        let asked = Mock::given(method("GET")).and(path(at)).and(query_param("page", page.to_string()));
        asked.respond_with(ok(answer)).mount(&self.server).await;
    }

    pub async fn asked(&self) -> Vec<Request> {
        self.server.received_requests().await.expect("recording")
    }
}

pub fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

pub fn job(id: i64, state: (i64, &str)) -> Value {
    json!({"job_id": id, "state_id": state.0, "state": {"state_id": state.0, "name": state.1},
        "created_at": "2026-03-01 08:00:00", "updated_at": "2026-03-02T09:30:00Z", "name": "Drip", "property_id": 501,
        "tenant_id": null, "ref_job_id": "81", "order_number": "81-1", "is_emergency": 0, "is_urgent": "1"})
}
