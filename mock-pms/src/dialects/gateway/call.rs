//! A request as an endpoint sees it, and an answer as it gives it.

use std::ops::Deref;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use serde_json::{Map, Value};

use super::problem::Problem;
use crate::dialects::endpoint::{self, Request};
use crate::shared::Shared;
use crate::world::{Id, World};

/// A request that passed the gate.
pub(super) struct Call(Request);

/// A good answer.
pub(super) enum Reply {
    /// Data that was asked for.
    Found(Value),
    /// A new record.
    Created(Value),
}

pub(super) type Answer = Result<Reply, Problem>;

impl From<Request> for Call {
    fn from(request: Request) -> Self {
        Self(request)
    }
}

impl Deref for Call {
    type Target = Request;

    fn deref(&self) -> &Request {
        &self.0
    }
}

impl Call {
    /// The id in the path; what is no number names nothing.
    pub(super) fn id(&self, what: &str) -> Result<Id, Problem> {
        self.0.id().and_then(|id| id.parse().ok()).ok_or_else(|| Problem::no(what))
    }

    /// Refuses parameters that the endpoint does not have, and those that come twice.
    pub(super) fn check_query(&self, known: &[&str]) -> Result<(), Problem> {
        for (i, (name, _)) in self.query.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(Problem::parameter(name, "is not a parameter of this request"));
            }
            if self.query[..i].iter().any(|(earlier, _)| earlier == name) {
                return Err(Problem::parameter(name, "is given twice"));
            }
        }
        Ok(())
    }

    /// The body, which must be a JSON object and say so.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Problem> {
        self.0.object().map_err(|fault| Problem::new(StatusCode::BAD_REQUEST, fault.to_string()))
    }
}

/// A GET endpoint for a resource that the key may be denied.
pub(super) fn read<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::read(MethodFilter::GET, resource, endpoint)
}

/// A POST endpoint that only reads.
pub(super) fn look_up<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::read(MethodFilter::POST, resource, endpoint)
}

/// A writing endpoint, which has no query, of a resource that the key may be denied.
pub(super) fn write<F>(method: MethodFilter, resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&mut World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::write(method, resource, move |world: &mut World, call: &Call| {
        call.check_query(&[])?;
        endpoint(world, call)
    })
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Found(found) => Json(found).into_response(),
            Self::Created(record) => (StatusCode::CREATED, Json(record)).into_response(),
        }
    }
}
