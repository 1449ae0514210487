//! A request as an endpoint of Buildium's sees it, and an answer as it gives it.

use std::ops::Deref;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use serde_json::{Map, Value};

use super::parameters::Parameters;
use super::problem::Problem;
use crate::dialects::endpoint::{self, BodyFault, Request};
use crate::shared::Shared;
use crate::world::{Id, World};

/// A request that passed the gate.
pub(super) struct Call {
    request: Request,
    pub(super) query: Parameters,
}

/// A good answer.
pub(super) enum Reply {
    /// A page of a list, and how many records match in all.
    Page(Vec<Value>, usize),
    /// One record.
    One(Value),
    /// A new record, and its path.
    Created(String, Value),
}

pub(super) type Answer = Result<Reply, Problem>;

impl From<Request> for Call {
    fn from(mut request: Request) -> Self {
        let query = Parameters::of(std::mem::take(&mut request.query));
        Self { request, query }
    }
}

impl Deref for Call {
    type Target = Request;

    fn deref(&self) -> &Request {
        &self.request
    }
}

impl Call {
    /// The id in the path; what is no 32-bit number names nothing.
    pub(super) fn id(&self, what: &str) -> Result<Id, Problem> {
        let id = self.request.id().and_then(|id| id.parse::<i32>().ok());
        id.map(Id::from).ok_or_else(|| Problem::no(what))
    }

    /// The body, which must be a JSON object and say so.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Problem> {
        self.request.object().map_err(|fault| {
            let status = match fault {
                BodyFault::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                BodyFault::NotJson(_) | BodyFault::NotObject => StatusCode::BAD_REQUEST,
            };
            Problem::new(status, fault.to_string())
        })
    }
}

/// A GET endpoint for a resource that the key may be denied.
pub(super) fn read<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::read(MethodFilter::GET, resource, endpoint)
}

/// A writing endpoint of a resource that the key may be denied.
pub(super) fn write<F>(method: MethodFilter, resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&mut World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    endpoint::write(method, resource, endpoint)
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        match self {
            Self::Page(rows, total) => {
                let count = (HeaderName::from_static("x-total-count"), HeaderValue::from(total));
                ([count], Json(Value::Array(rows))).into_response()
            }
            Self::One(record) => Json(record).into_response(),
            Self::Created(path, record) => {
                (StatusCode::CREATED, [(header::LOCATION, path)], Json(record)).into_response()
            }
        }
    }
}
