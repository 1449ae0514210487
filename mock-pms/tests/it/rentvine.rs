//! The Rentvine dialect: what it shows, what it refuses, what it pretends, and that it speaks as the reconstructed
//! specification says, wherever that file is at hand.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod gate;
mod lists;
mod writes;

use mock_pms::Dialect;
use serde_json::Value;

use crate::client::Reply;
use crate::specified::{Specified, Vendor};

/// `mock-client-id:mock-client-secret`.
const KEY: (&str, &str) = ("authorization", "Basic bW9jay1jbGllbnQtaWQ6bW9jay1jbGllbnQtc2VjcmV0");

/// Paths that the contract sheet has, and the specification has not.
const NOT_SPECIFIED: [&str; 6] =
    ["/maintenance-technicians", "/portfolios", "/portfolios/search", "/leases", "/tenants", "/units"];
/// The same, with an id behind them.
const NOT_SPECIFIED_EACH: [&str; 2] = ["/leases", "/maintenance/work-order/statuses"];

type Rentvine = Specified<Api>;

/// Rentvine's API; only good answers are specified, and none to a write that it only pretends to do.
struct Api;

impl Vendor for Api {
    const DIALECT: Dialect = Dialect::RENTVINE;
    const BASE: &str = "/api/manager";
    const KEY: &[(&str, &str)] = &[KEY];
    const SPEC: &str = "rentvine.reconstructed.openapi.json";

    fn specifies_answer(path: &str, sent: Option<&Value>, reply: &Reply) -> bool {
        reply.status < 300 && is_specified(path) && !sent.is_some_and(is_pretended)
    }

    fn specifies_body(path: &str, sent: &Value) -> bool {
        is_specified(path) && !is_pretended(sent)
    }
}

fn is_specified(path: &str) -> bool {
    let bare = path.split('?').next().unwrap_or_default();
    let one = bare.rsplit_once('/').filter(|(_, id)| id.parse::<i64>().is_ok()).map(|(list, _)| list);
    !NOT_SPECIFIED.iter().any(|end| bare.ends_with(end))
        && !one.is_some_and(|list| NOT_SPECIFIED_EACH.contains(&list))
}

fn is_pretended(sent: &Value) -> bool {
    sent.get("workOrder").is_some()
}

impl Rentvine {
    /// The rows of a list's answer, out of their envelopes.
    async fn rows(&self, path: &str, envelope: &str) -> Vec<Value> {
        let rows = self.one(path).await;
        rows.as_array().expect("a bare array").iter().map(|row| row[envelope].clone()).collect()
    }

    async fn work_order(&self, id: i64) -> Value {
        self.one(&format!("/maintenance/work-orders/{id}")).await["workOrder"].clone()
    }
}
