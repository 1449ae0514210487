use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::http::header::{HOST, HeaderMap};
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::identity::identify;
use super::origins;
use super::refusal::Refusal;
use crate::app::App;

/// A layer that refuses requests that name several hosts: whoever stands in front may have gone by another one than we would.
pub(super) async fn one_host(request: Request, next: Next) -> Response {
    if request.headers().get_all(HOST).iter().nth(1).is_some() {
        return Refusal::hosts().into_response();
    }
    next.run(request).await
}

/// A layer that refuses requests to other hosts than this one.
pub(super) async fn known_host(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    match host(request.uri(), request.headers()) {
        Some(host) if origins::is_ours(&app.config, &host) => next.run(request).await,
        _ => Refusal::host().into_response(),
    }
}

/// Host that a request names: that of its address, or else of its header.
pub(super) fn host(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    let named = || headers.get(HOST)?.to_str().ok()?.parse().ok();
    uri.authority().cloned().or_else(named)
}

/// A layer that lets nobody pass unknown, only operators with a request that changes something, and extensions with the few
/// requests that they need: also where a handler forgot to ask.
pub(super) async fn door(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if is_open(request.uri().path()) {
        return next.run(request).await;
    }
    match let_in(&app, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// True for the paths that people need who are not logged in yet, or who want to be no longer.
pub(super) fn is_open(path: &str) -> bool {
    matches!(path, "/login" | "/logout" | PAIR) || path.starts_with("/assets/")
}

/// Path at which a browser is connected, by its code alone.
pub(super) const PAIR: &str = "/api/v1/pair";

async fn let_in(app: &App, mut request: Request) -> Result<Request, Refusal> {
    let found = identify(app, request.headers()).await?;
    let person = found.ok_or_else(|| Refusal::unknown(request.method(), request.uri()))?;
    person.must_be_allowed(request.method(), request.uri().path())?;
    request.extensions_mut().insert(person);
    Ok(request)
}
