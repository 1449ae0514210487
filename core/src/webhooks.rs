//! The trait for reading the webhooks of one system.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::Result;
use crate::model::RecordKey;

/// Reader of the requests that a system sends when something changed there, for one account.
#[async_trait]
pub trait Webhooks: Send + Sync + fmt::Debug {
    /// Reads the keys of the records that changed according to a request; none for an event that is of no interest.
    ///
    /// # Behavior
    ///
    /// - Believes nothing before it knows that the system sent it: by its signature, or by the account's key, compared in
    ///   constant time.
    /// - Names records only; what they hold is read afresh later, so that doubled and overtaken requests do no harm.
    /// - May ask the system for what a request leaves out; it writes nothing.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Unauthorized`](crate::ErrorKind::Unauthorized) for a signature or key that is wrong or missing, and
    ///   for a time stamp that is not near `now`.
    /// - [`ErrorKind::Malformed`](crate::ErrorKind::Malformed) for a body that is not of the system's shape.
    /// - Whatever a call to the system fails with; the request is worth sending again then.
    ///
    /// None of them holds a secret or a part of the body.
    async fn read(&self, headers: &Headers, body: &[u8], now: DateTime<Utc>) -> Result<Vec<RecordKey>>;
}

/// A request's headers, by name in any case. `Debug` leaves the values out: keys stand in them.
#[derive(Clone, Default)]
pub struct Headers(BTreeMap<String, Vec<String>>);

impl Headers {
    /// The value of a header that is there exactly once; `None` for more, because nobody knows which one was meant.
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.0.get(&name.to_ascii_lowercase())?.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }
}

impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(all: I) -> Self {
        let mut headers = Self::default();
        for (name, value) in all {
            headers.0.entry(name.as_ref().to_ascii_lowercase()).or_default().push(value.into());
        }
        headers
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_found_in_any_case_and_counts_only_if_it_is_there_once() {
        let headers: Headers =
            [("X-Api-Key", "one"), ("x-twice", "a"), ("X-Twice", "b")].into_iter().collect();
        assert_eq!(headers.get("x-api-key"), Some("one"));
        assert_eq!(headers.get("x-twice"), None);
        assert_eq!(headers.get("x-none"), None);
        assert_eq!(format!("{headers:?}"), r#"{"x-api-key", "x-twice"}"#);
    }
}
