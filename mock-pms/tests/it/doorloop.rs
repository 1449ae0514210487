//! The DoorLoop dialect: what it shows, what it refuses, and that it speaks as the reconstructed specification says,
//! wherever that file is at hand.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod gate;
mod lists;
mod writes;

use mock_pms::Dialect;
use serde_json::Value;

use crate::client::Reply;
use crate::specified::{Specified, Vendor};

const TOKEN: (&str, &str) = ("authorization", "bearer mock-client-secret");

type DoorLoop = Specified<Api>;

/// DoorLoop's API; only good answers are specified.
struct Api;

impl Vendor for Api {
    const DIALECT: Dialect = Dialect::DOORLOOP;
    const BASE: &str = "/api";
    const KEY: &[(&str, &str)] = &[TOKEN];
    const SPEC: &str = "doorloop.reconstructed.openapi.json";

    /// Portfolios are known from a client, and not to the specification.
    fn specifies_answer(path: &str, _sent: Option<&Value>, reply: &Reply) -> bool {
        reply.status < 300 && !path.starts_with("/portfolios")
    }
}

impl DoorLoop {
    /// The rows of a list's answer.
    async fn rows(&self, path: &str) -> Vec<Value> {
        self.one(path).await["data"].as_array().expect("a list").clone()
    }

    /// Mistakes that a refusal names.
    async fn refusal(&self, path: &str, body: &Value) -> String {
        let reply = self.post(path, body).await;
        assert_eq!(reply.status, 422, "{body} {}", reply.body);
        let base = reply.body["base"].as_array().expect("a list");
        base.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
    }
}
