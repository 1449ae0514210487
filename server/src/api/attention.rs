use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::extract::Path;
use super::problem::Problem;
use crate::access::Viewer;
use crate::app::App;
use crate::views::{self, Attention};

/// Most causes that are named.
const CAUSES: u32 = 100;

/// Causes for which somebody is needed, from the ledger alone: up to 100 causes are named, and all are counted.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/attention", operation_id = "getAttention", tag = "accounts",
    params(("account" = String, Path, description = "The account's name.")),
    responses((status = 200, description = "The causes.", body = Attention)))]
pub(super) async fn show(
    _: Viewer,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
) -> Result<Json<Attention>, Problem> {
    let one = app.accounts.get(&account).ok_or_else(|| Problem::account(&account))?;
    Ok(Json(views::attention(&*app.desk, &account, one.platform_title, CAUSES).await?))
}
