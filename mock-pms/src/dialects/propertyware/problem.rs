//! Error answers in Propertyware's shapes.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::dialects::endpoint;
use crate::dialects::fields::FieldFault;
use crate::world::World;

/// The one code that the live service was seen to give.
const CODE: &str = "1001";

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Problem {
    /// A status, a message and the fields that are wrong.
    Told(StatusCode, Option<String>, Vec<FieldFault>),
    /// 400 without a body.
    Silent,
}

impl Problem {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self::Told(status, Some(message.into()), Vec::new())
    }

    /// 400 without a word: missing credentials, values of the wrong type in path and query.
    pub(super) fn silent() -> Self {
        Self::Silent
    }

    /// 400 for a query parameter.
    pub(super) fn parameter(name: &str, message: impl Into<String>) -> Self {
        Self::body(vec![FieldFault { name: name.to_owned(), message: message.into() }])
    }

    /// 400 for the fields of a body.
    pub(super) fn body(faults: Vec<FieldFault>) -> Self {
        Self::Told(StatusCode::BAD_REQUEST, Some("Unable to process the request.".to_owned()), faults)
    }

    /// 404 for a record.
    pub(super) fn no(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} not found."))
    }

    /// Answer to calls that are open to customers of the beta only: a 404 without a reason.
    pub(super) fn beta() -> Self {
        Self::Told(StatusCode::NOT_FOUND, None, Vec::new())
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

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self::Told(status, message, faults) = self else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let errors: Vec<_> =
            faults.iter().map(|one| json!({ "key": one.name, "message": one.message })).collect();
        (status, Json(json!({ "userMessage": message, "errorCode": CODE, "errors": errors }))).into_response()
    }
}

/// An error answer without details, for the layers around the dialect.
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    Problem::new(status, message).into_response()
}
