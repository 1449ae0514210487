use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use super::door::{door, known_host, one_host};
use super::headers::headers;
use super::refusal::{Refusal, explain};
use super::same_origin::same_origin;
use crate::app::App;

/// The largest body that people and their programs send, in bytes.
const LARGEST_BODY: usize = 64 * 1024;
/// Longest time that a request may take until its answer begins, its body included.
const LONGEST: Duration = Duration::from_secs(60);

/// Puts what keeps others out before every route. `inner` are the routes of the people who log in and of their programs;
/// `outer` those whose handlers see for themselves who calls and how much they take: probes and signed webhooks.
pub fn guard(inner: Router<Arc<App>>, outer: Router<Arc<App>>, app: &Arc<App>) -> Router {
    // The layer that is added last sees a request first.
    let inner = inner
        .layer(from_fn_with_state(app.clone(), door))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(from_fn_with_state(app.clone(), same_origin))
        .layer(from_fn_with_state(app.clone(), known_host));
    // The fallback of the one that is merged counts, and what is not there is no less guarded than what is.
    outer
        .merge(inner)
        .layer(from_fn(one_host))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST))
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a request's handler panicked");
            Refusal::panicked().into_response()
        }))
        .layer(from_fn(explain))
        .layer(from_fn_with_state(app.clone(), headers))
        .with_state(app.clone())
}
