use std::num::NonZeroU32;

use serde::Deserialize;

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub base_url: String,
    pub calls_per_second: Option<NonZeroU32>,
}
