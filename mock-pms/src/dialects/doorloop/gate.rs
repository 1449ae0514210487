//! The token, before a request reaches its endpoint.

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::problem::refuse;
use crate::shared::Shared;

pub(super) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let known = sent.and_then(|value| value.split_once(' ')).is_some_and(|(scheme, token)| {
        scheme.eq_ignore_ascii_case("bearer")
            && shared.read(|world| world.platform.account.client_secret == token)
    });
    if known { next.run(request).await } else { refuse(StatusCode::UNAUTHORIZED, "UNAUTHORIZED") }
}
