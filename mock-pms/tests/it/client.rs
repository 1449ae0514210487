//! A plain HTTP client for JSON.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use mock_pms::World;
use serde_json::Value;

/// Header of a request with a JSON body.
pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null if the answer has no body.
    pub(crate) body: Value,
}

impl Reply {
    /// The body of a good answer.
    #[track_caller]
    pub(crate) fn good(self) -> Value {
        assert!(self.status < 300, "{} {}", self.status, self.body);
        self.body
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// An answer whose body may be anything.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Raw {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body, which has to be JSON; null if there is none.
    pub(crate) fn json(&self) -> Value {
        if self.bytes.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.bytes).expect("JSON")
    }
}

/// Sends a request with exactly these headers; `None` if the connection is cut.
pub(crate) async fn raw(method: Method, url: &str, headers: &[(&str, &str)], body: String) -> Option<Raw> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body)).expect("a good request");
    let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let (parts, body) = client.request(request).await.ok()?.into_parts();
    let bytes = body.collect().await.ok()?.to_bytes().to_vec();
    Some(Raw { status: parts.status.as_u16(), headers: parts.headers, bytes })
}

/// Sends a request with exactly these headers, and reads an answer in JSON.
pub(crate) async fn send(method: Method, url: &str, headers: &[(&str, &str)], body: String) -> Reply {
    let answer = raw(method, url, headers, body).await.expect("an answer");
    Reply { status: answer.status, body: answer.json(), headers: answer.headers }
}

/// The small world of the examples.
pub(crate) fn example() -> World {
    World::from_json(include_str!("../../examples/small-world.json")).expect("the example is a world")
}
