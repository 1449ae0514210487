use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The span that a run looks at (rules W1, W2): everything created or updated at or after `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first instant inside, UTC.
    pub from: DateTime<Utc>,
}

impl Window {
    /// The window of `length` that ends at `now`. It begins no earlier than 1970: no record is older, and instants that
    /// are computed from its beginning cannot overflow.
    pub fn before(now: DateTime<Utc>, length: TimeDelta) -> Self {
        let from = now.checked_sub_signed(length).unwrap_or(DateTime::UNIX_EPOCH);
        Self { from: from.max(DateTime::UNIX_EPOCH) }
    }

    /// True if `instant` lies inside; the edge does.
    pub fn contains(&self, instant: DateTime<Utc>) -> bool {
        instant >= self.from
    }
}

/// Stamps or fingerprint of a record by which a change is noticed, as the platform gives them (rule W5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Freshness {
    /// The record carries the instants of its creation and last change.
    Stamped {
        /// Instant of creation, UTC.
        created_at: Option<DateTime<Utc>>,
        /// Instant of the last update, UTC.
        updated_at: Option<DateTime<Utc>>,
    },
    /// The platform's own filter is exact to the instant, so that whatever it returned is inside the window.
    Filtered,
    /// The platform's filter is coarser than an instant and the record has no complete stamp.
    Fingerprint {
        /// Differs whenever the record's own content does.
        fingerprint: Fingerprint,
        /// An instant at which the record is known to have changed, though it may have changed later too, UTC. On the first
        /// run of an account, where no fingerprint is remembered, it decides alone.
        at_least: Option<DateTime<Utc>>,
    },
}

impl Freshness {
    /// Instant of creation, UTC, where it is told.
    pub fn created_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Stamped { created_at, .. } => *created_at,
            Self::Filtered | Self::Fingerprint { .. } => None,
        }
    }

    /// Stamps, if the record has the instant of its last change, and else a fingerprint of its content.
    pub fn of_record(
        created_at: Option<DateTime<Utc>>,
        updated_at: Option<DateTime<Utc>>,
        content: impl FnOnce() -> serde_json::Value,
    ) -> Self {
        if updated_at.is_some() {
            return Self::Stamped { created_at, updated_at };
        }
        Self::Fingerprint { fingerprint: Fingerprint::of(&content()), at_least: created_at }
    }

    /// The fingerprint to remember, where there is one.
    pub fn fingerprint(&self) -> Option<&Fingerprint> {
        match self {
            Self::Fingerprint { fingerprint, .. } => Some(fingerprint),
            Self::Stamped { .. } | Self::Filtered => None,
        }
    }
}

/// A digest of a record's content, compared to notice a change where the platform gives no instant for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of `content` (the first 128 bits of the SHA-256 of its JSON, in hex).
    pub fn of(content: &serde_json::Value) -> Self {
        let digest = Sha256::digest(content.to_string().as_bytes());
        Self(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Takes back a fingerprint that was stored as text.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The fingerprint as text, for storing.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_longer_than_time_begins_in_1970() {
        let now = "2026-03-10T12:00:00Z".parse().unwrap();
        assert_eq!(Window::before(now, TimeDelta::hours(72)).from, now - TimeDelta::hours(72));
        for length in [TimeDelta::hours(u32::MAX.into()), TimeDelta::MAX, TimeDelta::days(365 * 100)] {
            assert_eq!(Window::before(now, length).from, DateTime::UNIX_EPOCH);
        }
    }
}
