//! What went wrong with one attempt.

use std::time::Duration;

use chrono::Utc;
use latchel_sync_core::{Error, ErrorKind};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::answer::http_date;
use crate::contact::without_contact_data;
use crate::transport::Inner;

/// The most that is kept of the far side's own words.
const LONGEST_WORDS: usize = 500;

/// A failed attempt.
pub(crate) struct Failure {
    pub error: Error,
    pub reached: Reached,
}

/// Whether the request may have reached the far side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    /// It may have.
    Maybe,
    /// No connection came about, so that nothing was sent.
    Never,
}

impl Failure {
    /// Names the request.
    pub fn of_call(self, call: &str) -> Self {
        Self { error: self.error.with("call", call), ..self }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, reached: Reached::Maybe }
    }
}

/// The failure that an answer's status stands for; `sent` is the request's body.
pub(crate) fn refused(
    transport: &Inner,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    sent: Option<&[u8]>,
) -> Failure {
    let name = transport.name;
    let (usual, what) = match status.as_u16() {
        401 => (ErrorKind::Unauthorized, "refused the credentials"),
        403 => (ErrorKind::Forbidden, "does not permit this to the credentials"),
        404 | 410 => (ErrorKind::NotFound, "does not have it"),
        408 => (ErrorKind::Timeout, "took too long"),
        429 => (ErrorKind::RateLimited, "asks for fewer calls"),
        300..=399 => (ErrorKind::Malformed, "redirects elsewhere, which is not followed"),
        500.. => (ErrorKind::Unavailable, "failed"),
        _ => (ErrorKind::Refused, "refused the request"),
    };
    let (kind, what) = match (transport.classify_error)(status.as_u16(), body) {
        Some(kind) if kind != usual => (kind, meaning(kind)),
        _ => (usual, what),
    };
    let pause = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(pause);
    let mut error = Error::new(kind, format!("{name} {what}")).with("status", status.as_u16());
    if let Some(words) = (transport.explain_error)(body) {
        let words = without_contact_data(transport.without_secrets(&words), sent);
        error = error.with("answer", words.chars().take(LONGEST_WORDS).collect::<String>());
    }
    if let (ErrorKind::Paused, Some(when)) = (kind, transport.opens_again) {
        error = error.with("until", when);
    }
    if let Some(pause) = pause {
        error = error.with("asks to wait", format!("{} s", pause.as_secs())).with_retry_after(pause);
    }
    if let Some(pause) = pause.filter(|_| error.asks_for_a_long_pause()) {
        error = error.with("until", (Utc::now() + pause).format("%H:%M UTC"));
    }
    error.into()
}

/// What a failure that the status does not tell is for people.
fn meaning(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Unauthorized => "refused the credentials",
        ErrorKind::Forbidden => "does not permit this to the credentials",
        ErrorKind::NotFound => "does not have it",
        ErrorKind::RateLimited => "asks for fewer calls",
        ErrorKind::Unavailable => "failed",
        ErrorKind::Paused => "is closed for the moment",
        ErrorKind::Timeout => "took too long",
        _ => "refused the request",
    }
}

/// The failure of a request that got no answer. The source's text is left out: it holds the whole address.
pub(crate) fn unanswered(transport: &Inner, error: &reqwest::Error) -> Failure {
    let name = transport.name;
    if error.is_connect() {
        let message = format!("{name} cannot be reached: {}", root_cause(error));
        return Failure { error: Error::new(ErrorKind::Unavailable, message), reached: Reached::Never };
    }
    broken_off(transport, error)
}

/// The failure of an answer, or of a request, that broke off.
pub(crate) fn broken_off(transport: &Inner, error: &reqwest::Error) -> Failure {
    let name = transport.name;
    let message = if error.is_timeout() {
        format!("{name} did not answer in time")
    } else {
        format!("the connection to {name} broke off: {}", root_cause(error))
    };
    Error::new(ErrorKind::Timeout, message).into()
}

/// Reads a Retry-After: seconds, or an HTTP date.
fn pause(text: &str) -> Option<Duration> {
    match text.trim().parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => (http_date(text)? - Utc::now()).to_std().ok(),
    }
}

fn root_cause(error: &reqwest::Error) -> String {
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    cause.map_or_else(|| "no further detail".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_seconds_or_a_date() {
        assert_eq!(pause("7"), Some(Duration::from_secs(7)));
        let soon = Utc::now() + chrono::TimeDelta::seconds(90);
        let read = pause(&soon.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).unwrap();
        assert!(read > Duration::from_secs(80) && read <= Duration::from_secs(90), "{read:?}");
        assert_eq!(pause("Tue, 01 Jan 2002 00:00:00 GMT"), None);
        assert_eq!(pause("soon"), None);
    }
}
