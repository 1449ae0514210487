//! The API under `/api/v1`: what the pages show and do, for programs. Its OpenAPI document is at `/api/v1/openapi.json` and,
//! as the tests keep it, in `docs/openapi.json`.

mod accounts;
mod attention;
mod audit;
mod banner;
mod cursor;
mod document;
mod extract;
mod jobs;
mod kept;
mod pairing;
mod places;
mod problem;
mod records;
mod results;
mod runs;
mod work;

use std::sync::Arc;

use axum::routing::{any, get};
use axum::{Json, Router};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use problem::Problem;

/// The API's routes. Whatever else is below `/api` is told in the same shape that it is not there.
pub(crate) fn routes() -> Router<Arc<App>> {
    let (router, document) = described().split_for_parts();
    let document = Arc::new(document::finished(document));
    let show = move || {
        let document = document.clone();
        async move { Json(document::Shared(document)) }
    };
    router
        .route("/api/v1/openapi.json", get(show))
        .method_not_allowed_fallback(async || Problem::method())
        .route("/api", any(nothing_here))
        .route("/api/{*path}", any(nothing_here))
}

/// The API's OpenAPI 3.1 document.
pub fn document() -> OpenApi {
    document::finished(described().into_openapi())
}

fn described() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(document::start())
        .routes(routes!(accounts::list))
        .routes(routes!(accounts::show))
        .routes(routes!(work::sync))
        .routes(routes!(work::plan))
        .routes(routes!(work::report))
        .routes(routes!(jobs::show))
        .routes(routes!(accounts::pause))
        .routes(routes!(accounts::resume))
        .routes(routes!(accounts::set_sync_start))
        .routes(routes!(kept::list, kept::add))
        .routes(routes!(kept::set))
        .routes(routes!(kept::rotate))
        .routes(routes!(kept::enable))
        .routes(routes!(kept::disable))
        .routes(routes!(kept::remove))
        .routes(routes!(attention::show))
        .routes(routes!(results::list))
        .routes(routes!(results::retry))
        .routes(routes!(results::dismiss))
        .routes(routes!(records::show))
        .routes(routes!(work::sync_record))
        .routes(routes!(runs::list))
        .routes(routes!(runs::show))
        .routes(routes!(audit::list))
        .routes(routes!(audit::list_all))
        .routes(routes!(pairing::pair))
        .routes(routes!(places::list))
        .routes(routes!(banner::show))
}

async fn nothing_here() -> Problem {
    Problem::not_found("there is nothing at this address", "/api/v1/openapi.json lists what there is")
}
