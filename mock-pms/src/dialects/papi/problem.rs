//! Error answers as Laravel makes them: `{message}`, and `{message, errors}` for faults of fields.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::dialects::endpoint;
use crate::world::{EditError, World};

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    status: StatusCode,
    message: String,
    errors: Vec<(String, String)>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), errors: Vec::new() }
    }

    /// 404 for a record.
    pub(super) fn no(model: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("No query results for model [Latchel\\{model}]."))
    }

    /// 405 for a method that this path does not have.
    pub(super) fn method(method: &str) -> Self {
        let message = format!("The {method} method is not supported for this route.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, message)
    }

    /// 422 for faults of fields, of which there is at least one.
    pub(super) fn fields(errors: Vec<(String, String)>) -> Self {
        let first = errors.first().map(|(_, text)| text.clone()).unwrap_or_default();
        let message = match errors.len() {
            0 | 1 => first,
            2 => format!("{first} (and 1 more error)"),
            more => format!("{first} (and {} more errors)", more - 1),
        };
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, message, errors }
    }

    /// 422 for one field.
    pub(super) fn field(name: &str, fault: &str) -> Self {
        Self::fields(vec![(name.to_owned(), fault_of(name, fault))])
    }
}

/// A fault's sentence.
pub(super) fn fault_of(name: &str, fault: &str) -> String {
    format!("The {} field {fault}.", name.replace('_', " "))
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }
}

impl endpoint::Problem for Problem {
    fn forbidden(_resource: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "This action is unauthorized.")
    }

    fn denied(world: &World) -> &[String] {
        &world.latchel.company.denied
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({ "message": self.message });
        if !self.errors.is_empty() {
            let mut errors = Map::new();
            for (name, text) in self.errors {
                if let Value::Array(texts) = errors.entry(name).or_insert_with(|| json!([])) {
                    texts.push(Value::from(text));
                }
            }
            body["errors"] = Value::Object(errors);
        }
        (self.status, Json(body)).into_response()
    }
}

/// An error answer that no field is to blame for, also for the layers around the dialect.
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    Problem::new(status, message).into_response()
}
