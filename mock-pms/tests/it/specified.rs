//! A client that holds what a dialect says, and what it accepted, against the vendor's specification, wherever that file
//! is at hand.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use std::marker::PhantomData;

use axum::http::Method;
use mock_pms::{Dialect, MockServer, Options, World};
use serde_json::Value;
use specs::{Asked, Spec};

use crate::client::{JSON, Reply, example, send};

/// A vendor's API: how it is asked, and what its specification covers.
pub(crate) trait Vendor {
    const DIALECT: Dialect;
    /// Prefix of every path.
    const BASE: &'static str = "";
    /// The headers that let one in.
    const KEY: &'static [(&'static str, &'static str)];
    /// The specification's file.
    const SPEC: &'static str;
    /// The schema of error answers that no operation declares.
    const ERROR: &'static str = "";

    /// The address of the system that is asked.
    fn address(server: &MockServer) -> &str {
        server.platform_url()
    }

    /// The options that let the server imitate it.
    fn chosen(options: Options) -> Options {
        Options { platform: Self::DIALECT, ..options }
    }

    /// True if the specification allows this answer to the request.
    fn specifies_answer(_path: &str, _sent: Option<&Value>, reply: &Reply) -> bool {
        reply.status < 300
    }

    /// True if the specification allows this body, which was accepted.
    fn specifies_body(_path: &str, _sent: &Value) -> bool {
        true
    }

    /// True if the live service is known to differ here.
    fn is_known_to_differ(_fault: &str) -> bool {
        false
    }
}

/// A running server, and a client that checks each answer by the specification.
pub(crate) struct Specified<V> {
    pub(crate) server: MockServer,
    pub(crate) spec: Option<Spec>,
    vendor: PhantomData<V>,
}

impl<V: Vendor> Specified<V> {
    pub(crate) async fn start() -> Self {
        Self::of(example()).await
    }

    pub(crate) async fn of(world: World) -> Self {
        Self::with(world, Options::unlimited()).await
    }

    pub(crate) async fn with(world: World, options: Options) -> Self {
        let server = MockServer::start(world, V::chosen(options)).await.expect("the server starts");
        Self { server, spec: Spec::at_hand(V::SPEC), vendor: PhantomData }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{}{path}", V::address(&self.server), V::BASE)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.ask(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn one(&self, path: &str) -> Value {
        self.get(path).await.good()
    }

    pub(crate) async fn status(&self, path: &str) -> u16 {
        self.get(path).await.status
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, sent: Option<&Value>) -> Reply {
        let headers: Vec<_> = V::KEY.iter().copied().chain(sent.map(|_| JSON)).collect();
        let body = sent.map(Value::to_string).unwrap_or_default();
        let reply = send(method.clone(), &self.url(path), &headers, body).await;
        let Some(spec) = &self.spec else { return reply };
        let asked = Asked { method: method.as_str(), path };
        if V::specifies_answer(path, sent, &reply) {
            let mut faults = spec.answer_faults(&asked, reply.status, &reply.body, V::ERROR);
            faults.retain(|fault| !V::is_known_to_differ(fault));
            let Reply { status, body, .. } = &reply;
            assert!(faults.is_empty(), "{method} {path} answered {status} {body}: {faults:?}");
        }
        if let Some(sent) = sent.filter(|sent| reply.status < 300 && V::specifies_body(path, sent)) {
            let faults = spec.body_faults(&asked, sent);
            assert!(faults.is_empty(), "{method} {path} was accepted with {sent}: {faults:?}");
        }
        reply
    }
}
