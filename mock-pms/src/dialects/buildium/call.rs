//! A request as an endpoint sees it, an answer as it gives it, and the way between them and HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawPathParams, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post, put};
use serde_json::{Map, Value};

use super::parameters::Parameters;
use super::problem::Problem;
use crate::server::state::Shared;
use crate::world::{Id, World};

/// A request that passed the gate.
pub(super) struct Call {
    id: Option<String>,
    pub(super) query: Parameters,
    /// Differs for each request: the seed of whatever order the client left open.
    pub(super) shuffle: u64,
    json: bool,
    body: Bytes,
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

impl Call {
    /// The id in the path; what is no 32-bit number names nothing.
    pub(super) fn id(&self, what: &str) -> Result<Id, Problem> {
        let id = self.id.as_deref().and_then(|id| id.parse::<i32>().ok());
        id.map(Id::from).ok_or_else(|| Problem::no(what))
    }

    /// The body, which must be a JSON object and say so.
    pub(super) fn object(&self) -> Result<Map<String, Value>, Problem> {
        if !self.json {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send application/json."));
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(members)) => Ok(members),
            Ok(_) => Err(Problem::new(StatusCode::BAD_REQUEST, "The body must be a JSON object.")),
            Err(e) => Err(Problem::new(StatusCode::BAD_REQUEST, format!("The body is not JSON: {e}"))),
        }
    }

    fn new(shared: &Shared, parts: Parts) -> Self {
        let (path, RawQuery(query), headers, body) = parts;
        let id = path.ok().and_then(|p| p.iter().next().map(|(_, value)| value.to_owned()));
        let json = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        let query = Parameters::parse(query.as_deref().unwrap_or_default());
        Self { id, query, shuffle: shared.next_shuffle(), json, body }
    }
}

type Parts =
    (Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>, RawQuery, HeaderMap, Bytes);

/// A GET endpoint for a resource that the key may be denied.
pub(super) fn read<F>(resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    F: Fn(&World, &Call) -> Answer + Clone + Send + Sync + 'static,
{
    get(move |State(shared): State<Shared>, path, query, headers, body| async move {
        let call = Call::new(&shared, (path, query, headers, body));
        respond(shared.read(|world| {
            allowed(world, resource, &[resource])?;
            endpoint(world, &call)
        }))
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
        post(move |State(shared): State<Shared>, path, query, headers, body| async move {
            let call = Call::new(&shared, (path, query, headers, body));
            self.run(&shared, |world| endpoint(world, &call))
        })
    }

    pub(super) fn put<F>(self, endpoint: F) -> MethodRouter<Shared>
    where
        F: Fn(&mut World, &Call) -> Answer + Clone + Send + Sync + 'static,
    {
        put(move |State(shared): State<Shared>, path, query, headers, body| async move {
            let call = Call::new(&shared, (path, query, headers, body));
            self.run(&shared, |world| endpoint(world, &call))
        })
    }

    fn run(&self, shared: &Shared, endpoint: impl FnOnce(&mut World) -> Answer) -> Response {
        let resource = self.0;
        respond(shared.edit(|world| {
            allowed(world, resource, &[resource, &format!("{resource}:write")])?;
            endpoint(world)
        }))
    }
}

fn allowed(world: &World, resource: &str, denials: &[&str]) -> Result<(), Problem> {
    let denied = &world.platform.account.denied;
    if denied.iter().any(|d| denials.contains(&d.as_str())) {
        let message = format!("The API key has no permission for {resource}.");
        return Err(Problem::new(StatusCode::FORBIDDEN, message));
    }
    Ok(())
}

fn respond(answer: Answer) -> Response {
    match answer {
        Ok(Reply::Page(rows, total)) => {
            let count = (HeaderName::from_static("x-total-count"), HeaderValue::from(total));
            ([count], Json(Value::Array(rows))).into_response()
        }
        Ok(Reply::One(record)) => Json(record).into_response(),
        Ok(Reply::Created(path, record)) => {
            (StatusCode::CREATED, [(header::LOCATION, path)], Json(record)).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}
