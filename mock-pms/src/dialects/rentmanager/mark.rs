//! A UTF-8 byte order mark before everything, where the world has the quirk.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::quirks::BYTE_ORDER_MARK;
use crate::shared::Shared;

pub(super) async fn mark(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    if !shared.read(|world| BYTE_ORDER_MARK.is_on(world)) {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if bytes.is_empty() {
        return Response::from_parts(parts, Body::empty());
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from([b"\xEF\xBB\xBF", &bytes[..]].concat()))
}
