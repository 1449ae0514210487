//! The languages in which the systems answer: one folder each.

pub(crate) mod appfolio;
pub(crate) mod buildium;
mod doorloop;
mod endpoint;
mod fields;
pub(crate) mod latchel;
pub(crate) mod propertyware;
pub(crate) mod query;
mod quirk;
pub(crate) mod rentmanager;
mod rentvine;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

pub(crate) use self::quirk::SHUFFLED_LISTS;
pub use self::quirk::{Quirk, Switch};
use crate::server::state::Shared;
use crate::webhooks::Telling;
use crate::world::Id;
use crate::{RateLimit, Side, World};

/// A platform that the server can imitate.
#[derive(Clone, Copy)]
pub struct Dialect(&'static Spec);

/// Everything about a dialect that is used outside its folder.
pub(crate) struct Spec {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// The system's name for people.
    pub(crate) title: &'static str,
    /// Rate limits of the real system; all hold at once.
    pub(crate) rate_limits: &'static [RateLimit],
    /// All endpoints.
    pub(crate) router: fn(&Shared) -> Router,
    /// An error answer without details, as the system spells it.
    pub(crate) refuse: fn(StatusCode, &str) -> Response,
    /// The answer to a request beyond the rate limit, which has to wait so long.
    pub(crate) refuse_haste: fn(Duration) -> Response,
    /// Credentials of a client, by the names that the vendor gives them.
    pub(crate) credentials: fn(&World) -> Vec<(&'static str, String)>,
    /// Oddities that can be switched.
    pub(crate) quirks: &'static [Quirk],
    /// The work order of the world that has this id in the system's own spelling.
    pub(crate) work_order: fn(&str) -> Option<Id>,
    /// Makes its webhooks, if the mock sends any.
    pub(crate) webhooks: Option<Telling>,
}

impl Dialect {
    /// AppFolio's Stack API, version 0.
    pub const APPFOLIO: Self = Self(&appfolio::SPEC);
    /// Buildium's Open API, version 1.
    pub const BUILDIUM: Self = Self(&buildium::SPEC);
    /// Propertyware's Open API, REST version 1.
    pub const PROPERTYWARE: Self = Self(&propertyware::SPEC);

    /// Rentvine's manager API.
    pub const RENTVINE: Self = Self(&rentvine::SPEC);

    /// DoorLoop's API.
    pub const DOORLOOP: Self = Self(&doorloop::SPEC);

    /// Rent Manager's Web API.
    pub const RENTMANAGER: Self = Self(&rentmanager::SPEC);

    /// All of them, by name.
    pub const ALL: &[Self] = &[
        Self::APPFOLIO,
        Self::BUILDIUM,
        Self::DOORLOOP,
        Self::PROPERTYWARE,
        Self::RENTMANAGER,
        Self::RENTVINE,
    ];

    /// The dialect with this name.
    ///
    /// # Errors
    /// Names those that there are.
    pub fn named(name: &str) -> Result<Self, UnknownDialect> {
        let found = Self::ALL.iter().find(|dialect| dialect.name() == name);
        found.copied().ok_or_else(|| UnknownDialect { name: name.to_owned() })
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The system's name for people.
    pub fn title(self) -> &'static str {
        self.0.title
    }

    /// Rate limits of the real system; all hold at once.
    pub fn rate_limits(self) -> &'static [RateLimit] {
        self.0.rate_limits
    }

    /// Credentials of a client of this world, by the names that the vendor gives them.
    pub fn credentials(self, world: &World) -> Vec<(&'static str, String)> {
        (self.0.credentials)(world)
    }

    /// The work order of the world that has this id in the system's own spelling; `None` if it is not an id of the system.
    pub fn work_order(self, id: &str) -> Option<Id> {
        (self.0.work_order)(id)
    }

    /// Oddities that can be switched, by `platform.account.quirks` of the world.
    pub fn quirks(self) -> &'static [Quirk] {
        self.0.quirks
    }

    pub(crate) fn webhooks(self) -> Option<Telling> {
        self.0.webhooks
    }

    pub(crate) fn router(self, shared: &Shared) -> Router {
        (self.0.router)(shared)
    }
}

impl PartialEq for Dialect {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Dialect {}

impl fmt::Debug for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dialect").field(&self.name()).finish()
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A platform name that nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no platform {name:?}; known: {}", known())]
pub struct UnknownDialect {
    /// The name given.
    pub name: String,
}

fn known() -> String {
    Dialect::ALL.iter().map(|d| d.name()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        Self::named(name)
    }
}

/// Refuses what is beyond the side's rate limit.
pub(crate) async fn limit(
    State((shared, side)): State<(Shared, Side)>,
    request: Request,
    next: Next,
) -> Response {
    match (shared.limits(side).admit(), side) {
        (Ok(()), _) => next.run(request).await,
        (Err(wait), Side::Platform) => (shared.dialect().0.refuse_haste)(wait),
        (Err(_), Side::Latchel) => latchel::refuse(StatusCode::TOO_MANY_REQUESTS, "Too many requests."),
    }
}

/// An error as the side spells it.
pub(crate) fn refuse(shared: &Shared, side: Side, status: StatusCode, message: &str) -> Response {
    match side {
        Side::Platform => (shared.dialect().0.refuse)(status, message),
        Side::Latchel => latchel::refuse(status, message),
    }
}

/// The answer to a body that is too long to be read.
pub(crate) fn too_large(shared: &Shared, side: Side) -> Response {
    refuse(shared, side, StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large.")
}
