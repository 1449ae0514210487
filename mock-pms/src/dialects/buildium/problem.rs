//! Error answers in Buildium's shape.

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
    faults: Vec<FieldFault>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), faults: Vec::new() }
    }

    /// 400 for a query parameter.
    pub(super) fn parameter(name: &str, message: impl Into<String>) -> Self {
        Self::faulty(StatusCode::BAD_REQUEST, name, message)
    }

    /// 422 for a well-formed field that cannot be accepted.
    pub(super) fn unprocessable(name: &str, message: impl Into<String>) -> Self {
        Self::faulty(StatusCode::UNPROCESSABLE_ENTITY, name, message)
    }

    /// 400 for a malformed body.
    pub(super) fn body(faults: Vec<FieldFault>) -> Self {
        Self { faults, ..Self::new(StatusCode::BAD_REQUEST, INVALID) }
    }

    /// 404 for a record.
    pub(super) fn no(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("No {what} found with the id."))
    }

    fn faulty(status: StatusCode, name: &str, message: impl Into<String>) -> Self {
        let fault = FieldFault { name: name.to_owned(), message: message.into() };
        Self { faults: vec![fault], ..Self::new(status, INVALID) }
    }
}

impl endpoint::Problem for Problem {
    fn forbidden(resource: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, format!("The API key has no permission for {resource}."))
    }

    fn denied(world: &World) -> &[String] {
        &world.platform.account.denied
    }
}

const INVALID: &str = "The request is invalid.";

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let errors: Vec<_> =
            self.faults.iter().map(|f| json!({ "Key": f.name, "Value": f.message })).collect();
        let body = json!({ "UserMessage": self.message, "ErrorCode": null, "Errors": errors });
        (self.status, Json(body)).into_response()
    }
}

/// An error answer without details, for the layers around the dialect.
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    Problem::new(status, message).into_response()
}
