//! Accounts whose configuration the ledger keeps.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An account whose configuration is in the ledger, and not in a file. `Debug` leaves the configuration out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAccount {
    /// The name, which is unique.
    pub name: String,
    /// False if it is not to be synced.
    pub is_enabled: bool,
    /// The configuration, as one of the file's accounts. Its secrets are sealed, or references to where they are.
    pub configuration: String,
    /// Key of the sealed secrets, if there are any.
    pub key: Option<WrappedKey>,
    /// Instant of the last change, UTC.
    pub changed_at: DateTime<Utc>,
    /// Name of the user who made it.
    pub changed_by: String,
    /// Number of the last change, which is greater than that of every change before, also of other accounts.
    #[serde(skip)]
    pub revision: i64,
}

/// A key that another one seals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKey {
    /// Digest of the other one.
    pub master: String,
    /// The key, sealed.
    pub key: String,
}

impl fmt::Debug for KeptAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, is_enabled, revision, .. } = self;
        let mut shown = f.debug_struct("KeptAccount");
        shown.field("name", name).field("is_enabled", is_enabled).field("revision", revision);
        shown.finish_non_exhaustive()
    }
}
