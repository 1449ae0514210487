use std::num::NonZeroU32;

use latchel_sync_core::model::{User, UserId};
use latchel_sync_http::loose::StatusWords;
use serde::Deserialize;

/// The settings that are not secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub base_url: String,
    pub visibility: String,
    users: String,
    pub calls_per_15_seconds: NonZeroU32,
    pub status: StatusWords,
}

impl Config {
    /// The users that the settings name.
    pub fn users(&self) -> impl Iterator<Item = User> {
        names(&self.users).map(user)
    }

    /// The user that a work order's name for one stands for: names are all that AppFolio tells of users.
    pub fn user(&self, name: &str) -> User {
        let contains = |known: &User| name.to_lowercase().contains(&known.name.to_lowercase());
        self.users().find(contains).unwrap_or_else(|| user(name))
    }
}

/// The names in a text that lists them.
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';']).map(str::trim).filter(|name| !name.is_empty())
}

fn user(name: &str) -> User {
    User { id: UserId::new(name), name: name.to_owned(), is_active: true }
}
