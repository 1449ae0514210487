//! The way between HTTP and an endpoint, which is the same for every dialect: a request comes in, the key's permission
//! is looked up, the endpoint looks at the world or changes it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{Extension, RawPathParams, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use serde_json::{Map, Value};

use crate::shared::purpose::Arrived;
use crate::shared::quirk::{Quirk, SHUFFLED_LISTS, UNSTABLE_ORDER};
use crate::shared::{Shared, query};
use crate::world::World;

/// A request that passed the dialect's gate.
#[derive(Debug)]
pub struct Request {
    /// The parameters in the path, in order.
    pub path: Vec<String>,
    /// The query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as sent.
    pub body: Bytes,
    /// The seed of whatever order the client left open; differs for each request where lists are shuffled.
    pub shuffle: u64,
    quirks: Vec<Quirk>,
}

/// Reason why a body cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// Its type is not JSON's.
    #[error("Send application/json.")]
    ContentType,
    /// It is not JSON.
    #[error("The body is not JSON: {0}")]
    NotJson(String),
    /// It is JSON, and no object.
    #[error("The body must be a JSON object.")]
    NotObject,
}

impl Request {
    fn new(shared: &Shared, parts: Parts) -> Self {
        let (Extension(arrived), path, RawQuery(query), headers, body) = parts;
        let quirks: Vec<_> = shared.read(|world| {
            let all = shared.system(arrived.side).quirks.iter();
            all.filter(|quirk| quirk.is_on(world)).copied().collect()
        });
        let is_shuffled = quirks.contains(&SHUFFLED_LISTS) || quirks.contains(&UNSTABLE_ORDER);
        let path = path.map(|path| path.iter().map(|(_, value)| value.to_owned()).collect());
        Self {
            path: path.unwrap_or_default(),
            query: query::pairs(query.as_deref().unwrap_or_default()),
            headers,
            body,
            shuffle: if is_shuffled { shared.next_shuffle() } else { 0 },
            quirks,
        }
    }

    /// True if the dialect has this quirk in this world.
    pub fn has(&self, quirk: &Quirk) -> bool {
        self.quirks.contains(quirk)
    }

    /// The first parameter in the path.
    pub fn id(&self) -> Option<&str> {
        self.path.first().map(String::as_str)
    }

    /// The first value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }

    /// The body, which must be JSON and say so.
    pub fn json(&self) -> Result<Value, BodyFault> {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.and_then(|value| value.split(';').next()).unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case("application/json") {
            return Err(BodyFault::ContentType);
        }
        serde_json::from_slice(&self.body).map_err(|error| BodyFault::NotJson(error.to_string()))
    }

    /// The body, which must be a JSON object and say so.
    pub fn object(&self) -> Result<Map<String, Value>, BodyFault> {
        match self.json()? {
            Value::Object(members) => Ok(members),
            _ => Err(BodyFault::NotObject),
        }
    }
}

/// A dialect's error answer.
pub trait Problem: IntoResponse {
    /// The answer to a key that may not use this resource.
    fn forbidden(resource: &str) -> Self;

    /// Calls that the key may not make: `work_orders` for everything, `work_orders:write` for writes alone.
    fn denied(world: &World) -> &[String];
}

type Parts = (Extension<Arrived>, Result<RawPathParams, RawPathParamsRejection>, RawQuery, HeaderMap, Bytes);

/// An endpoint that looks at the world.
pub fn read<C, R, P, F>(method: MethodFilter, resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    C: From<Request>,
    R: IntoResponse,
    P: Problem,
    F: Fn(&World, &C) -> Result<R, P> + Send + Sync + 'static,
{
    let answer = move |shared: &Shared, request: Request| {
        let call = C::from(request);
        respond(shared.read(|world| {
            allowed::<P>(world, resource, &[resource])?;
            endpoint(world, &call)
        }))
    };
    answered(method, Arc::new(answer))
}

/// An endpoint that changes the world.
pub fn write<C, R, P, F>(method: MethodFilter, resource: &'static str, endpoint: F) -> MethodRouter<Shared>
where
    C: From<Request>,
    R: IntoResponse,
    P: Problem,
    F: Fn(&mut World, &C) -> Result<R, P> + Send + Sync + 'static,
{
    let answer = move |shared: &Shared, request: Request| {
        let call = C::from(request);
        respond(shared.edit(|world| {
            allowed::<P>(world, resource, &[resource, &format!("{resource}:write")])?;
            endpoint(world, &call)
        }))
    };
    answered(method, Arc::new(answer))
}

/// Function from a request to an endpoint's answer.
type Answer = dyn Fn(&Shared, Request) -> Response + Send + Sync;

/// The route of an endpoint. Its type is erased here: a handler of its own for each would be the largest part of this
/// crate to compile.
fn answered(method: MethodFilter, answer: Arc<Answer>) -> MethodRouter<Shared> {
    on(method, move |State(shared): State<Shared>, arrived, path, query, headers, body| {
        let answer = Arc::clone(&answer);
        async move { answer(&shared, Request::new(&shared, (arrived, path, query, headers, body))) }
    })
}

fn allowed<P: Problem>(world: &World, resource: &str, denials: &[&str]) -> Result<(), P> {
    let denied = P::denied(world).iter().any(|denied| denials.contains(&denied.as_str()));
    if denied { Err(P::forbidden(resource)) } else { Ok(()) }
}

fn respond<R: IntoResponse, P: IntoResponse>(answer: Result<R, P>) -> Response {
    match answer {
        Ok(reply) => reply.into_response(),
        Err(problem) => problem.into_response(),
    }
}
