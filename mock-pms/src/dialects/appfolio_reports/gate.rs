//! The credentials, which are checked before anything else.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::problem::refuse;
use crate::shared::Shared;
use crate::world::Account;

pub(super) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match shared.read(|world| knows(&world.platform.account, request.headers())) {
        true => next.run(request).await,
        false => refuse(StatusCode::UNAUTHORIZED, "The client id or secret is wrong."),
    }
}

fn knows(account: &Account, headers: &HeaderMap) -> bool {
    let pair = STANDARD.encode(format!("{}:{}", account.client_id, account.client_secret));
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    sent == Some(&format!("Basic {pair}"))
}
