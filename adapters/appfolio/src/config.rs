use std::num::NonZeroU32;

use latchel_sync_core::model::{ClosedStatus, WorkOrderStatus};
use serde::Deserialize;

use crate::wire::User;

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub base_url: String,
    pub technician_role: String,
    pub calls_per_second: NonZeroU32,
    pub status: StatusWords,
}

impl Config {
    /// True if AppFolio lets work orders be assigned to the user. One whose role is not shown counts as assignable.
    pub fn can_be_assigned(&self, user: &User) -> bool {
        user.role().is_none_or(|role| letters(&role).contains(&letters(&self.technician_role)))
    }
}

/// AppFolio's words for the statuses that the rules know. How the API spells them is not public: these are the words of
/// its screens and reports. Work that is done and waits for its bill is done, so that nobody is sent for it again, and
/// it is left as it is, because *Completed* would take it out of the way to its bill.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusWords {
    pub created: Option<String>,
    pub completed: String,
    pub cancelled: String,
    pub also_completed: String,
    pub also_cancelled: String,
}

impl StatusWords {
    /// Meaning of a work order's status; a word that is not known is an open status.
    pub fn read(&self, word: &str) -> WorkOrderStatus {
        WorkOrderStatus::from_word(word, |status| {
            let also = match status {
                ClosedStatus::Completed => &self.also_completed,
                ClosedStatus::Cancelled => &self.also_cancelled,
            };
            let mut known = std::iter::once(self.word(status)).chain(also.split(','));
            known.any(|known| letters(known) == letters(word))
        })
    }

    pub fn word(&self, status: ClosedStatus) -> &str {
        match status {
            ClosedStatus::Completed => &self.completed,
            ClosedStatus::Cancelled => &self.cancelled,
        }
    }
}

/// A text as it is compared: AppFolio's own texts do not agree on capitals and spaces.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
