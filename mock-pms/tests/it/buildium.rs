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

use mock_pms::Dialect;
use serde_json::Value;

use crate::client::Reply;
use crate::specified::{Specified, Vendor};

const KEY: [(&str, &str); 2] =
    [("x-buildium-client-id", "mock-client-id"), ("x-buildium-client-secret", "mock-client-secret")];

type Buildium = Specified<OpenApi>;

/// Buildium's Open API. Rate limits, long queries and unknown paths are in the vendor's guide, not in the specification.
struct OpenApi;

impl Vendor for OpenApi {
    const DIALECT: Dialect = Dialect::BUILDIUM;
    const KEY: &[(&str, &str)] = &KEY;
    const SPEC: &str = "buildium.openapi.json";
    const ERROR: &str = "ApiErrorResponse";

    fn specifies_answer(_: &str, _: Option<&Value>, _: &Reply) -> bool {
        true
    }
}

impl Buildium {
    /// The ids in a list's answer.
    async fn ids(&self, path: &str) -> Vec<i64> {
        let rows = self.one(path).await;
        rows.as_array().expect("a list").iter().filter_map(|row| row["Id"].as_i64()).collect()
    }
}

/// The keys of the faults that an error answer names.
fn faults(reply: &Reply) -> Vec<&str> {
    assert_eq!(reply.body["ErrorCode"], Value::Null, "{}", reply.body);
    let errors = reply.body["Errors"].as_array().expect("a list of errors");
    errors.iter().filter_map(|error| error["Key"].as_str()).collect()
}
