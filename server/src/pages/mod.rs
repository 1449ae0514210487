//! The dashboard: pages that work without a script, and are kept up to date by a small one.

mod account;
mod accounts;
mod adopt;
mod alerts;
mod assets;
mod attention;
mod audit;
mod browsers;
mod changes;
mod connection;
mod csv;
mod day;
mod days;
mod filters;
mod job;
mod kept;
mod link;
mod live;
mod page;
mod record;
mod results;
mod runs;
mod search;
mod sync_start;
mod text;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::app::App;

pub(crate) use page::Top;

/// Version of the assets, for their addresses in templates.
pub(crate) fn version() -> &'static str {
    &assets::VERSION
}

/// Every page, and what its forms and its script ask for.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(accounts::show))
        .route("/assets/{file}", get(assets::serve))
        .route("/jobs/{id}", get(job::show))
        .route("/jobs/{id}/apply", post(job::apply))
        .route("/jobs/{id}/link", post(adopt::link))
        .route("/alerts", get(alerts::show).post(alerts::rehearse))
        .route("/audit", get(audit::all))
        .route("/browsers", get(browsers::show).post(browsers::offer))
        .route("/browsers/{id}/end", post(browsers::end))
        .route("/changes", get(changes::show))
        .route("/configuration", get(kept::list).post(kept::add))
        .route("/configuration/{account}", get(kept::show).post(kept::change))
        .route("/runs", get(runs::list))
        .route("/runs/{id}", get(runs::show))
        .route("/search", get(search::show))
        .route("/users", get(users::show))
        .route("/accounts/{account}", get(account::show))
        .route("/accounts/{account}/days/{day}", get(day::show))
        .route("/accounts/{account}/sync", post(account::sync))
        .route("/accounts/{account}/preview", post(account::preview))
        .route("/accounts/{account}/pause", post(account::pause))
        .route("/accounts/{account}/resume", post(account::resume))
        .route("/accounts/{account}/adopt", get(adopt::ask).post(adopt::propose))
        .route("/accounts/{account}/sync-start", get(sync_start::ask).post(sync_start::set))
        .route("/accounts/{account}/live", get(live::stream))
        .route("/accounts/{account}/connection", get(connection::ask).post(connection::check))
        .route("/accounts/{account}/report", post(connection::report))
        .route("/accounts/{account}/find", get(record::find))
        .route("/accounts/{account}/audit", get(audit::show))
        .route("/accounts/{account}/link", get(link::ask).post(link::link))
        .route("/accounts/{account}/unlink", get(link::ask_unlink).post(link::unlink))
        .route("/accounts/{account}/results", get(results::show).post(results::settle))
        .route("/accounts/{account}/results.csv", get(csv::export))
        .route("/accounts/{account}/records/{kind}/{id}", get(record::show))
        .route("/accounts/{account}/records/{kind}/{id}/sync", post(record::sync))
        .route("/accounts/{account}/records/{kind}/{id}/settle", post(record::settle))
        .fallback(page::not_found)
        .layer(from_fn(page::with_header))
}
