//! Error answers in AppFolio's two shapes.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::dialects::endpoint;
use crate::dialects::fields::FieldFault;
use crate::world::World;

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    status: StatusCode,
    message: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// An error by one of AppFolio's own statuses.
    pub(super) fn own(status: u16, message: &str) -> Self {
        Self::new(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), message)
    }

    /// 400 for a query parameter.
    pub(super) fn parameter(name: &str, message: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("{name} {message}"))
    }

    /// 422 for a body that says what cannot be.
    pub(super) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// 422 for fields.
    pub(super) fn fields(faults: &[FieldFault]) -> Self {
        let each: Vec<_> = faults.iter().map(|fault| format!("{} {}", fault.name, fault.message)).collect();
        Self::unprocessable(each.join("; "))
    }

    /// 404, which has another shape than all others.
    pub(super) fn no(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("No such {what}"))
    }
}

impl endpoint::Problem for Problem {
    fn forbidden(resource: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, format!("The credentials have no access to {resource}."))
    }

    fn denied(world: &World) -> &[String] {
        &world.platform.account.denied
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = match self.status {
            StatusCode::NOT_FOUND => json!({ "status": 404, "error": self.message }),
            status => json!({ "code": status.as_u16(), "message": self.message }),
        };
        (self.status, Json(body)).into_response()
    }
}

/// An error answer without details, for the layers around the dialect.
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    Problem::new(status, message).into_response()
}
