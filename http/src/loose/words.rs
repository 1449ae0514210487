use latchel_sync_core::model::{ClosedStatus, WorkOrderStatus};
use serde::Deserialize;

/// The far side's words for the statuses that the rules know, as the setting `status` gives them: each one word, or several
/// with commas between, of which the first is written. Case does not count.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusWords {
    /// Of a new one, where a create needs a status.
    #[serde(default)]
    pub new: String,
    /// Of one that is completed.
    pub completed: String,
    /// Of one that is cancelled.
    pub cancelled: String,
}

impl StatusWords {
    /// Meaning of a word; one that is not known is an open status.
    pub fn read(&self, word: &str) -> WorkOrderStatus {
        WorkOrderStatus::from_word(word, |status| is_among(self.list(status), word))
    }

    /// The word that is written.
    pub fn word(&self, status: ClosedStatus) -> &str {
        each(self.list(status)).next().unwrap_or_default()
    }

    fn list(&self, status: ClosedStatus) -> &str {
        match status {
            ClosedStatus::Completed => &self.completed,
            ClosedStatus::Cancelled => &self.cancelled,
        }
    }
}

/// True if `word` is one of a list with commas, without case.
pub fn is_among(list: &str, word: &str) -> bool {
    let word = word.trim().to_lowercase();
    each(list).any(|one| one.to_lowercase() == word)
}

fn each(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|one| !one.is_empty())
}
