use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use latchel_sync_core::registry::{Access, PlainHttp, RateLimit, Settings};
use latchel_sync_core::{Error, ErrorKind, Result};
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::{
    AsksToWait, ClassifyError, ExplainError, FailureInside, Inner, TIMEOUT, Transport, client, is_loopback,
};
use crate::error_words;
use crate::limit::{CallLimits, Limits, RateLimitHeaders};
use crate::session::{LogIn, Session};

/// Parts that a [`Transport`] is made of.
pub struct TransportBuilder {
    name: &'static str,
    base_url: String,
    path: &'static str,
    plain_http: PlainHttp,
    access: Access,
    headers: Vec<(&'static str, String)>,
    secret_headers: Vec<(&'static str, SecretString)>,
    secrets: Vec<SecretString>,
    limits: Vec<RateLimit>,
    limit_group: Option<String>,
    limits_in: Arc<CallLimits>,
    timeout: Duration,
    explain_error: ExplainError,
    classify_error: ClassifyError,
    classify_first: Option<ClassifyError>,
    asks_to_wait: AsksToWait,
    failure_inside: Option<FailureInside>,
    opens_again: Option<&'static str>,
    limit_headers: Option<RateLimitHeaders>,
    log_in: Option<LogIn>,
    keeps_session: bool,
}

impl TransportBuilder {
    pub(super) fn new(name: &'static str, base_url: &str, settings: &Settings) -> Self {
        Self {
            name,
            base_url: base_url.to_owned(),
            path: "",
            plain_http: settings.plain_http(),
            access: settings.access(),
            headers: Vec::new(),
            secret_headers: Vec::new(),
            secrets: Vec::new(),
            limits: Vec::new(),
            limit_group: settings.limit_group().map(|group| format!("{name}: {group}")),
            limits_in: CallLimits::of_process(),
            timeout: TIMEOUT,
            explain_error: error_words,
            classify_error: |_, _| None,
            classify_first: None,
            asks_to_wait: |_, _| None,
            failure_inside: None,
            opens_again: None,
            limit_headers: None,
            log_in: None,
            keeps_session: false,
        }
    }

    /// Path of the API on its host, which every call's path follows.
    pub fn path(mut self, path: &'static str) -> Self {
        self.path = path;
        self
    }

    /// Sends a secret with every call.
    pub fn secret_header(mut self, name: &'static str, value: SecretString) -> Self {
        self.secret_headers.push((name, value));
        self
    }

    /// Sends `authorization` with every call: `scheme`, as the far side spells it, and a token.
    pub fn token(mut self, scheme: &str, token: SecretString) -> Self {
        let value = format!("{scheme} {}", token.expose_secret().trim());
        self.secrets.push(token);
        self.secret_header("authorization", value.into())
    }

    /// Sends a user and a password with every call by HTTP's basic authentication. Both are secret, each by itself.
    pub fn basic_auth(mut self, user: SecretString, password: SecretString) -> Self {
        let pair = format!("{}:{}", user.expose_secret().trim(), password.expose_secret().trim());
        self.secrets.extend([user, password]);
        self.token("Basic", BASE64_STANDARD.encode(pair).into())
    }

    /// Logs in before the first call, and once more when the token that every call carries is refused; `secret` is what
    /// of the credentials no text may show.
    pub fn log_in(mut self, log_in: LogIn, secret: SecretString) -> Self {
        self.log_in = Some(log_in);
        self.secrets.push(secret);
        self
    }

    /// Keeps the token for the connections that the process makes later with the same credentials, for a far side that
    /// bounds the number of sessions. It is kept in memory alone.
    pub fn keep_session(mut self) -> Self {
        self.keeps_session = true;
        self
    }

    /// Sends a value that is no secret with every call.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Keeps these rate limits, all at once.
    pub fn rate_limits(mut self, limits: &[RateLimit]) -> Self {
        self.limits.extend_from_slice(limits);
        self
    }

    /// Keeps the limits of its group there, and not with those of the process.
    pub fn limits_in(mut self, limits: &Arc<CallLimits>) -> Self {
        self.limits_in = Arc::clone(limits);
        self
    }

    /// Keeps a limit that others use up too, by what the far side's answers say is left of it.
    pub fn rate_limit_headers(mut self, headers: RateLimitHeaders) -> Self {
        self.limit_headers = Some(headers);
        self
    }

    /// Sets the longest time that one attempt may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Reads the far side's own words out of an error answer's body, where [`error_words`] finds none of them.
    pub fn explain_error(mut self, explain: ExplainError) -> Self {
        self.explain_error = explain;
        self
    }

    /// Says what error answers mean, by status and body, where it is something else than HTTP says.
    pub fn classify_error(mut self, classify: ClassifyError) -> Self {
        self.classify_error = classify;
        self
    }

    /// Says the same for as long as no call ever succeeded, for a far side that does not tell wrong credentials from a wrong
    /// request. What it leaves open is left to [`TransportBuilder::classify_error`].
    pub fn classify_first_errors(mut self, classify: ClassifyError) -> Self {
        self.classify_first = Some(classify);
        self
    }

    /// Says how long an error answer asks to wait, by status and body, where it does so in words; a Retry-After counts
    /// before it. The kind of such an error is for [`TransportBuilder::classify_error`] to say.
    pub fn asks_to_wait(mut self, pause: AsksToWait) -> Self {
        self.asks_to_wait = pause;
        self
    }

    /// Tells failures that come with the status of a success, as those of GraphQL do
    /// ([`graphql_failure`](crate::graphql_failure)): they are then treated like any other, and a token that was refused is
    /// renewed.
    pub fn failure_inside(mut self, read: FailureInside) -> Self {
        self.failure_inside = Some(read);
        self
    }

    /// Says when a far side that answers [`ErrorKind::Paused`] opens again by its own account, in a few words for people,
    /// such as `"about 04:00 Pacific time"`. The words become the error's context `until`.
    pub fn opens_again(mut self, when: &'static str) -> Self {
        self.opens_again = Some(when);
        self
    }

    /// Makes the transport; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the address or a header cannot be used; the context `key` names the setting.
    pub fn build(self) -> Result<Transport> {
        let mut base = base_url(&self.base_url, self.plain_http)?;
        let path = self.path.trim_matches('/');
        if !path.is_empty() && base.path().trim_end_matches('/').ends_with(&format!("/{path}")) {
            let message =
                format!("the address ends with /{path} already, which is added to it: leave it out");
            return Err(Error::new(ErrorKind::Config, message).with("key", "base_url"));
        }
        if !path.is_empty() {
            base.set_path(&format!("{}{path}/", base.path()));
        }
        let limits = Limits::new(&self.limits, self.limit_group, self.limits_in)?;
        let session = self.log_in.map(|log_in| match self.keeps_session {
            true => Session::kept(log_in, &base),
            false => Session::new(log_in),
        });
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.insert(header_name(name)?, header_value(name, value)?);
        }
        for (name, secret) in &self.secret_headers {
            headers.insert(header_name(name)?, secret_value(name, secret)?);
        }
        Ok(Transport(Arc::new(Inner {
            name: self.name,
            client: client(&base, headers, self.timeout)?,
            base,
            limits,
            explain_error: self.explain_error,
            classify_error: self.classify_error,
            classify_first: self.classify_first,
            was_answered: AtomicBool::new(false),
            asks_to_wait: self.asks_to_wait,
            failure_inside: self.failure_inside,
            opens_again: self.opens_again,
            access: self.access,
            limit_headers: self.limit_headers,
            session,
            clock: Mutex::default(),
            // What a header carries is blotted out before the parts that it may be made of.
            secrets: self.secret_headers.into_iter().map(|(_, secret)| secret).chain(self.secrets).collect(),
        })))
    }
}

impl fmt::Debug for TransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportBuilder").field("name", &self.name).finish_non_exhaustive()
    }
}

fn header_name(name: &'static str) -> Result<HeaderName> {
    name.parse().map_err(|_| Error::new(ErrorKind::Config, "this cannot name a header").with("header", name))
}

/// A secret as a header carries it.
pub(crate) fn secret_value(name: &'static str, secret: &SecretString) -> Result<HeaderValue> {
    let mut value = header_value(name, secret.expose_secret())?;
    value.set_sensitive(true);
    Ok(value)
}

/// The value stays out of the error: it may be a secret.
fn header_value(name: &'static str, value: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(value.trim()).map_err(|_| {
        Error::new(ErrorKind::Config, "the value has characters that no header can carry")
            .with("header", name)
    })
}

/// Plain http shows credentials to the network, so that it is for this machine only, unless the configuration says
/// otherwise. What is refused before the address is known to hold no credentials stays out of the error.
fn base_url(text: &str, plain_http: PlainHttp) -> Result<Url> {
    let wrong = |what: &str| Error::new(ErrorKind::Config, what).with("key", "base_url");
    let mut url = Url::parse(text.trim()).map_err(|error| {
        wrong("this is not an address: write one such as https://api.example.com").with_source(error)
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("the address must hold no credentials: they have settings of their own"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("the address must end with its path, without ? and #"));
    }
    let wrong = |what: &str| wrong(what).with("value", text.trim());
    match url.scheme() {
        _ if url.host_str().is_none() => return Err(wrong("the address has no host")),
        "https" => {}
        "http" if plain_http == PlainHttp::Anywhere || is_loopback(&url) => {}
        "http" => {
            return Err(wrong(
                "plain http would show the credentials to the network: use https, or set `allow_plain_http = true`",
            ));
        }
        _ => return Err(wrong("the address must begin with https://")),
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}
