//! Error answers in the contract's shape.

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
    field: Option<String>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), field: None }
    }

    /// 400 for a query parameter.
    pub(super) fn parameter(name: &str, message: &str) -> Self {
        Self::about(StatusCode::BAD_REQUEST, name, message)
    }

    /// 422 for a body field.
    pub(super) fn field(name: &str, message: &str) -> Self {
        Self::about(StatusCode::UNPROCESSABLE_ENTITY, name, message)
    }

    /// 404 for a record.
    pub(super) fn no(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("There is no {what} with this id."))
    }

    fn about(status: StatusCode, name: &str, message: &str) -> Self {
        Self { status, message: format!("{name} {message}."), field: Some(name.to_owned()) }
    }

    fn code(&self) -> &'static str {
        match self.status.as_u16() {
            401 => "unauthorized",
            403 => "forbidden",
            404 => "not_found",
            405 => "method_not_allowed",
            413 => "payload_too_large",
            422 => "unprocessable",
            429 => "rate_limited",
            500.. => "internal",
            _ => "bad_request",
        }
    }
}

impl endpoint::Problem for Problem {
    fn forbidden(resource: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, format!("The key has no permission for {resource}."))
    }

    fn denied(world: &World) -> &[String] {
        &world.latchel.company.denied
    }
}

impl From<FieldFault> for Problem {
    fn from(fault: FieldFault) -> Self {
        Self::field(&fault.name, &fault.message)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let error = json!({ "code": self.code(), "message": self.message, "field": self.field });
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}

/// An error answer that no field is to blame for, for the layers around the dialect.
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    Problem::new(status, message).into_response()
}
