//! latchel-sync as a daemon: it syncs by timetables, takes webhooks, and has a dashboard and an API for people.
//!
//! - [`App`]: what it is made of, and its work in the background.
//! - [`schedule`]: when accounts are synced by themselves.
//! - [`jobs`]: what is done for them, in which order, and how far it is.
//! - [`actions`]: what people can do.
//! - [`views`]: what people look at.
//! - [`serve`]: all of it, over HTTP, until it is told to stop.
#![warn(missing_docs)]

mod accounts;
pub mod actions;
mod app;
mod clock;
mod config;
mod health;
pub mod jobs;
pub mod schedule;
pub mod views;

use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;

pub use accounts::Account;
pub use app::App;
pub use clock::Clock;
pub use config::ServerConfig;

/// Every route.
pub fn router(app: Arc<App>) -> Router {
    Router::new().merge(health::routes()).with_state(app)
}

/// Serves until [`App::stop`] is set, and until the jobs that are under way then have ended after the record at hand.
///
/// # Errors
///
/// If the listener fails.
pub async fn serve(app: Arc<App>, listener: TcpListener) -> std::io::Result<()> {
    let stop = app.stop.clone();
    let http = axum::serve(listener, router(app.clone()))
        .with_graceful_shutdown(async move { stop.asked().await })
        .into_future();
    let (served, ()) = tokio::join!(http, app.work());
    served
}
