//! Error answers in Rentvine's shapes.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::dialects::endpoint;
use crate::dialects::fields::FieldFault;
use crate::world::World;

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Problem {
    /// Nothing but a status, as for wrong credentials and for what is not there.
    Bare(StatusCode),
    /// A status and `{error}`.
    Said(StatusCode, String),
    /// 400, with what is wrong under each field's path.
    Fields(Vec<FieldFault>),
}

impl Problem {
    pub(super) fn said(status: StatusCode, message: impl Into<String>) -> Self {
        Self::Said(status, message.into())
    }

    /// 400 for one parameter or field.
    pub(super) fn field(name: &str, message: impl Into<String>) -> Self {
        Self::Fields(vec![FieldFault { name: name.to_owned(), message: message.into() }])
    }

    /// 400 if any field is wrong.
    pub(super) fn of_fields(faults: Vec<FieldFault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self::Fields(faults)) }
    }

    /// 404 for a record.
    pub(super) fn gone() -> Self {
        Self::Bare(StatusCode::NOT_FOUND)
    }
}

impl endpoint::Problem for Problem {
    fn forbidden(resource: &str) -> Self {
        Self::said(StatusCode::FORBIDDEN, format!("The key's role may not use {resource}."))
    }

    fn denied(world: &World) -> &[String] {
        &world.platform.account.denied
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self {
            Self::Bare(status) => status.into_response(),
            Self::Said(status, error) => (status, Json(json!({ "error": error }))).into_response(),
            Self::Fields(faults) => {
                let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
                for fault in faults {
                    paths.entry(fault.name).or_default().push(fault.message);
                }
                (StatusCode::BAD_REQUEST, Json(paths)).into_response()
            }
        }
    }
}

/// An error answer without details, for the layers around the dialect.
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    Problem::said(status, message).into_response()
}
