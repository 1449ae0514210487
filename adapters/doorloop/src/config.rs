use std::num::NonZeroU32;

use latchel_sync_core::model::{ClosedStatus, WorkOrderStatus};
use latchel_sync_core::{Error, ErrorKind, Result};
use serde::Deserialize;

pub(crate) const BASE_URL: &str = "https://app.doorloop.com";
/// Maintenance as a resident asks for it or a vendor is sent for it; what the office notes for itself and what owners
/// ask for is not maintenance as a rule.
pub(crate) const WORK_ORDER_TYPES: &str = "TENANT_REQUEST, WORK_ORDER";

const TYPES: [&str; 4] = ["INTERNAL_TASK", "TENANT_REQUEST", "OWNER_REQUEST", "WORK_ORDER"];

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    #[serde(default = "base_url")]
    pub base_url: String,
    #[serde(default = "work_order_types")]
    work_order_types: String,
    #[serde(default = "calls_per_minute")]
    pub calls_per_minute: NonZeroU32,
    #[serde(default = "calls_per_hour")]
    pub calls_per_hour: NonZeroU32,
    #[serde(default)]
    pub status: StatusWords,
}

fn base_url() -> String {
    BASE_URL.to_owned()
}

fn work_order_types() -> String {
    WORK_ORDER_TYPES.to_owned()
}

fn calls_per_minute() -> NonZeroU32 {
    NonZeroU32::new(crate::CALLS_PER_MINUTE).unwrap_or(NonZeroU32::MIN)
}

fn calls_per_hour() -> NonZeroU32 {
    NonZeroU32::new(crate::CALLS_PER_HOUR).unwrap_or(NonZeroU32::MIN)
}

impl Config {
    /// The types of tasks that are work orders.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if there is none, or a word is no type.
    pub fn types(&self) -> Result<Vec<String>> {
        let wrong = |what: String| Error::new(ErrorKind::Config, what).with("key", "work_order_types");
        let words = self.work_order_types.split(',').map(|word| word.trim().to_uppercase());
        let types: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        if let Some(unknown) = types.iter().find(|word| !TYPES.contains(&word.as_str())) {
            return Err(wrong(format!("{unknown:?} is no type of task: they are {}", TYPES.join(", "))));
        }
        if types.is_empty() {
            return Err(wrong("at least one type of task must be a work order".to_owned()));
        }
        Ok(types)
    }
}

/// DoorLoop's words for the statuses that the rules know. It has no *Assigned* and no *Cancelled*: a new task that has
/// an assignee is not started, and archived is what is left for one that was called off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StatusWords {
    pub new: String,
    pub completed: String,
    pub cancelled: String,
}

impl Default for StatusWords {
    fn default() -> Self {
        Self {
            new: "NOT_STARTED".to_owned(),
            completed: "COMPLETED".to_owned(),
            cancelled: "ARCHIVED".to_owned(),
        }
    }
}

impl StatusWords {
    /// Meaning of a task's status; a word that is not known is an open status.
    pub fn read(&self, word: &str) -> WorkOrderStatus {
        WorkOrderStatus::from_word(word, |status| word == self.word(status))
    }

    pub fn word(&self, status: ClosedStatus) -> &str {
        match status {
            ClosedStatus::Completed => &self.completed,
            ClosedStatus::Cancelled => &self.cancelled,
        }
    }
}
