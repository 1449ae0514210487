use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;

use super::purpose::PurposeOf;
use super::quirk::Quirk;
use super::rate_limit::{Allowance, Counting};
use crate::webhooks::message::Telling;
use crate::world::World;

/// Way in which a system counts requests for its rate limits, and tells of it.
pub(crate) struct Rationing {
    pub(crate) counting: fn(&World) -> Counting,
    /// True for a request that counts for no limit.
    pub(crate) exempts: fn(&Uri) -> bool,
    /// Tells in the headers of every answer how much of the tightest limit is left.
    pub(crate) tell_rest: fn(Allowance, &mut HeaderMap),
}

impl Rationing {
    /// Of the last span at any time, without a word about it.
    pub(crate) const SLIDING: Self =
        Self { counting: |_| Counting::Sliding, exempts: |_| false, tell_rest: |_, _| () };
}

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
    /// Way in which it counts requests for its rate limits.
    pub(crate) rationing: Rationing,
    /// Tells the purpose of a request; [`Purpose::by_method`](super::purpose::Purpose::by_method) for REST.
    pub(crate) purpose: PurposeOf,
    /// Oddities that can be switched.
    pub(crate) quirks: &'static [Quirk],
    /// Prepares a world for it: records of other systems that refer to its own do so by its ids.
    pub(crate) settle: fn(&mut World),
    /// Makes its webhooks, if the mock sends any.
    pub(crate) webhooks: Option<Telling>,
}

/// A system whose ids are the world's has nothing to prepare.
pub(crate) fn as_it_is(_: &mut World) {}

impl std::fmt::Debug for System {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("System").field(&self.name).finish()
    }
}
