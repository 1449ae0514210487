//! Checks before a request reaches its endpoint: the query's length and the key.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::problem::refuse;
use crate::shared::Shared;
use crate::shared::quirk::Quirk;

/// Longer query strings make the real service fail rather than complain.
const MAX_QUERY: usize = 4096;

pub(super) const LONG_QUERIES_FAIL: Quirk = Quirk::usual(
    "long-queries-fail",
    "A query of more than 4,096 characters is a 500.",
    "A query may be of any length.",
);

pub(super) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let is_long = request.uri().query().is_some_and(|query| query.len() > MAX_QUERY);
    if is_long && shared.read(|world| LONG_QUERIES_FAIL.is_on(world)) {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred.");
    }
    let known = shared.read(|world| {
        let account = &world.platform.account;
        header(request.headers(), "x-buildium-client-id") == Some(account.client_id.as_str())
            && header(request.headers(), "x-buildium-client-secret") == Some(account.client_secret.as_str())
    });
    if known {
        next.run(request).await
    } else {
        refuse(StatusCode::UNAUTHORIZED, "The client id or secret is missing or not valid.")
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
