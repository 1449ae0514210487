//! The key, which is checked before anything else, and the headers about the limit.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::problem::refuse;
use super::quirks::{FORBIDDEN_KEY, KEY_BY_HOST};
use crate::shared::Shared;
use crate::shared::rate_limit::Allowance;
use crate::world::World;

pub(super) async fn check(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let refused = shared.read(|world| {
        let status =
            if FORBIDDEN_KEY.is_on(world) { StatusCode::FORBIDDEN } else { StatusCode::UNAUTHORIZED };
        (!knows(world, request.headers())).then_some(status)
    });
    match refused {
        None => next.run(request).await,
        Some(status) => refuse(status, "Unauthenticated."),
    }
}

fn knows(world: &World, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_at_home = || text("host").is_some_and(|host| host.split(':').next() == Some("127.0.0.1"));
    text("x-api-key") == Some(world.latchel.company.api_key.as_str())
        && (!KEY_BY_HOST.is_on(world) || is_at_home())
}

/// The answer to a call beyond the limit.
pub(super) fn refuse_haste(wait: Duration) -> Response {
    let mut refusal = refuse(StatusCode::TOO_MANY_REQUESTS, "Too Many Attempts.");
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    refusal.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    refusal
}

/// No header says when there are more.
pub(super) fn tell_rest(left: Allowance, headers: &mut HeaderMap) {
    headers.insert("x-ratelimit-limit", HeaderValue::from(left.calls));
    headers.insert("x-ratelimit-remaining", HeaderValue::from(left.remaining));
}
