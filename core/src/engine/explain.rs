use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::ledger::{Action, Link, Memory, Outcome, Status};
use crate::model::RecordKey;
use crate::rules::{Check, Reason};

/// Why a record stands as it does, and what the next run would do with it.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The record.
    pub key: RecordKey,
    /// What people know it by.
    pub label: String,
    /// What the platform holds, if it is there.
    pub platform: Option<serde_json::Value>,
    /// What Latchel holds, if it is there.
    pub latchel: Option<serde_json::Value>,
    /// The link that the ledger remembers.
    pub link: Option<Link>,
    /// The newest outcome that the ledger remembers.
    pub outcome: Option<Outcome>,
    /// Every condition that was checked, in order.
    pub checks: Vec<Check>,
    /// The reason that a run would give now.
    pub reason: Reason,
    /// What the reason leaves open.
    pub detail: Option<String>,
    /// What a run would do now.
    pub action: Action,
}

/// What is shown on top of a work order (RULES.md, S).
#[derive(Debug, Clone, Serialize)]
pub struct Banner {
    /// How it stands.
    pub status: Status,
    /// One sentence.
    pub headline: String,
    /// What it waits for, the rule and its reason in words, or the platform's own error.
    pub explanation: String,
    /// What the user can do about it; empty if nothing.
    pub remedy: String,
    /// The platform's number.
    pub platform_number: Option<String>,
    /// Latchel's number.
    pub latchel_number: Option<String>,
    /// The platform's id.
    pub platform_id: Option<String>,
    /// Latchel's id.
    pub latchel_id: Option<i64>,
    /// When a read-back confirmed it, UTC.
    pub verified_at: Option<DateTime<Utc>>,
    /// The newest reason.
    pub reason: Option<Reason>,
    /// When that was decided, UTC.
    pub decided_at: Option<DateTime<Utc>>,
}

/// Makes the banner of a work order from what is remembered of it on either side; `platform_name` is the PMS's title.
pub fn banner(_memories: &[Memory], _platform_name: &str) -> Banner {
    todo!()
}
