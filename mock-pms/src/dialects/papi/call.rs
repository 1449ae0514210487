//! A request as an endpoint sees it, and an answer as it gives it.

use std::ops::Deref;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use serde_json::{Value, json};

use super::problem::Problem;
use super::quirks::PUT_WRITES;
use crate::dialects::endpoint::{self, Request};
use crate::shared::Shared;
use crate::world::{Id, World};

/// A request that passed the gate.
pub(super) struct Call(Request);

/// A good answer.
pub(super) enum Reply {
    /// A list.
    Page(Value),
    /// A record that was asked for, or changed.
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
    pub(super) fn id(&self, model: &str) -> Result<Id, Problem> {
        self.0.id().and_then(|id| id.parse().ok()).ok_or_else(|| Problem::no(model))
    }

    /// A parameter's value: the last, if it comes twice, and none if it is empty.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let mut values = self.query.iter().filter(|(known, _)| known == name);
        values.next_back().map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

/// Extent of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Everything, and what is not sent is empty.
    Whole,
    /// The fields that are sent change, and the rest stays.
    Part,
}

/// A GET endpoint for a resource that the key may be denied.
pub(super) fn read<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::read(MethodFilter::GET, resource, endpoint)
}

/// A POST endpoint of a resource that the key may be denied.
pub(super) fn create<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&mut World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::write(MethodFilter::POST, resource, endpoint)
}

/// The path of one record: its GET, and the change of it, by whichever method the quirks say.
pub(super) fn update<F>(get: MethodRouter<Shared>, resource: &'static str, change: F) -> MethodRouter<Shared>
where
    F: Fn(&mut World, &Call, Extent) -> Answer + Clone + Send + Sync + 'static,
{
    let replace = change.clone();
    let patch = endpoint::write(MethodFilter::PATCH, resource, move |world: &mut World, call: &Call| {
        if call.has(&PUT_WRITES) { Err(Problem::method("PATCH")) } else { change(world, call, Extent::Part) }
    });
    let put = endpoint::write(MethodFilter::PUT, resource, move |world: &mut World, call: &Call| {
        if call.has(&PUT_WRITES) { replace(world, call, Extent::Whole) } else { Err(Problem::method("PUT")) }
    });
    get.merge(patch).merge(put)
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Page(page) => Json(page).into_response(),
            Self::Found(record) => Json(json!({ "data": record })).into_response(),
            Self::Created(record) => (StatusCode::CREATED, Json(json!({ "data": record }))).into_response(),
        }
    }
}
