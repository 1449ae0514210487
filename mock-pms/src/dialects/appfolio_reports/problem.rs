//! Error answers: a list of messages, or nothing at all.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::dialects::endpoint::{self, BodyFault};
use crate::world::World;

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Problem {
    /// A status with a message.
    Said(StatusCode, String),
    /// 404 without a body, of everything but a first call for a report.
    Absent,
}

impl Problem {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self::Said(status, message.into())
    }
}

impl endpoint::Problem for Problem {
    fn forbidden(resource: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, format!("You are not authorized to read {resource}."))
    }

    fn denied(world: &World) -> &[String] {
        &world.platform.account.denied
    }
}

impl From<BodyFault> for Problem {
    fn from(fault: BodyFault) -> Self {
        let status = match fault {
            BodyFault::ContentType => StatusCode::NOT_ACCEPTABLE,
            BodyFault::NotJson(_) | BodyFault::NotObject => StatusCode::BAD_REQUEST,
        };
        Self::new(status, fault.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self {
            Self::Said(status, message) => (status, Json(json!({ "message": [message] }))).into_response(),
            Self::Absent => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

/// An error answer without details, for the layers around the dialect.
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    Problem::new(status, message).into_response()
}
