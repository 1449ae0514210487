//! The languages in which the systems answer: one folder each.

pub(crate) mod buildium;
mod fields;
pub(crate) mod latchel;
pub(crate) mod query;

use std::fmt;
use std::str::FromStr;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use crate::Side;
use crate::server::state::Shared;

/// A platform that the server can imitate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Buildium's Open API, version 1.
    Buildium,
}

impl Dialect {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Buildium];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Buildium => "buildium",
        }
    }

    pub(crate) fn router(self, shared: &Shared) -> Router {
        match self {
            Self::Buildium => buildium::router(shared),
        }
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
        Self::ALL
            .iter()
            .copied()
            .find(|d| d.name() == name)
            .ok_or_else(|| UnknownDialect { name: name.to_owned() })
    }
}

/// Refuses what is beyond the side's rate limit.
pub(crate) async fn limit(
    State((shared, side)): State<(Shared, Side)>,
    request: Request,
    next: Next,
) -> Response {
    if shared.admit(side) {
        return next.run(request).await;
    }
    refuse(side, StatusCode::TOO_MANY_REQUESTS, "Too many requests.")
}

/// An error as the side spells it.
pub(crate) fn refuse(side: Side, status: StatusCode, message: &str) -> Response {
    match side {
        Side::Platform => buildium::refuse(status, message),
        Side::Latchel => latchel::refuse(status, message),
    }
}

/// The answer to a body that is too long to be read.
pub(crate) fn too_large(side: Side) -> Response {
    refuse(side, StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large.")
}
