//! Latchel's Partner API: what it shows, what it refuses, what it stores, and how little a walk through it proves.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod faults;
mod filters;
mod gate;
mod lists;
mod quirks;
mod records;
mod webhooks;
mod writes;

use axum::http::Method;
use mock_pms::{Dialect, GenerateSpec, LatchelDialect, MockServer, Options, Switch, World};
use serde_json::Value;

use crate::client::{JSON, Reply, example, send};
use crate::specified::{Specified, Vendor};

/// The Partner API, with what is known of it as a judge.
struct Papi;

/// A running server with the Partner API.
type Far = Specified<Papi>;

impl Vendor for Papi {
    const DIALECT: Dialect = Dialect::BUILDIUM;
    const BASE: &'static str = "/v1";
    const KEY: &'static [(&'static str, &'static str)] = &[("x-api-key", "mock-api-key")];
    const SPEC: &'static str = "latchel-papi.reconstructed.openapi.json";

    fn address(server: &MockServer) -> &str {
        server.latchel_url()
    }

    fn chosen(options: Options) -> Options {
        Options { latchel: LatchelDialect::Papi, ..options }
    }

    /// Writes, and the reading of one property or tenant, are nobody's knowledge.
    fn specifies_answer(path: &str, sent: Option<&Value>, reply: &Reply) -> bool {
        let is_guessed = path.starts_with("/properties/") || path.starts_with("/tenants/");
        reply.status < 300 && sent.is_none() && !is_guessed
    }

    fn specifies_body(_path: &str, _sent: &Value) -> bool {
        false
    }

    /// Only accounts that another program fills have been looked at, and there every job has a number.
    fn is_known_to_differ(fault: &str) -> bool {
        fault.contains("order_number: null")
    }
}

/// An account with some 150 properties.
fn large() -> World {
    let now = "2026-03-02T15:00:00Z".parse().expect("an instant");
    World::generate(&GenerateSpec { units: 240, seed: 1, now })
}

/// The world with one of Latchel's quirks switched.
fn switched(mut world: World, quirk: &str, to: Switch) -> World {
    let quirk = LatchelDialect::Papi.quirks().iter().find(|one| one.name == quirk).expect("a quirk");
    quirk.switch(&mut world, to);
    world
}

impl Far {
    /// The record that a write answered with.
    async fn make(&self, path: &str, body: Value) -> Value {
        let reply = self.post(path, &body).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.body["data"].clone()
    }

    async fn patch(&self, path: &str, body: Value) -> Reply {
        self.ask(Method::PATCH, path, Some(&body)).await
    }

    /// The ids of a page's rows.
    async fn ids(&self, path: &str) -> Vec<i64> {
        let page = self.one(path).await;
        let rows = page["data"].as_array().expect("rows");
        let own = ["job_id", "user_id", "property_id"];
        rows.iter().map(|row| own.iter().find_map(|name| row[*name].as_i64()).expect("an id")).collect()
    }

    /// The ids of a list, page by page, as a careful client counts them.
    async fn walk(&self, path: &str) -> Vec<i64> {
        let mut all = Vec::new();
        for page in 1.. {
            let rows = self.ids(&format!("{path}page={page}")).await;
            if rows.is_empty() {
                break;
            }
            all.extend(rows);
        }
        all
    }

    /// Sends a request with these headers.
    async fn bearing(&self, headers: &[(&str, &str)], path: &str) -> Reply {
        send(Method::GET, &self.url(path), headers, String::new()).await
    }
}

impl Reply {
    /// The fields that are to blame, by name.
    fn blamed(&self) -> Vec<String> {
        assert_eq!(self.status, 422, "{}", self.body);
        assert!(self.body["message"].is_string(), "{}", self.body);
        let errors = self.body["errors"].as_object().expect("errors");
        assert!(errors.values().all(|texts| texts[0].is_string()), "{errors:?}");
        errors.keys().cloned().collect()
    }
}
