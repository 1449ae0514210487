//! The languages in which the systems answer: one folder each.

mod appfolio;
mod appfolio_reports;
mod buildium;
mod doorloop;
pub(crate) mod endpoint;
pub(crate) mod fields;
mod gateway;
pub(crate) mod latchel;
mod papi;
mod propertyware;
mod references;
mod rentmanager;
mod rentvine;
pub(crate) mod spec;

use std::fmt;
use std::str::FromStr;

use axum::Router;

pub use self::latchel::{LatchelDialect, UnknownLatchel};
use self::spec::Spec;
use crate::shared::Shared;
use crate::shared::quirk::Quirk;
use crate::shared::rate_limit::RateLimit;
use crate::shared::system::System;
use crate::world::{Id, World};

/// A platform that the server can imitate.
#[derive(Clone, Copy)]
pub struct Dialect(&'static Spec);

impl Dialect {
    /// AppFolio's Stack API, version 0.
    pub const APPFOLIO: Self = Self(&appfolio::SPEC);
    /// AppFolio's Reports API, version 2.
    pub const APPFOLIO_REPORTS: Self = Self(&appfolio_reports::SPEC);
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
        Self::APPFOLIO_REPORTS,
        Self::BUILDIUM,
        Self::DOORLOOP,
        Self::PROPERTYWARE,
        Self::RENTMANAGER,
        Self::RENTVINE,
    ];

    /// A dialect of somebody's own, which no name on the command line finds.
    pub const fn of(spec: &'static Spec) -> Self {
        Self(spec)
    }

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
        self.0.system.name
    }

    /// The system's name for people.
    pub fn title(self) -> &'static str {
        self.0.system.title
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
        self.0.system.quirks
    }

    pub(crate) fn system(self) -> &'static System {
        &self.0.system
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
