use std::num::NonZeroU32;

use latchel_sync_core::model::{ClosedStatus, WorkOrderStatus};
use latchel_sync_http::loose::is_among;
use serde::Deserialize;

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub base_url: String,
    pub system_id: String,
    pub vendor: Option<String>,
    pub calls_per_second: NonZeroU32,
    pub marker_days: u32,
    pub leave_tasks: bool,
    pub status: StatusWords,
}

/// The organisation's words, each a list with commas: statuses are free text in Propertyware.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusWords {
    completed: String,
    cancelled: String,
    not_a_lease: String,
}

impl StatusWords {
    /// Meaning of a work order's status; a word that is not known is an open status.
    pub fn work_order(&self, word: &str) -> WorkOrderStatus {
        WorkOrderStatus::from_word(word, |status| match status {
            ClosedStatus::Completed => is_among(&self.completed, word),
            ClosedStatus::Cancelled => is_among(&self.cancelled, word),
        })
    }

    /// True if a lease with this status makes tenants of the people on it.
    pub fn is_lease(&self, word: Option<&str>) -> bool {
        !word.is_some_and(|word| is_among(&self.not_a_lease, word))
    }
}

/// The roles on a lease of those who do not live there, by what their names contain. The vendor publishes no list.
const NO_TENANTS: [&str; 7] = ["guarant", "signer", "emergency", "owner", "vendor", "agent", "prospect"];

/// True if somebody with this role on a lease lives there: the list is said to be of tenants, so that a role that is not
/// known does not keep anybody out.
pub(crate) fn is_tenant(role: Option<&str>) -> bool {
    let role = role.unwrap_or_default().to_lowercase();
    !NO_TENANTS.iter().any(|other| role.contains(other))
}
