//! Error answers, of which there are four shapes: a model of what went wrong, a message, a message with what is wrong
//! where, and nothing at all.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::dialects::endpoint;
use crate::dialects::fields::FieldFault;
use crate::world::World;

/// The number that .NET gives to an exception of no particular kind.
const HRESULT: i64 = -2_146_233_088;

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Problem {
    /// An exception within the service, as it answers it.
    Model(StatusCode, String),
    /// A message of the framework around the service.
    Message(StatusCode, String),
    /// 400 for parameters or fields.
    Invalid(Vec<FieldFault>),
    /// 404 for a record.
    Gone,
}

impl Problem {
    pub(super) fn model(status: StatusCode, message: impl Into<String>) -> Self {
        Self::Model(status, message.into())
    }

    pub(super) fn message(status: StatusCode, message: impl Into<String>) -> Self {
        Self::Message(status, message.into())
    }

    /// 400 for one parameter or field.
    pub(super) fn invalid(name: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldFault { name: name.to_owned(), message: message.into() }])
    }

    /// 400 if any field is wrong.
    pub(super) fn of_fields(faults: Vec<FieldFault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self::Invalid(faults)) }
    }
}

impl endpoint::Problem for Problem {
    /// A missing privilege is a 403 in one place and a 500 in another.
    fn forbidden(resource: &str) -> Self {
        let message = format!("You do not have the privilege to access {resource}.");
        match resource {
            "work_orders" => Self::model(StatusCode::INTERNAL_SERVER_ERROR, message),
            _ => Self::message(StatusCode::FORBIDDEN, message),
        }
    }

    fn denied(world: &World) -> &[String] {
        &world.platform.account.denied
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self {
            Self::Model(status, message) => {
                let model = json!({
                    "DeveloperMessage": message,
                    "UserMessage": message,
                    "ErrorCode": HRESULT,
                    "Exception": null,
                    "MoreInfoUri": "",
                });
                (status, Json(model)).into_response()
            }
            Self::Message(status, message) => (status, Json(json!({ "Message": message }))).into_response(),
            Self::Invalid(faults) => {
                let state: Map<String, Value> =
                    faults.into_iter().map(|fault| (fault.name, json!([fault.message]))).collect();
                let body = json!({ "Message": "The request is invalid.", "ModelState": state });
                (StatusCode::BAD_REQUEST, Json(body)).into_response()
            }
            Self::Gone => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

/// An error answer without details, for the layers around the dialect.
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    Problem::message(status, message).into_response()
}
