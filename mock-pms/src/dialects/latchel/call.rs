//! A request as an endpoint sees it, an answer as it gives it, and the way between them and HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, patch, post};
use serde_json::{Map, Value};

use super::problem::Problem;
use crate::dialects::query;
use crate::server::state::Shared;
use crate::world::{Id, World};

/// A request that passed the gate.
pub(super) struct Call {
    id: Option<String>,
    query: Vec<(String, String)>,
    json: bool,
    body: Bytes,
}

/// A good answer.
pub(super) enum Reply {
    /// What was asked for.
    Found(Value),
    /// A new record.
    Created(Value),
}

pub(super) type Answer = Result<Reply, Problem>;

impl Call {
    /// The id in the path; what is no number names nothing.
    pub(super) fn id(&self, what: &str) -> Result<Id, Problem> {
        self.id.as_deref().and_then(|id| id.parse().ok()).ok_or_else(|| Problem::no(what))
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

    /// A parameter's value.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// The body, which must be a JSON object and say so.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Problem> {
        let bad = |message: String| Err(Problem::new(StatusCode::BAD_REQUEST, message));
        if !self.json {
            return bad("Send application/json.".to_owned());
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(members)) => Ok(members),
            Ok(_) => bad("The body must be a JSON object.".to_owned()),
            Err(e) => bad(format!("The body is not JSON: {e}")),
        }
    }

    fn new(path: Path, RawQuery(query): RawQuery, headers: &HeaderMap, body: Bytes) -> Self {
        let id = path.ok().and_then(|p| p.iter().next().map(|(_, value)| value.to_owned()));
        let json = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        Self { id, query: query::pairs(query.as_deref().unwrap_or_default()), json, body }
    }
}

type Path = Result<RawPathParams, RawPathParamsRejection>;

/// A GET endpoint for a resource that the key may be denied.
pub(super) fn read<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    get(move |State(shared): State<Shared>, path, query, headers: HeaderMap, body| async move {
        look(&shared, resource, &Call::new(path, query, &headers, body), endpoint)
    })
}

/// A POST endpoint that only reads.
pub(super) fn look_up<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    post(move |State(shared): State<Shared>, path, query, headers: HeaderMap, body| async move {
        look(&shared, resource, &Call::new(path, query, &headers, body), endpoint)
    })
}

/// The writing endpoints of a resource that the key may be denied.
pub(super) fn write(resource: &'static str) -> Write {
    Write(resource)
}

/// See [`write`].
#[derive(Clone, Copy)]
pub(super) struct Write(&'static str);

impl Write {
    pub(super) fn post<F>(self, endpoint: F) -> MethodRouter<Shared>
    where
        F: Fn(&mut World, &Call) -> Answer + Clone + Send + Sync + 'static,
    {
        post(move |State(shared): State<Shared>, path, query, headers: HeaderMap, body| async move {
            self.run(&shared, &Call::new(path, query, &headers, body), endpoint)
        })
    }

    pub(super) fn patch<F>(self, endpoint: F) -> MethodRouter<Shared>
    where
        F: Fn(&mut World, &Call) -> Answer + Clone + Send + Sync + 'static,
    {
        patch(move |State(shared): State<Shared>, path, query, headers: HeaderMap, body| async move {
            self.run(&shared, &Call::new(path, query, &headers, body), endpoint)
        })
    }

    fn run(&self, shared: &Shared, call: &Call, endpoint: impl Fn(&mut World, &Call) -> Answer) -> Response {
        let resource = self.0;
        respond(shared.edit(|world| {
            allowed(world, resource, &[resource, &format!("{resource}:write")])?;
            call.check_query(&[])?;
            endpoint(world, call)
        }))
    }
}

fn look(
    shared: &Shared,
    resource: &str,
    call: &Call,
    endpoint: impl Fn(&World, &Call) -> Answer,
) -> Response {
    respond(shared.read(|world| {
        allowed(world, resource, &[resource])?;
        endpoint(world, call)
    }))
}

fn allowed(world: &World, resource: &str, denials: &[&str]) -> Result<(), Problem> {
    if world.latchel.company.denied.iter().any(|d| denials.contains(&d.as_str())) {
        let message = format!("The key has no permission for {resource}.");
        return Err(Problem::new(StatusCode::FORBIDDEN, message));
    }
    Ok(())
}

fn respond(answer: Answer) -> Response {
    match answer {
        Ok(Reply::Found(found)) => Json(found).into_response(),
        Ok(Reply::Created(record)) => (StatusCode::CREATED, Json(record)).into_response(),
        Err(problem) => problem.into_response(),
    }
}
