//! Failures of one attempt of a call.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, Utc};
use latchel_sync_core::{Error, ErrorKind};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::answer::http_date;
use crate::call::Body;
use crate::contact::without_contact_data;
use crate::mend::mended;
use crate::transport::Inner;

/// The most that is kept of the far side's own words.
const LONGEST_WORDS: usize = 500;

/// The longest pause that is believed: a number of seconds that names a later day is a mistake, such as a time stamp.
const LONGEST_PAUSE: Duration = Duration::from_secs(366 * 86_400);

/// A failed attempt.
pub(crate) struct Failure {
    pub error: Error,
    pub reached: Reached,
}

/// Reach of a request: it may have come to the far side, or surely did not.
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
    sent: Option<&Body>,
) -> Failure {
    let (name, body) = (transport.name, &*mended(body));
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
    let first = transport.classify_first.filter(|_| !transport.was_answered.load(Ordering::Relaxed));
    let classified = first.and_then(|classify| classify(status.as_u16(), body));
    let (kind, what) = match classified.or_else(|| (transport.classify_error)(status.as_u16(), body)) {
        Some(kind) if kind != usual => (kind, meaning(kind)),
        _ => (usual, what),
    };
    let error = Error::new(kind, format!("{name} {what}")).with("status", status.as_u16());
    let words = (transport.explain_error)(body);
    let pause = asked_pause(headers).or_else(|| (transport.asks_to_wait)(status.as_u16(), body));
    with_details(error, transport, words.as_deref(), pause, sent)
}

/// The failure that came with the status of a success.
pub(crate) fn refused_inside(
    transport: &Inner,
    kind: ErrorKind,
    words: &str,
    headers: &HeaderMap,
    sent: Option<&Body>,
) -> Failure {
    let error = Error::new(kind, format!("{} {}", transport.name, meaning(kind)));
    with_details(error, transport, Some(words), asked_pause(headers), sent)
}

/// Adds the far side's own words, and the time that it asks to wait.
fn with_details(
    mut error: Error,
    transport: &Inner,
    words: Option<&str>,
    pause: Option<Duration>,
    sent: Option<&Body>,
) -> Failure {
    if let Some(words) = words {
        let words = without_contact_data(transport.without_secrets(words), sent.map(|body| &*body.bytes));
        error = error.with("answer", words.chars().take(LONGEST_WORDS).collect::<String>());
    }
    if let (ErrorKind::Paused, Some(when)) = (error.kind(), transport.opens_again) {
        error = error.with("until", when);
    }
    if let Some(pause) = pause {
        error = error.with("asks to wait", format!("{} s", pause.as_secs())).with_retry_after(pause);
    }
    if let Some(pause) = pause.filter(|_| error.asks_for_a_long_pause()) {
        error = error.with("until", until(Utc::now(), pause));
    }
    error.into()
}

/// Words for people about a failure that the status alone does not tell.
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
        let cause = root_cause(error);
        let mut unreached = Error::new(ErrorKind::Unavailable, format!("{name} cannot be reached: {cause}"));
        if cause.contains("InvalidContentType") {
            unreached = unreached.with("perhaps", "what is there speaks http, and no https");
        }
        return Failure { error: unreached, reached: Reached::Never };
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

/// The pause that an answer asks for by its headers.
fn asked_pause(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok().and_then(pause)
}

/// Reads a Retry-After: seconds, or an HTTP date; at most [`LONGEST_PAUSE`].
fn pause(text: &str) -> Option<Duration> {
    let (seconds, rest) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let is_number =
        !seconds.is_empty() && [seconds, rest].iter().all(|part| part.bytes().all(|c| c.is_ascii_digit()));
    let pause = match is_number {
        // One with too many digits is as long as can be.
        true => Duration::from_secs(seconds.parse().unwrap_or(u64::MAX)),
        false => (http_date(text)? - Utc::now()).to_std().ok()?,
    };
    Some(pause.min(LONGEST_PAUSE))
}

/// The end of a pause that begins `now`, with its date where that is another day.
fn until(now: DateTime<Utc>, pause: Duration) -> String {
    let end = now + pause.min(LONGEST_PAUSE);
    let form = if end.date_naive() == now.date_naive() { "%H:%M UTC" } else { "%Y-%m-%d %H:%M UTC" };
    end.format(form).to_string()
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
        assert_eq!(pause("1.5"), Some(Duration::from_secs(1)));
        for odd in ["", ".", "-7", "+7", "7 s", "0x10", "1e3", "NaN", "7,5"] {
            assert_eq!(pause(odd), None, "{odd}");
        }
    }

    #[test]
    fn no_pause_is_longer_than_a_year() {
        let beyond_u64 = "9".repeat(40);
        for long in ["1764436515000000", "18446744073709551615", "18446744073709551616", &beyond_u64] {
            assert_eq!(pause(long), Some(LONGEST_PAUSE), "{long}");
        }
        assert_eq!(pause("Fri, 31 Dec 9999 23:59:59 GMT"), Some(LONGEST_PAUSE));
        assert_eq!(pause("Fri, 31 Dec 199999 23:59:59 GMT"), None);
    }

    #[test]
    fn the_end_of_a_pause_has_its_date_where_it_is_another_day() {
        let now = "2026-03-02T20:00:00Z".parse().unwrap();
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        assert_eq!(until(now, hours(3)), "23:00 UTC");
        assert_eq!(until(now, hours(4)), "2026-03-03 00:00 UTC");
        assert_eq!(until(now, Duration::MAX), "2027-03-03 20:00 UTC");
    }
}
