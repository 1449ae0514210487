//! Whether the server lives, and whether it can work.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::app::App;

/// `/healthz` and `/readyz`, for whoever watches over the process.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready))
}

/// Ready is who can read the ledger.
async fn ready(State(app): State<Arc<App>>) -> (StatusCode, String) {
    match app.ledger.accounts().await {
        Ok(_) => (StatusCode::OK, "ready\n".to_owned()),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the ledger cannot be read\n".to_owned())
        }
    }
}
