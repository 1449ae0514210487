//! Guard against work that must not happen twice, or twice at once: creates with an idempotency key, and changes of one
//! work order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};

use super::problem::Problem;
use crate::shared::{Shared, has_own_world};

/// Time for which a key is remembered.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// Retry-After, in seconds, of the answer to a request that repeats one under way.
const SOON: u64 = 1;

/// Requests that are under way, and keys that were used.
#[derive(Debug, Default)]
pub(super) struct Serial(Mutex<HashMap<String, Progress>>);

#[derive(Debug, Clone)]
enum Progress {
    UnderWay,
    Answered { at: DateTime<Utc>, sent: Bytes, answer: Bytes },
}

/// Decision about a request.
#[derive(Debug, PartialEq)]
enum Turn {
    Go,
    Replay(Bytes),
    OtherBody,
    Wait,
}

impl Serial {
    fn begin(&self, name: &str, sent: &Bytes, now: DateTime<Utc>) -> Turn {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match states.get(name) {
            Some(Progress::UnderWay) => return Turn::Wait,
            Some(Progress::Answered { at, sent: before, answer }) if now - *at < REMEMBERED => {
                return if before == sent { Turn::Replay(answer.clone()) } else { Turn::OtherBody };
            }
            Some(Progress::Answered { .. }) | None => {}
        }
        states.insert(name.to_owned(), Progress::UnderWay);
        Turn::Go
    }

    /// Only what was carried out is remembered.
    fn end(&self, name: &str, answered: Option<Progress>) {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match answered {
            Some(answered) => states.insert(name.to_owned(), answered),
            None => states.remove(name),
        };
    }
}

pub(super) async fn keep(
    State((shared, serial)): State<(Shared, Arc<Serial>)>,
    request: Request,
    next: Next,
) -> Response {
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok());
    let name = match (request.method(), key) {
        (&Method::POST, Some(key)) => format!("key {key}"),
        (&Method::PATCH, _) => format!("change {}", request.uri().path()),
        _ => return next.run(request).await,
    };
    let remembers = request.method() == Method::POST;
    let (parts, body) = request.into_parts();
    // The layers around the dialect have bounded it.
    let sent = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let at = shared.read(crate::World::now);
    match serial.begin(&name, &sent, at) {
        Turn::Go => {}
        Turn::Replay(answer) => return replayed(answer),
        Turn::OtherBody => {
            return Problem::unprocessable("The idempotency key was used with another body.").into_response();
        }
        Turn::Wait => return under_way(),
    }
    let answer = next.run(Request::from_parts(parts, Body::from(sent.clone()))).await;
    if !remembers || answer.status() != StatusCode::CREATED || has_own_world() {
        serial.end(&name, None);
        return answer;
    }
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    serial.end(&name, Some(Progress::Answered { at, sent, answer: body.clone() }));
    Response::from_parts(parts, Body::from(body))
}

fn replayed(answer: Bytes) -> Response {
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut answer = (StatusCode::CREATED, [json], answer).into_response();
    answer.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    answer
}

fn under_way() -> Response {
    let mut answer = Problem::new(StatusCode::CONFLICT, "The request is under way.").into_response();
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(SOON));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_way_waits_and_a_key_is_remembered_for_a_day() {
        let serial = Serial::default();
        let now: DateTime<Utc> = "2026-03-02T20:00:00Z".parse().unwrap();
        let (body, other, answer) = (Bytes::from("a"), Bytes::from("b"), Bytes::from("made"));
        assert_eq!(serial.begin("key 1", &body, now), Turn::Go);
        assert_eq!(serial.begin("key 1", &body, now), Turn::Wait);
        assert_eq!(serial.begin("key 2", &body, now), Turn::Go, "another key is another matter");
        serial.end("key 2", None);
        assert_eq!(serial.begin("key 2", &other, now), Turn::Go, "what failed is not remembered");
        let answered = Progress::Answered { at: now, sent: body.clone(), answer: answer.clone() };
        serial.end("key 1", Some(answered));
        assert_eq!(serial.begin("key 1", &body, now), Turn::Replay(answer));
        assert_eq!(serial.begin("key 1", &other, now), Turn::OtherBody);
        assert_eq!(serial.begin("key 1", &other, now + REMEMBERED), Turn::Go);
    }
}
