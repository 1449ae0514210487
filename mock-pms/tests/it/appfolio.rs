//! The AppFolio dialect: what it refuses, how it pages, what it writes, and that it writes nothing twice.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod gate;
mod lists;
mod work_orders;

use axum::http::Method;
use mock_pms::{Dialect, MockServer, Options, World};
use serde_json::Value;

use crate::client::{JSON, Reply, example, send};

/// `mock-client-id:mock-client-secret`.
const KEY: (&str, &str) = ("authorization", "Basic bW9jay1jbGllbnQtaWQ6bW9jay1jbGllbnQtc2VjcmV0");
const DEVELOPER: (&str, &str) = ("X-AppFolio-Developer-ID", "mock-developer-id");
/// The filter that lets everything through.
const ALL: &str = "filters[LastUpdatedAtFrom]=1970-01-01T00:00:00Z";

struct AppFolio(MockServer);

impl AppFolio {
    async fn start() -> Self {
        Self::of(example(), Options::unlimited()).await
    }

    async fn of(world: World, options: Options) -> Self {
        let options = Options { platform: Dialect::APPFOLIO, ..options };
        Self(MockServer::start(world, options).await.expect("the server starts"))
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, &[KEY, DEVELOPER], String::new()).await
    }

    async fn write(&self, method: Method, path: &str, key: Option<&str>, body: &Value) -> Reply {
        let mut headers = vec![KEY, DEVELOPER, JSON];
        headers.extend(key.map(|key| ("Idempotency-Key", key)));
        self.ask(method, path, &headers, body.to_string()).await
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Reply {
        let url = format!("{}/api/v0/{path}", self.0.platform_url());
        send(method, &url, headers, body).await
    }

    /// The rows of a list, all on one page.
    async fn rows(&self, resource: &str, more: &str) -> Vec<Value> {
        let body = self.get(&format!("{resource}?{ALL}{more}")).await.good();
        assert_eq!(body["next_page_path"], Value::Null);
        body["data"].as_array().expect("rows").clone()
    }
}

/// The record with this value in a field.
#[track_caller]
fn with<'r>(rows: &'r [Value], field: &str, value: &str) -> &'r Value {
    rows.iter().find(|row| row[field] == value).unwrap_or_else(|| panic!("no {field} {value}: {rows:?}"))
}
