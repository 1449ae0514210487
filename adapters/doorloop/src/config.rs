use std::num::NonZeroU32;

use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_http::loose::StatusWords;
use serde::Deserialize;

const TYPES: [&str; 4] = ["INTERNAL_TASK", "TENANT_REQUEST", "OWNER_REQUEST", "WORK_ORDER"];

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub base_url: String,
    work_order_types: String,
    pub calls_per_minute: NonZeroU32,
    pub calls_per_hour: NonZeroU32,
    pub status: StatusWords,
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
