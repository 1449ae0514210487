use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A browser whose extension may look and sync, and pause where that was allowed, for the user who connected it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Browser {
    /// Its id.
    pub id: Uuid,
    /// Its name, for people.
    pub name: String,
    /// Name of the user who connected it.
    pub by: String,
    /// The SHA-256 of its token, in hexadecimal: the token itself is only with the browser.
    pub hash: String,
    /// Instant at which it was connected, UTC.
    pub created_at: DateTime<Utc>,
    /// Instant of about its last request, UTC; `None` before the first.
    pub used_at: Option<DateTime<Utc>>,
    /// True if it may pause and resume automatic syncs too. One that was connected before there was a choice may not.
    #[serde(default)]
    pub may_pause: bool,
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser").field("name", &self.name).field("by", &self.by).finish_non_exhaustive()
    }
}

/// An offer to connect a browser, which whoever has its code can take once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    /// The SHA-256 of its code, in hexadecimal.
    pub hash: String,
    /// Name of the browser, for people.
    pub name: String,
    /// Name of the user who offers it.
    pub by: String,
    /// Instant at which the offer ends, UTC.
    pub expires_at: DateTime<Utc>,
    /// True if the browser may pause and resume automatic syncs too.
    #[serde(default)]
    pub may_pause: bool,
}

impl fmt::Debug for Pairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pairing").field("name", &self.name).field("by", &self.by).finish_non_exhaustive()
    }
}
