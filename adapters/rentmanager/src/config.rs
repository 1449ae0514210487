//! The settings, and all names that the contract sheet marks as unverified.

use std::num::NonZeroU32;

use latchel_sync_core::{Error, ErrorKind, Result};
use serde::Deserialize;

/// Paths of the tables of statuses, priorities and categories, and the field that holds an entry's id. Unverified.
pub(crate) const STATUSES: (&str, &str) = ("ServiceManagerStatuses", "ServiceManagerStatusID");
pub(crate) const PRIORITIES: (&str, &str) = ("ServiceManagerPriorities", "ServiceManagerPriorityID");
pub(crate) const CATEGORIES: (&str, &str) = ("ServiceManagerCategories", "ServiceManagerCategoryID");

/// The longest title that is sent, in UTF-16 units. What the API takes is not published.
pub(crate) const TITLE: usize = 100;

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub base_url: String,
    pub username: String,
    pub location_id: String,
    pub calls_per_minute: NonZeroU32,
    pub names: Names,
}

impl Config {
    /// The location as the log-in takes it.
    pub fn location(&self) -> Result<u32> {
        self.location_id.trim().parse().map_err(|_| {
            Error::new(ErrorKind::Config, "this is not the id of a location, which is a whole number")
                .with("key", "location_id")
        })
    }
}

/// The account's names for statuses, priorities and the category, each a list with commas.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Names {
    pub open: String,
    pub completed: String,
    pub cancelled: String,
    pub normal: String,
    pub urgent: String,
    pub emergency: String,
    pub category: String,
}

/// The names of such a list, as names are compared: without case.
pub(crate) fn each(list: &str) -> impl Iterator<Item = String> {
    list.split(',').map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty())
}

/// The name of such a list that is written.
pub(crate) fn first(list: &str) -> &str {
    list.split(',').map(str::trim).find(|name| !name.is_empty()).unwrap_or_default()
}
