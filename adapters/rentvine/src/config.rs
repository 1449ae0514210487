use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};

use chrono_tz::Tz;
use serde::Deserialize;

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub base_url: String,
    pub time_zone: Tz,
    pub page_size: NonZeroUsize,
    pub calls_per_second: NonZeroU32,
    /// By name.
    #[serde(default)]
    pub users: BTreeMap<String, String>,
    #[serde(default)]
    pub status: StatusWords,
}

/// The account's statuses by name or id, where they are not to be found by what they belong to.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StatusWords {
    pub new: Option<String>,
    pub completed: Option<String>,
    pub cancelled: Option<String>,
}
