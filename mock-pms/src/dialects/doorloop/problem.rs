//! Error answers. Their shape is not documented; a client in the field reads `message`, or a list under `base`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::dialects::endpoint;
use crate::dialects::fields::FieldFault;
use crate::world::World;

/// Text of the answer to a token that lacks the permission, which has the status 405.
pub(super) const FORBIDDEN: &str = "METHOD_NOT_ALLOWED";

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Problem {
    /// Of the whole request.
    Whole(StatusCode, String),
    /// Of its parameters or fields: 422.
    Invalid(Vec<String>),
}

impl Problem {
    pub(super) fn new(status: StatusCode, message: &str) -> Self {
        Self::Whole(status, message.to_owned())
    }

    /// 422 for one parameter or field.
    pub(super) fn invalid(name: &str, message: impl AsRef<str>) -> Self {
        Self::Invalid(vec![format!("{name} {}", message.as_ref())])
    }

    /// 422 if any field is wrong.
    pub(super) fn of_fields(faults: Vec<FieldFault>) -> Result<(), Self> {
        if faults.is_empty() {
            return Ok(());
        }
        Err(Self::Invalid(faults.into_iter().map(|one| format!("{} {}", one.name, one.message)).collect()))
    }

    /// 404 for a record.
    pub(super) fn no(what: &str) -> Self {
        Self::Whole(StatusCode::NOT_FOUND, format!("{what} not found"))
    }
}

impl endpoint::Problem for Problem {
    fn forbidden(_resource: &str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, FORBIDDEN)
    }

    fn denied(world: &World) -> &[String] {
        &world.platform.account.denied
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self {
            Self::Whole(status, message) => (status, Json(json!({ "message": message }))).into_response(),
            Self::Invalid(base) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "base": base }))).into_response()
            }
        }
    }
}

/// An error answer without details, for the layers around the dialect.
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    Problem::new(status, message).into_response()
}
