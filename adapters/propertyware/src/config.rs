use latchel_sync_core::model::{ClosedStatus, WorkOrderStatus};
use serde::Deserialize;

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    #[serde(default = "base_url")]
    pub base_url: String,
    pub system_id: String,
    pub vendor: Option<String>,
    #[serde(default = "calls_per_second")]
    pub calls_per_second: std::num::NonZeroU32,
    #[serde(default = "marker_days")]
    pub marker_days: u32,
    #[serde(default)]
    pub status: StatusWords,
}

fn base_url() -> String {
    "https://api.propertyware.com".to_owned()
}

fn calls_per_second() -> std::num::NonZeroU32 {
    crate::CALLS_PER_SECOND
}

fn marker_days() -> u32 {
    90
}

/// The organisation's words, each a list with commas: statuses are free text in Propertyware.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StatusWords {
    completed: String,
    cancelled: String,
    not_a_lease: String,
}

impl Default for StatusWords {
    fn default() -> Self {
        Self {
            completed: "Closed, Completed, Complete".to_owned(),
            cancelled: "Cancelled, Canceled, Void".to_owned(),
            not_a_lease: "Draft".to_owned(),
        }
    }
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

fn is_among(list: &str, word: &str) -> bool {
    let word = word.trim().to_lowercase();
    list.split(',').map(str::trim).any(|one| !one.is_empty() && one.to_lowercase() == word)
}

/// The roles on a lease of those who do not live there, by what their names contain. The vendor publishes no list.
const NO_TENANTS: [&str; 7] = ["guarant", "signer", "emergency", "owner", "vendor", "agent", "prospect"];

/// True if somebody with this role on a lease lives there: the list is said to be of tenants, so that a role that is not
/// known does not keep anybody out.
pub(crate) fn is_tenant(role: Option<&str>) -> bool {
    let role = role.unwrap_or_default().to_lowercase();
    !NO_TENANTS.iter().any(|other| role.contains(other))
}
