//! Metrics that are counted while the server works, and `/metrics`, where Prometheus reads them. docs/metrics.md lists the
//! names.

mod catalog;
mod gauges;
mod recorder;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use latchel_sync_core::Error;

use crate::access::{Refusal, Viewer};
use crate::app::App;
pub use recorder::Metrics;

/// `/metrics`.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/metrics", get(show))
}

async fn show(_: Viewer, State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let text = text(&app).await?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// Counts since the server began, and the state of things now.
async fn text(app: &App) -> Result<String, Error> {
    let now = gauges::read(app).await?;
    Ok(app.metrics.render() + &now)
}
