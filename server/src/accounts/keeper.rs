//! Accounts whose configuration is in the ledger: they are added and changed while servers run.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::{Finding, Result};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Served;

/// Keeper of the accounts whose configuration is in the ledger.
#[async_trait]
pub trait Keeper: Send + Sync + fmt::Debug {
    /// The accounts as they are to be served from now on; `None` if nothing has changed since it was last asked for.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read. The accounts stay as they are then.
    async fn news(&self) -> Result<Option<Served>>;

    /// The accounts of the ledger, by name; or only the one of this name.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    async fn kept(&self, name: Option<&str>) -> Result<Vec<Kept>>;

    /// Reads settings that are written as in the configuration file.
    ///
    /// # Errors
    ///
    /// [`Config`](latchel_sync_core::ErrorKind::Config) with the line, and without what stands there.
    fn read(&self, text: &str) -> Result<Map<String, Value>>;

    /// Changes an account of the ledger, and writes it down in the audit trail under the name `by`. What would be synced with is
    /// tested first.
    ///
    /// # Errors
    ///
    /// [`Config`](latchel_sync_core::ErrorKind::Config) for a configuration that cannot be used,
    /// [`NotFound`](latchel_sync_core::ErrorKind::NotFound) if there is no such account,
    /// [`Busy`](latchel_sync_core::ErrorKind::Busy) if somebody else has changed it meanwhile; and if the ledger cannot be written.
    async fn change(&self, by: &str, name: &str, change: Change, now: DateTime<Utc>) -> Result<Changed>;
}

/// An account of the ledger, for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// False if it is not to be synced.
    pub is_enabled: bool,
    /// Its configuration, as in the file. A secret is `{"sealed": true}`, or a reference.
    pub configuration: Value,
    /// Names of its secret settings, as `platform.client_secret`.
    pub secrets: Vec<String>,
    /// Mistake for which it is not synced, and what to do, without secrets, as far as that is known.
    pub problem: Option<String>,
    /// Instant of the last change, UTC.
    pub changed_at: DateTime<Utc>,
    /// Name of the user who made it.
    pub changed_by: String,
}

/// A change of an account of the ledger.
#[derive(Debug)]
pub enum Change {
    /// It is new.
    Add {
        /// Its configuration, as in the file; secrets are given as texts.
        configuration: Map<String, Value>,
        /// True if it is to be synced.
        enable: bool,
    },
    /// Settings have other values, by name, as `platform.client_id`; those with null are left out.
    Set(BTreeMap<String, Value>),
    /// A secret has another value.
    Rotate {
        /// Name of the setting, as `platform.client_secret`.
        setting: String,
        /// The new secret.
        secret: SecretString,
    },
    /// It is synced.
    Enable,
    /// It is not synced.
    Disable,
    /// Its configuration is forgotten; what syncs know of it stays.
    Remove,
}

/// Result of a change.
#[derive(Debug)]
pub enum Changed {
    /// It was made.
    Made {
        /// Findings of the test, if there was one.
        findings: Vec<Finding>,
    },
    /// The test failed, and nothing was changed.
    Refused {
        /// Findings of the test.
        findings: Vec<Finding>,
    },
}
