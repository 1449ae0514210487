use std::num::NonZeroU32;

use latchel_sync_http::loose::StatusWords;
use serde::Deserialize;

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub base_url: String,
    pub vendor: Option<String>,
    pub calls_per_second: NonZeroU32,
    pub status: StatusWords,
}
