mod builder;

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use latchel_sync_core::registry::{Access, Settings};
use latchel_sync_core::{Error, ErrorKind, Result};
use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};

use crate::limit::{Limits, RateLimitHeaders};
use crate::session::Session;
use crate::{Call, blot, tls};

pub use builder::TransportBuilder;
pub(crate) use builder::secret_value;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest time for which a connection is kept without a call: over the waits within a run, and not to the next run, because
/// its buffers grow with the answers for as long as it is used.
const IDLE: Duration = Duration::from_secs(10);

/// Reads the far side's own words out of an error answer's body.
pub(crate) type ExplainError = fn(&[u8]) -> Option<String>;

/// Reads from an error answer's status and body what it means; `None` where it means what HTTP says.
pub(crate) type ClassifyError = fn(u16, &[u8]) -> Option<ErrorKind>;

/// Reads from an error answer's status and body how long it asks to wait.
pub(crate) type AsksToWait = fn(u16, &[u8]) -> Option<Duration>;

/// Reads from the body of a success that it is none: what it means, and the far side's own words.
pub(crate) type FailureInside = fn(&[u8]) -> Option<(ErrorKind, String)>;

/// A connection to one far side. Clones share it.
#[derive(Clone)]
pub struct Transport(Arc<Inner>);

pub(crate) struct Inner {
    pub name: &'static str,
    pub base: Url,
    pub client: reqwest::Client,
    pub limits: Limits,
    pub explain_error: ExplainError,
    pub classify_error: ClassifyError,
    /// Meaning of error answers before the first success, and whether there was one.
    pub classify_first: Option<ClassifyError>,
    pub was_answered: AtomicBool,
    pub asks_to_wait: AsksToWait,
    pub failure_inside: Option<FailureInside>,
    pub opens_again: Option<&'static str>,
    pub access: Access,
    pub limit_headers: Option<RateLimitHeaders>,
    pub session: Option<Session>,
    /// The far side's clock by its newest answer.
    pub clock: Mutex<Option<DateTime<Utc>>>,
    secrets: Vec<SecretString>,
}

impl Inner {
    /// `text` with every secret blotted out: a far side may repeat the key that it refuses.
    pub fn without_secrets(&self, text: &str) -> String {
        let token = self.session.as_ref().and_then(Session::secret);
        self.secrets.iter().chain(&token).fold(text.to_owned(), |text, secret| {
            match secret.expose_secret().trim() {
                "" => text,
                secret => blot::without(&text, secret),
            }
        })
    }
}

impl Transport {
    /// Starts to describe the far side `name` at `base_url`; of `settings` it keeps what every adapter has
    /// ([`COMMON_SETTINGS`](latchel_sync_core::registry::COMMON_SETTINGS) and the access).
    pub fn builder(name: &'static str, base_url: &str, settings: &Settings) -> TransportBuilder {
        TransportBuilder::new(name, base_url, settings)
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

    /// The far side's clock, UTC, by the `date` header of the newest answer.
    pub fn clock(&self) -> Option<DateTime<Utc>> {
        *self.0.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An id of the core as a number, for a far side whose ids are numbers.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Refused`] if it is none.
    pub fn number(&self, id: &str) -> Result<i64> {
        let wrong =
            || Error::new(ErrorKind::Refused, format!("this is not an id of {}", self.0.name)).with("id", id);
        id.parse().map_err(|_| wrong())
    }

    /// The far side's name, as errors and metrics have it.
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// The host that every call goes to, in lower case: redirects are not followed.
    pub fn host(&self) -> &str {
        self.0.base.host_str().unwrap_or_default()
    }

    /// True if that is this machine.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.0.base)
    }

    /// True if calls go over TLS.
    pub fn is_encrypted(&self) -> bool {
        self.0.base.scheme() == "https"
    }

    /// `text` with every secret of this connection blotted out, for an adapter's own errors.
    pub fn without_secrets(&self, text: &str) -> String {
        self.0.without_secrets(text)
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

pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Makes an HTTP client; nothing else does. Redirects are not followed, so that credentials go to no other host. Only
/// `retry.rs` decides whether to try again.
pub(crate) fn client(base: &Url, headers: HeaderMap, timeout: Duration) -> Result<reqwest::Client> {
    // An `Err` says that a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "this is the one place that builds clients")]
    let mut builder = reqwest::Client::builder();
    if is_loopback(base) {
        // A proxy would take what is meant for this machine out of it.
        builder = builder.no_proxy();
        if base.scheme() == "http" {
            // Neither proxy nor redirect leads to TLS, and reading this machine's certificates takes longer than a test.
            builder = builder.tls_certs_only([]);
        }
    }
    if base.scheme() == "https" {
        builder = builder.tls_backend_preconfigured(tls::trusting()?);
    }
    builder
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE)
        .timeout(timeout)
        .user_agent(concat!("latchel-sync/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| Error::new(ErrorKind::Config, "the HTTP client cannot be made").with_source(error))
}
