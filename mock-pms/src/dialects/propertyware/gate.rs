//! Checks before a request reaches its endpoint: the key, and the organisation that it belongs to.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::names;
use super::problem::{Problem, refuse};
use crate::shared::Shared;
use crate::shared::quirk::Quirk;

pub(super) const SILENT_400: Quirk = Quirk::usual(
    "silent-400",
    "A missing credential is a 400 without a body.",
    "It is a 401, as the documents say.",
);

pub(super) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match refusal(&shared, request.headers()) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

fn refusal(shared: &Shared, headers: &HeaderMap) -> Option<Response> {
    let (Some(id), Some(secret), Some(system)) = (
        header(headers, "x-propertyware-client-id"),
        header(headers, "x-propertyware-client-secret"),
        header(headers, "x-propertyware-system-id"),
    ) else {
        // The documents say 401, and the live service 400. What its body says is not known: the least is nothing.
        return Some(match shared.read(|world| SILENT_400.is_on(world)) {
            true => Problem::silent().into_response(),
            false => refuse(StatusCode::UNAUTHORIZED, "A credential is missing."),
        });
    };
    let known = shared.read(|world| {
        let account = &world.platform.account;
        id == account.client_id && secret == account.client_secret && system == names::system_id(account)
    });
    (!known).then(|| refuse(StatusCode::UNAUTHORIZED, "The API key couldn't be authorized."))
}

/// A header's value; an empty one is none.
fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
}
