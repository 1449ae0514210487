use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};

use chrono_tz::Tz;
use serde::Deserialize;

/// Default time zone of Rentvine's times, which name none.
pub(crate) const TIME_ZONE: &str = "UTC";
/// Clients in the field ask for as many.
const PAGE_SIZE: NonZeroUsize = NonZeroUsize::new(200).unwrap();

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub base_url: String,
    #[serde(default = "time_zone")]
    pub time_zone: Tz,
    #[serde(default = "page_size")]
    pub page_size: NonZeroUsize,
    #[serde(default = "calls_per_second")]
    pub calls_per_second: NonZeroU32,
    /// By name.
    #[serde(default)]
    pub users: BTreeMap<String, String>,
    #[serde(default)]
    pub status: StatusWords,
}

fn time_zone() -> Tz {
    Tz::UTC
}

fn page_size() -> NonZeroUsize {
    PAGE_SIZE
}

fn calls_per_second() -> NonZeroU32 {
    crate::CALLS_PER_SECOND
}

/// The account's statuses by name or id, where they are not to be found by what they belong to.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StatusWords {
    pub new: Option<String>,
    pub completed: Option<String>,
    pub cancelled: Option<String>,
}
