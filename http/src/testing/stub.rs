use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

use latchel_sync_core::registry::{SettingForm, Settings, platforms};
use latchel_sync_core::{Platform, Result};
use serde_json::{Map, Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Match, Mock, MockBuilder, MockServer, Request, Respond, ResponseTemplate};

use super::relied_on::left_out;

/// A platform, as far as the tests of its adapter need it.
pub trait Stub {
    /// The name that the adapter is registered by.
    const ADAPTER: &'static str;
    /// Prefix of every path.
    const BASE: &'static str = "";
    /// README of the adapter, whose table *Relied on, and confirmed by* must name every request that a test of the adapter
    /// makes; empty for an adapter without such a table.
    const README: &'static str = "";

    /// The settings that the adapter has where a test gives no others, beside the address and the secrets.
    fn settings() -> Value {
        json!({})
    }

    /// Adds to the settings what the account gives an adapter beside their values, such as its time zone.
    fn account(settings: Settings) -> Settings {
        settings
    }

    /// Matches the requests that read what stands at `at`: a path behind the base, unless the stub says otherwise, as one of
    /// a GraphQL system does, whose requests differ by nothing but their bodies ([`in_body`]).
    fn reading(at: &str) -> MockBuilder {
        Mock::given(method("GET")).and(path(format!("{}{at}", Self::BASE)))
    }

    /// Matches the requests that write to what stands at `at` with this method.
    fn writing(verb: &str, at: &str) -> MockBuilder {
        Mock::given(method(verb)).and(path(format!("{}{at}", Self::BASE)))
    }

    /// True if a request writes: all but GET, unless the stub says otherwise.
    fn is_write(request: &Request) -> bool {
        request.method != "GET"
    }

    /// The body of an answer with one record: the record itself, unless the stub says otherwise.
    fn record(record: Value) -> Value {
        record
    }

    /// The page of a list that a request is for.
    fn page(rows: &[Value], request: &Request) -> ResponseTemplate;

    /// Spells a request as tests compare it; `None` for one that they are not told of.
    fn spell(request: &Request) -> Option<String> {
        Some(path_and_query(request))
    }
}

/// A server on a free port that answers as a [`Stub`] does, and the adapter that is connected to it.
#[derive(Debug)]
pub struct StubServer<S: Stub> {
    /// The server, for answers that are like no others.
    pub server: MockServer,
    /// The adapter.
    pub platform: Arc<dyn Platform>,
    stub: PhantomData<S>,
}

impl<S: Stub> StubServer<S> {
    /// With the usual settings.
    pub async fn new() -> Self {
        Self::with(json!({})).await
    }

    /// With settings beside or in place of the usual ones.
    pub async fn with(settings: Value) -> Self {
        let server = MockServer::start().await;
        let mut values = table(settings);
        values.insert("base_url".to_owned(), json!(server.uri()));
        let platform = Self::connect(values).expect("an adapter");
        Self { server, platform, stub: PhantomData }
    }

    /// The adapter as the command would make it, each of its secrets being `the-` and the secret's name.
    ///
    /// # Errors
    ///
    /// Those of the adapter.
    pub fn connect(values: Map<String, Value>) -> Result<Arc<dyn Platform>> {
        let adapter = platforms().into_iter().find(|one| one.name == S::ADAPTER).expect("it is registered");
        let mut all = table(S::settings());
        all.extend(values);
        let secrets = adapter.settings.iter().filter(|setting| setting.form == SettingForm::Secret);
        let secrets = secrets.map(|secret| (secret.key.to_owned(), format!("the-{}", secret.key).into()));
        (adapter.connect)(&S::account(Settings::new(adapter.settings, all, secrets.collect())))
    }

    /// Serves a list to whatever asks for it.
    pub async fn list(&self, at: &str, rows: Value) {
        self.list_for(at, &[], rows).await;
    }

    /// Serves a list to queries that have these parameters.
    pub async fn list_for(&self, at: &str, parameters: &[(&str, &str)], rows: Value) {
        let rows = rows.as_array().expect("a list").clone();
        self.respond_for(at, parameters, move |request: &Request| S::page(&rows, request)).await;
    }

    /// Answers queries that have these parameters; an answer for any query comes behind.
    pub async fn respond_for(&self, at: &str, parameters: &[(&str, &str)], answer: impl Respond + 'static) {
        let mut mock = S::reading(at);
        for (name, value) in parameters {
            mock = mock.and(query_param(*name, *value));
        }
        let priority = if parameters.is_empty() { 7 } else { 5 };
        mock.respond_with(answer).with_priority(priority).mount(&self.server).await;
    }

    /// Serves one record.
    pub async fn one(&self, at: &str, record: Value) {
        S::reading(at)
            .respond_with(ResponseTemplate::new(200).set_body_json(S::record(record)))
            .mount(&self.server)
            .await;
    }

    /// Answers one method on one path.
    pub async fn answers(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        let mock = if verb == "GET" { S::reading(at) } else { S::writing(verb, at) };
        mock.respond_with(answer).mount(&self.server).await;
    }

    /// The requests so far that tests are told of.
    pub async fn requests(&self) -> Vec<Request> {
        let mut requests = self.server.received_requests().await.expect("recording");
        requests.retain(|request| S::spell(request).is_some());
        requests
    }

    /// The requests so far, as the stub spells them.
    pub async fn asked(&self) -> Vec<String> {
        self.requests().await.iter().filter_map(S::spell).collect()
    }

    /// The writes so far.
    pub async fn writes(&self) -> Vec<Request> {
        let mut requests = self.requests().await;
        requests.retain(S::is_write);
        requests
    }

    /// The bodies of the writes so far.
    pub async fn written(&self) -> Vec<Value> {
        let body = |write: &Request| serde_json::from_slice(&write.body).expect("JSON");
        self.writes().await.iter().map(body).collect()
    }
}

/// Holds the adapter's README to name whatever the test had the adapter ask for.
impl<S: Stub> Drop for StubServer<S> {
    fn drop(&mut self) {
        if S::README.is_empty() || std::thread::panicking() {
            return;
        }
        let requests = futures::executor::block_on(self.server.received_requests()).unwrap_or_default();
        let left_out = left_out(S::README, S::BASE, &requests);
        assert!(left_out.is_empty(), "the README's table of endpoints leaves out {left_out:?}");
    }
}

/// Matches requests whose body has this text, such as the name of a GraphQL operation.
pub fn in_body(text: &str) -> impl Match + 'static {
    let text = text.to_owned();
    move |request: &Request| String::from_utf8_lossy(&request.body).contains(&text)
}

/// A request as `METHOD path?query`.
pub fn path_and_query(request: &Request) -> String {
    let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{} {}{query}", request.method, request.url.path())
}

/// A request as `METHOD path?query`, without the base of the path, and the query decoded and without the parameters that
/// are `usual`.
pub fn spell_without(request: &Request, base: &str, usual: impl Fn(&str, &str) -> bool) -> String {
    let pairs = request.url.query_pairs().filter(|(name, value)| !usual(name, value));
    let query: Vec<_> = pairs.map(|(name, value)| format!("{name}={value}")).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    let path = request.url.path().trim_start_matches(base);
    format!("{} {path}{mark}{}", request.method, query.join("&"))
}

/// The parameter of a query, if it is there and reads as what is wanted.
pub fn parameter<T: FromStr>(request: &Request, name: &str) -> Option<T> {
    let found = request.url.query_pairs().find(|(key, _)| key == name);
    found.and_then(|(_, value)| value.parse().ok())
}

fn table(values: Value) -> Map<String, Value> {
    match values {
        Value::Object(table) => table,
        other => panic!("{other} is no table"),
    }
}
