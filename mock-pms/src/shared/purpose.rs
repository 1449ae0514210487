//! Purposes of requests, which methods alone do not tell: a search may be a POST, and so is everything in GraphQL.

use axum::body::Bytes;
use serde::Serialize;

use crate::world::Side;

/// Purpose of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It reads.
    Read,
    /// It asks for a change.
    Write,
    /// It asks for a token, with credentials in its body.
    LogIn,
}

/// Tells a request's purpose by its method, path and body.
pub type PurposeOf = fn(&str, &str, &[u8]) -> Purpose;

impl Purpose {
    /// By the method alone, as REST has it.
    pub fn by_method(method: &str, _path: &str, _body: &[u8]) -> Self {
        if matches!(method, "GET" | "HEAD" | "OPTIONS") { Self::Read } else { Self::Write }
    }
}

/// A request as the layers behind the log see it: whom it is for, its purpose, and its body whole.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub(crate) side: Side,
    pub(crate) purpose: Purpose,
    pub(crate) body: Bytes,
}
