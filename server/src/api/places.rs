use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Viewer;
use crate::app::App;
use crate::views::{self, Places};

/// Who asks, and the pages on which people see work orders.
#[derive(Serialize, ToSchema)]
#[schema(as = Pages)]
pub(super) struct PlacesAnswer {
    /// Name of who asks.
    name: String,
    /// Version of the server.
    version: &'static str,
    #[serde(flatten)]
    places: Places,
}

/// The pages of both systems on which people see work orders, so that a browser knows where a banner stands.
#[utoipa::path(get, path = "/api/v1/pages", operation_id = "listPages", tag = "extension",
    responses((status = 200, description = "The pages, by account.", body = PlacesAnswer)))]
pub(super) async fn list(Viewer(person): Viewer, State(app): State<Arc<App>>) -> Json<PlacesAnswer> {
    let (version, places) = (env!("CARGO_PKG_VERSION"), views::places(&app));
    Json(PlacesAnswer { name: person.name, version, places })
}
