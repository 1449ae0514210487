use latchel_sync_core::model::{ClosedStatus, WorkOrderStatus};
use serde::Deserialize;

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    #[serde(default = "base_url")]
    pub base_url: String,
    pub vendor: Option<String>,
    #[serde(default = "calls_per_second")]
    pub calls_per_second: std::num::NonZeroU32,
    #[serde(default)]
    pub status: StatusWords,
}

fn calls_per_second() -> std::num::NonZeroU32 {
    crate::CALLS_PER_SECOND
}

fn base_url() -> String {
    "https://api.buildium.com".to_owned()
}

/// Buildium's words for the statuses that the rules know. Buildium has no *Assigned* and no *Cancelled*: a new task
/// that has an assignee is what it calls new, and *Closed* is what is left for one that was called off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StatusWords {
    pub new: String,
    pub completed: String,
    pub cancelled: String,
}

impl Default for StatusWords {
    fn default() -> Self {
        Self { new: "New".to_owned(), completed: "Completed".to_owned(), cancelled: "Closed".to_owned() }
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
