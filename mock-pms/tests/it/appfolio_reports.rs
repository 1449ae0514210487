//! The dialect of AppFolio's Reports API: what it refuses and what it ignores, how it pages, and what is in no report.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod gate;
mod jobs;
mod pages;
mod people;
mod places;
mod work_orders;

use axum::http::Method;
use mock_pms::{Dialect, MockServer, Options, Switch, World};
use serde_json::{Value, json};

use crate::client::{JSON, Raw, example, raw};

/// `mock-client-id:mock-client-secret`.
const KEY: (&str, &str) = ("authorization", "Basic bW9jay1jbGllbnQtaWQ6bW9jay1jbGllbnQtc2VjcmV0");

struct Reports(MockServer);

impl Reports {
    async fn start() -> Self {
        Self::of(example(), Options::unlimited()).await
    }

    async fn of(world: World, options: Options) -> Self {
        let options = Options { platform: Dialect::APPFOLIO_REPORTS, ..options };
        Self(MockServer::start(world, options).await.expect("the server starts"))
    }

    /// The example's world with quirks switched.
    async fn with(quirks: &[(&str, Switch)]) -> Self {
        let mut world = example();
        let named = quirks.iter().map(|(name, switch)| ((*name).to_owned(), *switch));
        world.platform.account.quirks.extend(named);
        Self::of(world, Options::unlimited()).await
    }

    async fn post(&self, path: &str, body: &Value) -> Raw {
        self.ask(Method::POST, path, &[KEY, JSON], body.to_string()).await
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Raw {
        let url = format!("{}{path}", self.0.platform_url());
        raw(method, &url, headers, body).await.expect("an answer")
    }

    /// All rows of a report, on one page.
    async fn rows(&self, report: &str, body: Value) -> Vec<Value> {
        let answer = self.post(&path(report), &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let body = answer.json();
        assert_eq!(body["next_page_url"], Value::Null);
        body["results"].as_array().expect("rows").clone()
    }

    async fn all(&self, report: &str) -> Vec<Value> {
        self.rows(report, json!({})).await
    }
}

fn path(report: &str) -> String {
    format!("/api/v2/reports/{report}.json")
}

/// The row with this value in a column.
#[track_caller]
fn with<'r>(rows: &'r [Value], column: &str, value: impl Into<Value>) -> &'r Value {
    let value = value.into();
    rows.iter().find(|row| row[column] == value).unwrap_or_else(|| panic!("no {column} {value}: {rows:?}"))
}

/// The values of a column.
fn column(rows: &[Value], name: &str) -> Vec<Value> {
    rows.iter().map(|row| row[name].clone()).collect()
}
