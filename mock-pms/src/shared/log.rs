//! The request log: what was asked of the systems, and what they answered.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::purpose::Purpose;
use super::query;
use crate::world::Side;

/// Number of requests that are kept; older ones fall out.
const CAPACITY: usize = 100_000;
/// One request and its answer. No headers: they carry credentials.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoggedRequest {
    /// Its place among all requests since the start, from 1.
    pub sequence: u64,
    /// Time of its arrival, by the world's clock (UTC).
    pub at: DateTime<Utc>,
    /// Whom it was for.
    pub side: Side,
    /// Its method, in capitals.
    pub method: String,
    /// Its path, as sent.
    pub path: String,
    /// Its query string, as sent.
    pub query: Option<String>,
    /// Its purpose, as the system's dialect tells it.
    pub purpose: Purpose,
    /// Its body: JSON, or a JSON string of whatever else it was; a log-in shows none.
    pub body: Option<Value>,
    /// The answer's status.
    pub status: u16,
    /// The answer's body, if the server was told to keep them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Value>,
}

impl LoggedRequest {
    /// True if it asked for a change.
    pub fn is_write(&self) -> bool {
        self.purpose == Purpose::Write
    }

    /// True if it asked for a token, with credentials in its body.
    pub fn is_log_in(&self) -> bool {
        self.purpose == Purpose::LogIn
    }

    /// Every parameter with its value, decoded.
    pub fn query_pairs(&self) -> Vec<(String, String)> {
        query::pairs(self.query.as_deref().unwrap_or_default())
    }

    /// A parameter's first value, decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        self.query_pairs().into_iter().find_map(|(key, value)| (key == name).then_some(value))
    }
}

/// The latest requests.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    last: u64,
    kept: VecDeque<LoggedRequest>,
}

impl RequestLog {
    /// Adds a request under the next sequence number.
    pub(crate) fn push(&mut self, mut request: LoggedRequest) {
        self.last += 1;
        request.sequence = self.last;
        if self.kept.len() == CAPACITY {
            self.kept.pop_front();
        }
        self.kept.push_back(request);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &LoggedRequest> {
        self.kept.iter()
    }

    /// Forgets all; the numbering goes on.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
    }
}
