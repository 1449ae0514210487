//! The layer that lets a planned fault happen to a request.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::flaws::{first_page, flawed, replace_texts, with_new_ids};
use crate::shared::faults::{Fault, Turn, seconds_of};
use crate::shared::purpose::{Arrived, Purpose};
use crate::shared::{Shared, with_clock_off, with_own_world};
use crate::world::{Side, World};

const TOTALS: [&str; 2] = ["x-total-count", "x-total-results"];
const ROWS: [&str; 2] = ["data", "results"];
/// The total of a list that never ends.
const ENDLESS: u64 = 1_000_000_000;

/// Lets the planned fault happen to the request.
pub(super) async fn inject(
    State((shared, side)): State<(Shared, Side)>,
    mut request: Request,
    next: Next,
) -> Response {
    let turn = shared.faults(|faults| faults.next(side, &request));
    if shared.faults(|faults| faults.has_expired(side)) {
        drop_credentials(request.headers_mut());
    }
    let Some(Turn { fault, dice }) = turn else {
        return next.run(request).await;
    };
    let arrived = request.extensions().get::<Arrived>();
    let writes = arrived.is_some_and(|arrived| arrived.purpose == Purpose::Write);
    match fault {
        Fault::Latency { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Fault::Status { status, retry_after } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut refusal = shared.refuse(side, status, "A planned fault.");
            if let Some(seconds) = retry_after {
                refusal.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            refusal
        }
        Fault::ExpiredCredentials | Fault::RenewedCredentials => next.run(request).await,
        Fault::CutBefore => cut(),
        Fault::CutAfter => {
            next.run(request).await;
            cut()
        }
        Fault::Pretend if writes => {
            let copy = shared.read(World::clone);
            with_own_world(copy, next.run(request)).await
        }
        Fault::Stale { seconds } if !writes => {
            let now = shared.read(World::now);
            match shared.faults(|faults| faults.world_of(seconds_of(seconds), now)) {
                Some(old) => with_own_world(old, next.run(request)).await,
                None => next.run(request).await,
            }
        }
        Fault::Pretend | Fault::Stale { .. } => next.run(request).await,
        Fault::Html => {
            let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
            ([(header::CONTENT_TYPE, "text/html")], page).into_response()
        }
        Fault::WrongClock { seconds } => {
            let off = TimeDelta::seconds(seconds);
            let mut answer = with_clock_off(off, next.run(request)).await;
            answer.extensions_mut().insert(ClockError(off));
            answer
        }
        Fault::ContentType => {
            let mut answer = next.run(request).await;
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            answer
        }
        Fault::Truncated => bytes(next.run(request).await, |body| body[..body.len() / 2].to_vec()).await,
        Fault::Malformed => bytes(next.run(request).await, |body| [b"{]", body].concat()).await,
        Fault::WrongTotal { total } => wrong_total(next.run(request).await, total).await,
        Fault::DoubledRow => {
            rows(next.run(request).await, |rows| {
                rows.extend(one_of(rows.len(), dice).map(|index| rows[index].clone()));
            })
            .await
        }
        Fault::MissingRow => {
            rows(next.run(request).await, |rows| {
                if let Some(index) = one_of(rows.len(), dice) {
                    rows.remove(index);
                }
            })
            .await
        }
        Fault::ShuffledRows => {
            let mut random = ChaCha8Rng::seed_from_u64(dice);
            rows(next.run(request).await, |rows| rows.shuffle(&mut random)).await
        }
        Fault::Reworded { from, to } => {
            let other = |text: &str| (text == from).then(|| Value::from(to.as_str()));
            json(next.run(request).await, |answer| replace_texts(answer, &other)).await
        }
        Fault::IllFormed { text, flaw } => {
            bytes(next.run(request).await, |body| flawed(body, &text, flaw)).await
        }
        Fault::ByteOrderMark => bytes(next.run(request).await, |body| [b"\xEF\xBB\xBF", body].concat()).await,
        Fault::UnservedRow { text } if !writes => {
            unserved(next.run(request).await, &text, &shared, side).await
        }
        Fault::UnservedRow { .. } => next.run(request).await,
        Fault::Endless => {
            if let Some(first) = first_page(request.uri()) {
                *request.uri_mut() = first;
            }
            let page = rows(next.run(request).await, |rows| with_new_ids(rows, dice)).await;
            wrong_total(page, ENDLESS).await
        }
        Fault::Header { name, value } => {
            let mut answer = next.run(request).await;
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
                answer.headers_mut().insert(name, value);
            }
            answer
        }
        Fault::Scrambled { text: part } => {
            let other = |text: &str| text.contains(&part).then(|| json!({ "text": text }));
            json(next.run(request).await, |answer| replace_texts(answer, &other)).await
        }
        Fault::Garbled { text } => {
            json(next.run(request).await, |answer| garble_rows_with(&text, answer)).await
        }
    }
}

/// Leaves no header that could carry credentials, so that the side refuses the request in its own way.
fn drop_credentials(headers: &mut HeaderMap) {
    let kept = [header::HOST, header::ACCEPT, header::CONTENT_TYPE, header::CONTENT_LENGTH];
    let others: Vec<_> = headers.keys().filter(|name| !kept.contains(name)).cloned().collect();
    others.into_iter().for_each(|name| drop(headers.remove(name)));
}

/// Error of the date of an answer: positive means fast.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClockError(pub(super) TimeDelta);

/// An answer in the middle of which the connection ends.
pub(super) fn cut() -> Response {
    let broken = futures::stream::once(async { Err::<Vec<u8>, _>(std::io::Error::other("cut on purpose")) });
    ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(broken)).into_response()
}

/// A 500 in the place of an answer that has this text in it.
async fn unserved(answer: Response, text: &str, shared: &Shared, side: Side) -> Response {
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if String::from_utf8_lossy(&body).contains(text) {
        return shared.refuse(side, StatusCode::INTERNAL_SERVER_ERROR, "A planned fault.");
    }
    Response::from_parts(parts, Body::from(body))
}

async fn bytes(answer: Response, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Response {
    let (mut parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(change(&body)))
}

async fn json(answer: Response, change: impl FnOnce(&mut Value)) -> Response {
    bytes(answer, |body| {
        let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
        change(&mut value);
        value.to_string().into_bytes()
    })
    .await
}

/// Changes the total where an answer has one: in a header, or under `total` or `meta.total`.
async fn wrong_total(mut answer: Response, total: u64) -> Response {
    for name in TOTALS {
        if let Some(header) = answer.headers_mut().get_mut(name) {
            *header = HeaderValue::from(total);
            return answer;
        }
    }
    json(answer, |body| {
        for place in ["/total", "/meta/total"] {
            if let Some(member) = body.pointer_mut(place) {
                *member = Value::from(total);
            }
        }
    })
    .await
}

/// Changes the rows of a list.
async fn rows(answer: Response, change: impl FnOnce(&mut Vec<Value>)) -> Response {
    json(answer, |list| {
        if let Some(rows) = rows_of(list) {
            change(rows);
        }
    })
    .await
}

/// Garbles the rows of a list that have this text, or the answer itself if it is one record that has it.
fn garble_rows_with(text: &str, answer: &mut Value) {
    let garble_those_with = |rows: &mut [Value]| {
        rows.iter_mut().filter(|row| has_text(row, text)).for_each(|row| garble("", row));
    };
    match rows_of(answer) {
        Some(rows) => garble_those_with(rows),
        None => garble_those_with(std::slice::from_mut(answer)),
    }
}

/// The rows of a list: the body itself, or what stands under one of the usual names in it.
fn rows_of(answer: &mut Value) -> Option<&mut Vec<Value>> {
    let list = match answer {
        Value::Object(members) => {
            members.iter_mut().find(|(name, rows)| ROWS.contains(&name.as_str()) && rows.is_array())?.1
        }
        other => other,
    };
    list.as_array_mut()
}

fn has_text(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own.contains(text),
        Value::Array(values) => values.iter().any(|value| has_text(value, text)),
        Value::Object(members) => members.values().any(|value| has_text(value, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Leaves ids and numbers alone, by their names and by how ids look that have none.
fn garble(name: &str, value: &mut Value) {
    let name = name.to_lowercase();
    let looks_like_an_id =
        |text: &str| text.len() >= 24 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| garble(&name, value)),
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| garble(name, value)),
        Value::Number(_) => {}
        Value::String(text) if looks_like_an_id(text) => {}
        _ if name.ends_with("id") || name.ends_with("ids") => {}
        Value::Null | Value::Bool(_) | Value::String(_) => *value = json!({ "odd": true }),
    }
}

/// The index of one of so many rows; none of none.
fn one_of(rows: usize, dice: u64) -> Option<usize> {
    let index = dice.checked_rem(rows as u64)?;
    usize::try_from(index).ok()
}
