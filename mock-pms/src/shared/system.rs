use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;

use super::purpose::PurposeOf;
use super::quirk::Quirk;
use crate::webhooks::message::Telling;

/// A system as the layers around its endpoints need it, whatever its dialect.
pub(crate) struct System {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// The system's name for people.
    pub(crate) title: &'static str,
    /// An error answer without details, as the system spells it.
    pub(crate) refuse: fn(StatusCode, &str) -> Response,
    /// The answer to a request beyond the rate limit, which has to wait so long.
    pub(crate) refuse_haste: fn(Duration) -> Response,
    /// Tells the purpose of a request; [`Purpose::by_method`](super::purpose::Purpose::by_method) for REST.
    pub(crate) purpose: PurposeOf,
    /// Oddities that can be switched.
    pub(crate) quirks: &'static [Quirk],
    /// Makes its webhooks, if the mock sends any.
    pub(crate) webhooks: Option<Telling>,
}

impl std::fmt::Debug for System {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("System").field(&self.name).finish()
    }
}
