//! The two Latchels that the server can imitate, and what both of them have.

mod slug;
pub(crate) mod webhooks;

use std::fmt;
use std::str::FromStr;

use axum::Router;

pub(crate) use self::slug::slug;
use super::{gateway, papi};
use crate::shared::Shared;
use crate::shared::quirk::Quirk;
use crate::shared::rate_limit::RateLimit;
use crate::shared::system::System;

/// A Latchel that the server can imitate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LatchelDialect {
    /// A gateway before Latchel that speaks a contract of this project, `contracts/latchel.openapi.json`.
    #[default]
    Gateway,
    /// Latchel's own Partner API, as far as it is known.
    Papi,
}

impl LatchelDialect {
    /// All of them, by name.
    pub const ALL: &[Self] = &[Self::Gateway, Self::Papi];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.system().name
    }

    /// Path below which its resources are, for a client's base address.
    pub fn base_path(self) -> &'static str {
        match self {
            // The contract's paths have the version in them.
            Self::Gateway => "",
            Self::Papi => "/v1",
        }
    }

    /// Rate limits of the real system; all hold at once.
    pub fn rate_limits(self) -> &'static [RateLimit] {
        match self {
            Self::Gateway => &[],
            Self::Papi => &papi::RATE_LIMITS,
        }
    }

    /// Oddities that can be switched, by `latchel.company.quirks` of the world.
    pub fn quirks(self) -> &'static [Quirk] {
        self.system().quirks
    }

    pub(crate) fn system(self) -> &'static System {
        match self {
            Self::Gateway => &gateway::SYSTEM,
            Self::Papi => &papi::SYSTEM,
        }
    }

    pub(crate) fn router(self, shared: &Shared) -> Router {
        match self {
            Self::Gateway => gateway::router(shared),
            Self::Papi => papi::router(shared),
        }
    }
}

impl fmt::Display for LatchelDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name of Latchel's API that nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no Latchel {name:?}; known: gateway, papi")]
pub struct UnknownLatchel {
    /// The name given.
    pub name: String,
}

impl FromStr for LatchelDialect {
    type Err = UnknownLatchel;

    fn from_str(name: &str) -> Result<Self, UnknownLatchel> {
        let found = Self::ALL.iter().find(|dialect| dialect.name() == name);
        found.copied().ok_or_else(|| UnknownLatchel { name: name.to_owned() })
    }
}
