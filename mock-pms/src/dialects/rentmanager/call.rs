//! An answer as Rent Manager gives it.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::problem::Problem;
use crate::dialects::endpoint::Request;
use crate::world::Id;

/// A good answer.
pub(super) enum Reply {
    /// A page of a list, and what its headers say.
    Page(Vec<Value>, HeaderMap),
    /// The same, if a page that is not the whole list has a status of its own.
    Part(Vec<Value>, HeaderMap),
    /// A page without rows.
    NoRows(HeaderMap),
    /// One record, or what a write made.
    One(Value),
}

pub(super) type Answer = Result<Reply, Problem>;

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::NoRows(headers) => (StatusCode::NO_CONTENT, headers).into_response(),
            Self::Page(rows, headers) => (headers, Json(Value::Array(rows))).into_response(),
            Self::Part(rows, headers) => {
                (StatusCode::PARTIAL_CONTENT, headers, Json(Value::Array(rows))).into_response()
            }
            Self::One(record) => Json(record).into_response(),
        }
    }
}

/// The id in the path.
pub(super) fn path_id(request: &Request) -> Result<Id, Problem> {
    let id = request.id().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Problem::invalid("id", "The value is not valid for Int32."))
}

/// True if a part is among those to embed. One that takes long to put together is left out otherwise.
pub(super) fn embeds(request: &Request, part: &str) -> bool {
    request.parameter("embeds").is_some_and(|parts| parts.split(',').any(|one| one.trim() == part))
}
