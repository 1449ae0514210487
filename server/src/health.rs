//! Probes that say whether the server lives, and whether it can work.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::app::App;
use crate::config::ServerRole;

/// `/healthz` and `/readyz`, for whoever watches over the process.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/healthz", get(async || "ok\n")).route("/readyz", get(ready))
}

/// Ready is who can read the ledger, asks for what is due, and does what is asked for before it is late. Who has the pages alone
/// is ready for people without any of that but the ledger.
async fn ready(State(app): State<Arc<App>>) -> (StatusCode, String) {
    if app.upgrade.is_done() {
        let problem =
            "a newer version has upgraded the ledger: this process begins nothing any more; replace it\n";
        return (StatusCode::SERVICE_UNAVAILABLE, problem.to_owned());
    }
    let mut problems = Vec::new();
    if let Err(error) = app.ledger.accounts().await {
        tracing::warn!(%error, "not ready");
        problems.push("the ledger cannot be read".to_owned());
    }
    if app.config.role != ServerRole::Web {
        look_at_work(&app, &mut problems).await;
    }
    match problems.as_slice() {
        [] => (StatusCode::OK, "ready\n".to_owned()),
        problems => (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", problems.join("\n"))),
    }
}

async fn look_at_work(app: &App, problems: &mut Vec<String>) {
    if !app.pulses.scheduler.beats() {
        problems.push("the scheduler does not go round".to_owned());
    }
    if !app.pulses.worker.beats() {
        problems.push("the worker does not go round".to_owned());
    }
    // That the ledger cannot be read is said already.
    let Ok(late) = app.jobs.late(app.clock.now()).await else { return };
    // Accounts of slow systems wait for each other, which is no fault of the server's.
    let late = late.values().filter(|late| !late.is_slow).count();
    if late > 0 {
        problems
            .push(format!("{late} of the accounts wait to be synced although they are late by an interval"));
    }
}
