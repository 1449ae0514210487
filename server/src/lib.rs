//! latchel-sync as a daemon: it syncs by timetables, receives webhooks, and has a dashboard and an API for people.
//!
//! - [`App`]: the parts of the server, and its work in the background.
//! - [`schedule`]: the timetables of accounts.
//! - [`jobs`]: the queue of syncs, and their progress.
//! - [`actions`]: the things that people can do.
//! - [`views`]: the data that people see.
//! - [`api`]: actions and views for programs.
//! - [`alerts`]: messages about problems, by e-mail or to a chat.
//! - [`access`]: users, log-in and permissions.
//! - [`serve`]: everything, over HTTP, until it is told to stop.
#![warn(missing_docs)]

pub mod access;
mod accounts;
pub mod actions;
pub mod alerts;
pub mod api;
mod app;
mod clock;
mod config;
mod connections;
mod health;
pub mod jobs;
mod metrics;
mod pages;
mod prose;
mod pulse;
pub mod schedule;
mod schema;
mod secret;
mod upgrade;
pub mod views;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;

use crate::connections::Limits;

pub use accounts::{
    Account, AccountPages, Accounts, Change, Changed, Connected, Expiries, Keeper, Kept, LeftOut, Origin,
    Reporter, Served, Systems, Why,
};
pub use app::App;
pub use clock::Clock;
pub use config::{ServerConfig, ServerRole, listen_address};
pub use metrics::Metrics;
pub use secret::{Secret, read_by_everybody};
pub use webhooks::Readers;

pub(crate) use prose::prose;

/// Every route of the process's role. `inner` ones are for people who log in and their programs, `outer` ones see for themselves who
/// calls.
pub fn router(app: Arc<App>) -> Router {
    if app.config.role == ServerRole::Worker {
        return access::guard(metrics::routes(), health::routes(), &app);
    }
    let inner = access::routes().merge(pages::routes()).merge(api::routes()).merge(metrics::routes());
    let outer = health::routes().merge(webhooks::routes());
    access::guard(inner, outer, &app)
}

/// Serves until [`App::stop`] is set, and until the jobs that are under way then have ended after the record at hand.
pub async fn serve(app: Arc<App>, listener: TcpListener) {
    let stop = app.stop.clone();
    let http = connections::serve(listener, router(app.clone()), stop, Limits::of_process());
    tokio::join!(http, app.work());
}
