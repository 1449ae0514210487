//! The outermost layer of both systems: logs the request and dates the answer by the world's clock.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::inject::ClockError;
use crate::shared::log::LoggedRequest;
use crate::shared::purpose::{Arrived, Purpose};
use crate::shared::{Moment, Shared};
use crate::world::{Side, World};

/// Longer bodies are refused before anything looks at them.
const MAX_BODY: usize = 1 << 20;

/// Logs the request, and its answer if so configured; sets `Date`.
pub(super) async fn observe(
    State((shared, side)): State<(Shared, Side)>,
    request: Request,
    next: Next,
) -> Response {
    let at = shared.read(World::now);
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await;
    let mut entry = LoggedRequest {
        sequence: 0,
        at,
        side,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(ToOwned::to_owned),
        purpose: Purpose::Read,
        body: None,
        status: 0,
        response: None,
    };
    let purpose = shared.system(side).purpose;
    let sent = body.as_deref().unwrap_or_default();
    entry.purpose = purpose(&entry.method, &entry.path, sent);
    entry.body = as_json(sent).filter(|_| !entry.is_log_in());
    if !shared.tell(Moment::Arrived, &entry) {
        return super::inject::cut();
    }
    let response = match body {
        Ok(bytes) => {
            parts.extensions.insert(Arrived { side, purpose: entry.purpose, body: bytes.clone() });
            next.run(Request::from_parts(parts, Body::from(bytes))).await
        }
        Err(_) => shared.refuse(side, StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large."),
    };
    entry.status = response.status().as_u16();
    let mut response = match shared.keeps_responses() && !entry.is_log_in() {
        true => kept(response, &mut entry).await,
        false => response,
    };
    let off = response.extensions().get::<ClockError>().map_or(TimeDelta::zero(), |error| error.0);
    let date = at.checked_add_signed(off).unwrap_or(at);
    response.headers_mut().insert(header::DATE, http_date(date));
    // Who is told of it finds it in the log.
    shared.log(|log| log.push(entry.clone()));
    if !shared.tell(Moment::Done, &entry) {
        return super::inject::cut();
    }
    tracing::debug!(%side, method = entry.method, path = entry.path, status = entry.status, "answered");
    response
}

async fn kept(response: Response, entry: &mut LoggedRequest) -> Response {
    let (parts, body) = response.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(bytes) => {
            entry.response = as_json(&bytes);
            Response::from_parts(parts, Body::from(bytes))
        }
        // The body breaks off on purpose.
        Err(_) => super::inject::cut(),
    }
}

fn as_json(bytes: &[u8]) -> Option<Value> {
    if bytes.is_empty() {
        return None;
    }
    let text = || Value::String(String::from_utf8_lossy(bytes).into_owned());
    Some(serde_json::from_slice(bytes).unwrap_or_else(|_| text()))
}

fn http_date(at: DateTime<Utc>) -> HeaderValue {
    HeaderValue::from_str(&at.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))
}
