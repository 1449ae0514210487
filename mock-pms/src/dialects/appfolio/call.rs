//! A request as an endpoint of AppFolio's sees it, and an answer as it gives it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use serde_json::{Map, Value};

use super::problem::Problem;
use crate::dialects::endpoint::{self, Request};
use crate::shared::Shared;
use crate::world::World;

/// A good answer.
pub(super) enum Reply {
    /// One record, or a page of a list.
    Ok(Value),
    /// A new record.
    Created(Value),
}

pub(super) type Answer = Result<Reply, Problem>;

/// A request that passed the gate.
pub(super) struct Call(pub(super) Request);

impl From<Request> for Call {
    fn from(request: Request) -> Self {
        Self(request)
    }
}

impl Call {
    /// The body, which must be a JSON object and say so.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Problem> {
        self.0.object().map_err(|fault| Problem::new(StatusCode::BAD_REQUEST, fault.to_string()))
    }
}

/// A GET endpoint for a resource that the credentials may be denied.
pub(super) fn read<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::read(MethodFilter::GET, resource, endpoint)
}

/// A writing endpoint of a resource that the credentials may be denied.
pub(super) fn write<F>(method: MethodFilter, resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&mut World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::write(method, resource, endpoint)
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Ok(body) => Json(body).into_response(),
            Self::Created(record) => (StatusCode::CREATED, Json(record)).into_response(),
        }
    }
}
