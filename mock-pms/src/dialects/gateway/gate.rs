//! The key, which is checked before anything else.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use super::problem::refuse;
use crate::shared::Shared;

pub(super) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let key = request.headers().get("x-api-key").and_then(|value| value.to_str().ok());
    if shared.read(|world| key == Some(world.latchel.company.api_key.as_str())) {
        next.run(request).await
    } else {
        refuse(StatusCode::UNAUTHORIZED, "The x-api-key header is missing or not valid.")
    }
}
