//! Answers as bytes.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A body of JSON.
pub fn json_body(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A list's rows, and how many there are in all, in an object.
pub fn list(rows: &[&Bytes], total: usize) -> Response {
    json_body(
        StatusCode::OK,
        between("{\"data\":[", rows, &format!("],\"next_cursor\":null,\"total\":{total}}}")),
    )
}

/// A list's rows, and in a header how many there are in all.
pub fn array(rows: &[&Bytes], total: usize) -> Response {
    let mut response = json_body(StatusCode::OK, between("[", rows, "]"));
    response.headers_mut().insert("x-total-count", total.into());
    response
}

/// Rows with commas between them, and a text before and behind them.
fn between(begin: &str, rows: &[&Bytes], end: &str) -> Bytes {
    let length = rows.iter().map(|row| row.len() + 1).sum::<usize>() + begin.len() + end.len();
    let mut body = Vec::with_capacity(length);
    body.extend_from_slice(begin.as_bytes());
    for (i, row) in rows.iter().enumerate() {
        if i > 0 {
            body.push(b',');
        }
        body.extend_from_slice(row);
    }
    body.extend_from_slice(end.as_bytes());
    body.into()
}

/// Reason why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is one more than there may be in a second.
    TooMany,
    /// There is no such thing.
    Missing,
    /// It cannot be understood.
    Malformed,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "Too many requests."),
            Self::Missing => (StatusCode::NOT_FOUND, "There is no such thing."),
            Self::Malformed => (StatusCode::UNPROCESSABLE_ENTITY, "This cannot be understood."),
        };
        json_body(status, format!(r#"{{"error":{{"message":"{message}"}}}}"#).into())
    }
}
