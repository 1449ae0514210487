//! The key and its secret, before a request reaches its endpoint.

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::problem::Problem;
use crate::shared::Shared;

/// A refusal has no body.
pub(super) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let pair = shared.read(|world| {
        let account = &world.platform.account;
        STANDARD.encode(format!("{}:{}", account.client_id, account.client_secret))
    });
    if sent == Some(format!("Basic {pair}").as_str()) {
        next.run(request).await
    } else {
        Problem::Bare(StatusCode::UNAUTHORIZED).into_response()
    }
}
