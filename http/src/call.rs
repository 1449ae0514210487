use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::Utc;
use latchel_sync_core::{Error, ErrorKind, Result};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use serde::Serialize;

use crate::Answer;
use crate::answer::http_date;
use crate::retry::{Repeat, with_retries};
use crate::transport::Inner;

/// The longest answer that is read; a page of 1,000 rows is far below it.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;

/// A request that is about to be sent.
pub struct Call {
    transport: Arc<Inner>,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<serde_json::Result<Vec<u8>>>,
    repeat: Repeat,
}

impl Call {
    pub(crate) fn new(transport: Arc<Inner>, method: Method, path: &str) -> Self {
        let repeat = if method == Method::GET { Repeat::Always } else { Repeat::IfNotProcessed };
        let path = path.trim_start_matches('/').to_owned();
        Self { transport, method, path, query: Vec::new(), body: None, repeat }
    }

    /// Adds a query parameter; one that is added again is sent again.
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sends `body` as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(body));
        self
    }

    /// Says that this call only reads, whatever its method, so that it may be repeated.
    pub fn reads(mut self) -> Self {
        self.repeat = Repeat::Always;
        self
    }

    /// Sends it, keeping the rate limits and repeating it where that is safe.
    ///
    /// # Errors
    ///
    /// Every answer that is not a success; the context `call` names the request and `answer` the far side's words.
    pub async fn send(self) -> Result<Answer> {
        let mut url = self.transport.base.join(&self.path).map_err(|error| {
            Error::new(ErrorKind::Config, "the address cannot be made")
                .with("path", &self.path)
                .with_source(error)
        })?;
        let name = format!("{} {}", self.method, url.as_str());
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        let body = match self.body {
            Some(Ok(body)) => Some(Bytes::from(body)),
            Some(Err(error)) => {
                let kind = ErrorKind::Refused;
                return Err(Error::new(kind, "the request cannot be written")
                    .with("call", &name)
                    .with_source(error));
            }
            None => None,
        };
        let transport = &self.transport;
        with_retries(self.repeat, || {
            let mut request = transport.client.request(self.method.clone(), url.clone());
            if let Some(body) = &body {
                request = request.header("content-type", "application/json").body(body.clone());
            }
            let name = &name;
            async move {
                transport.limits.wait().await;
                let sent = request.send().await.map_err(|error| unsent(transport, &error));
                match sent {
                    Ok(response) => read(transport, response).await,
                    Err(error) => Err(error),
                }
                .map_err(|error| error.with("call", name))
            }
        })
        .await
    }
}

async fn read(transport: &Inner, response: Response) -> Result<Answer> {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = bounded_body(transport, response).await?;
    if status.is_success() {
        return Ok(Answer { headers, body });
    }
    Err(refusal(transport, status, &headers, &body))
}

async fn bounded_body(transport: &Inner, mut response: Response) -> Result<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(transport, &error))? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            let message = format!("{} sent an answer of more than {LONGEST_ANSWER} bytes", transport.name);
            return Err(Error::new(ErrorKind::Malformed, message));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn refusal(transport: &Inner, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let name = transport.name;
    let (kind, what) = match status.as_u16() {
        401 => (ErrorKind::Unauthorized, "refused the credentials"),
        403 => (ErrorKind::Forbidden, "does not permit this to the credentials"),
        404 | 410 => (ErrorKind::NotFound, "does not have it"),
        408 => (ErrorKind::Timeout, "took too long"),
        429 => (ErrorKind::RateLimited, "asks for fewer calls"),
        300..=399 => (ErrorKind::Malformed, "redirects elsewhere, which is not followed"),
        500.. => (ErrorKind::Unavailable, "failed"),
        _ => (ErrorKind::Refused, "refused the request"),
    };
    let mut error = Error::new(kind, format!("{name} {what}")).with("status", status.as_u16());
    if let Some(words) = (transport.explain_error)(body) {
        error = error.with("answer", words.chars().take(500).collect::<String>());
    }
    match headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(pause) {
        Some(pause) => error.with_retry_after(pause),
        None => error,
    }
}

/// Reads a Retry-After: seconds, or an HTTP date.
fn pause(text: &str) -> Option<Duration> {
    match text.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => (http_date(text)? - Utc::now()).to_std().ok(),
    }
}

/// The error for a request that got no answer. The address is left out of the source's text: the call names it.
fn unsent(transport: &Inner, error: &reqwest::Error) -> Error {
    let name = transport.name;
    if error.is_timeout() && !error.is_connect() {
        return Error::new(ErrorKind::Timeout, format!("{name} did not answer in time"));
    }
    if error.is_connect() {
        return Error::new(
            ErrorKind::Unavailable,
            format!("{name} cannot be reached: {}", root_cause(error)),
        );
    }
    broken(transport, error)
}

fn broken(transport: &Inner, error: &reqwest::Error) -> Error {
    let what = format!("the connection to {} broke off: {}", transport.name, root_cause(error));
    Error::new(ErrorKind::Timeout, what)
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.source().is_none() { "no further detail".to_owned() } else { cause.to_string() }
}
