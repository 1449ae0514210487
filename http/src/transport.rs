use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::registry::RateLimit;
use latchel_sync_core::{Error, ErrorKind, Result};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};

use crate::Call;
use crate::limit::Limits;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(30);

/// Reads the far side's own words out of an error answer's body.
pub(crate) type ExplainError = fn(&[u8]) -> Option<String>;

/// A connection to one far side. Clones share it.
#[derive(Clone)]
pub struct Transport(Arc<Inner>);

pub(crate) struct Inner {
    pub name: &'static str,
    pub base: Url,
    pub client: reqwest::Client,
    pub limits: Limits,
    pub explain_error: ExplainError,
}

impl Transport {
    /// Starts to describe the far side `name` at `base_url`.
    pub fn builder(name: &'static str, base_url: &str) -> TransportBuilder {
        TransportBuilder {
            name,
            base_url: base_url.to_owned(),
            headers: Vec::new(),
            limits: Vec::new(),
            timeout: TIMEOUT,
            explain_error: |_| None,
        }
    }

    /// A call that reads.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// A call that creates; it is never repeated, unless [`Call::reads`] says that it only reads.
    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    /// A call that replaces.
    pub fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    /// A call that changes.
    pub fn patch(&self, path: &str) -> Call {
        self.call(Method::PATCH, path)
    }

    fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self.0.clone(), method, path)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("name", &self.0.name).field("base", &self.0.base.as_str()).finish()
    }
}

/// What a [`Transport`] is made of.
pub struct TransportBuilder {
    name: &'static str,
    base_url: String,
    headers: Vec<(&'static str, SecretString)>,
    limits: Vec<RateLimit>,
    timeout: Duration,
    explain_error: ExplainError,
}

impl TransportBuilder {
    /// Sends a secret with every call.
    pub fn secret_header(mut self, name: &'static str, value: SecretString) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Keeps these rate limits, all at once.
    pub fn rate_limits(mut self, limits: &[RateLimit]) -> Self {
        self.limits.extend_from_slice(limits);
        self
    }

    /// How long one attempt may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Reads the far side's own words out of an error answer's body.
    pub fn explain_error(mut self, explain: ExplainError) -> Self {
        self.explain_error = explain;
        self
    }

    /// Makes the transport; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the address or a header cannot be used; the context `key` names the setting.
    pub fn build(self) -> Result<Transport> {
        let base = base_url(&self.base_url)?;
        let mut headers = HeaderMap::new();
        for (name, secret) in &self.headers {
            let mut value = HeaderValue::from_str(secret.expose_secret().trim()).map_err(|_| {
                Error::new(ErrorKind::Config, "a secret has characters that no header can carry")
                    .with("header", name)
            })?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
        }
        Ok(Transport(Arc::new(Inner {
            name: self.name,
            base,
            client: client(headers, self.timeout)?,
            limits: Limits::new(&self.limits),
            explain_error: self.explain_error,
        })))
    }
}

impl fmt::Debug for TransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportBuilder").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Plain http shows credentials to the network, so that it is for this machine only.
fn base_url(text: &str) -> Result<Url> {
    let wrong = |what: &str| Error::new(ErrorKind::Config, what).with("key", "base_url").with("value", text);
    let mut url = Url::parse(text.trim()).map_err(|error| wrong("not an address").with_source(error))?;
    let host = url.host_str().ok_or_else(|| wrong("the address has no host"))?;
    let loopback = host == "localhost" || host == "[::1]" || host.starts_with("127.");
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Err(wrong("plain http would show the credentials to the network: use https")),
        _ => return Err(wrong("the address must begin with https://")),
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// The one place that makes a client. Redirects are not followed, so that credentials go to no other host.
fn client(headers: HeaderMap, timeout: Duration) -> Result<reqwest::Client> {
    // An `Err` says that a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "this is the one place that builds clients")]
    let builder = reqwest::Client::builder();
    builder
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        .user_agent(concat!("latchel-sync/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| Error::new(ErrorKind::Config, "the HTTP client cannot be made").with_source(error))
}
