//! The Propertyware dialect in full: what it refuses, what it hides, and that it speaks as the vendor's specification
//! says, wherever that file is at hand.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod gate;
mod lists;
mod records;
mod work_orders;

use mock_pms::Dialect;
use serde_json::Value;

use crate::client::Reply;
use crate::specified::{Specified, Vendor};

const KEY: [(&str, &str); 3] = [
    ("x-propertyware-client-id", "mock-client-id"),
    ("x-propertyware-client-secret", "mock-client-secret"),
    ("x-propertyware-system-id", "1"),
];

type Propertyware = Specified<OpenApi>;

/// Propertyware's Open API.
struct OpenApi;

impl Vendor for OpenApi {
    const DIALECT: Dialect = Dialect::PROPERTYWARE;
    const BASE: &str = "/pw/api/rest/v1";
    const KEY: &[(&str, &str)] = &KEY;
    const SPEC: &str = "propertyware.openapi.json";
    const ERROR: &str = "ErrorResponse";

    fn specifies_answer(_: &str, _: Option<&Value>, reply: &Reply) -> bool {
        !reply.body.is_null()
    }

    /// Of these the specification has another type than the live service.
    fn is_known_to_differ(fault: &str) -> bool {
        fault.contains("/unitIDs:")
    }
}

impl Propertyware {
    /// The ids in a list's answer.
    async fn ids(&self, path: &str) -> Vec<i64> {
        let rows = self.one(path).await;
        rows.as_array().expect("a list").iter().filter_map(|row| row["id"].as_i64()).collect()
    }
}

/// The keys of the faults that an error answer names.
fn faults(reply: &Reply) -> Vec<&str> {
    assert_eq!(reply.body["errorCode"], "1001", "{}", reply.body);
    let errors = reply.body["errors"].as_array().expect("a list of errors");
    errors.iter().filter_map(|error| error["key"].as_str()).collect()
}
