//! A request as an endpoint of Propertyware's sees it, and an answer as it gives it.

use std::ops::Deref;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::problem::Problem;
use crate::dialects::endpoint::{self, BodyFault, Request};
use crate::shared::Shared;
use crate::world::{Id, World};

/// A request that passed the gate.
pub(super) struct Call(Request);

/// A good answer.
pub(super) enum Reply {
    /// A page of a list, and what its total is said to be.
    Page(Vec<Value>, usize),
    /// One record, or a list without pages.
    One(Value),
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
    /// The id in the path, an integer of 64 bits.
    pub(super) fn path_id(&self) -> Result<Id, Problem> {
        self.id().and_then(|id| id.parse().ok()).ok_or_else(Problem::silent)
    }

    /// Refuses parameters that the endpoint does not have, and those that it has but this imitation does not.
    pub(super) fn check(&self, known: &[&str], not_imitated: &[&str]) -> Result<(), Problem> {
        for (name, _) in &self.query {
            if not_imitated.contains(&name.as_str()) {
                let message = format!("The mock does not imitate the filter {name}.");
                return Err(Problem::new(StatusCode::NOT_IMPLEMENTED, message));
            }
            if !known.contains(&name.as_str()) {
                return Err(Problem::parameter(name, "is not a parameter of this request"));
            }
        }
        Ok(())
    }

    /// A parameter that is an integer, true or false.
    pub(super) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        self.parameter(name).map(|value| value.parse().map_err(|_| Problem::silent())).transpose()
    }

    /// A parameter that is an instant with seconds and a zone.
    pub(super) fn instant(&self, name: &str) -> Result<Option<DateTime<Utc>>, Problem> {
        let read = |value: &str| {
            let at = DateTime::parse_from_str(value, "%Y-%m-%dT%H:%M:%S%:z").ok();
            at.or_else(|| {
                DateTime::parse_from_str(&value.replace('Z', "+00:00"), "%Y-%m-%dT%H:%M:%S%:z").ok()
            })
        };
        self.parameter(name)
            .map(|value| read(value).map(|at| at.to_utc()).ok_or_else(Problem::silent))
            .transpose()
    }

    /// A parameter that is one of these words.
    pub(super) fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Problem> {
        let read = |value: &str| {
            let found = words.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning);
            found.ok_or_else(|| Problem::parameter(name, "is none of the words that it may be"))
        };
        self.parameter(name).map(read).transpose()
    }

    /// The body, which must be a JSON object and say so.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Problem> {
        self.0.object().map_err(|fault| match fault {
            BodyFault::ContentType => Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, fault.to_string()),
            BodyFault::NotJson(_) | BodyFault::NotObject => Problem::silent(),
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
            Self::Created(record) => (StatusCode::CREATED, Json(record)).into_response(),
        }
    }
}
