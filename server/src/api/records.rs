use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use latchel_sync_core::engine::{Banner, Choice, Explanation};
use latchel_sync_core::ledger::{Outcome, look_up};
use latchel_sync_core::model::{Kind, RecordKey};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Params, Path};
use super::problem::Problem;
use crate::access::Viewer;
use crate::app::App;
use crate::schema;
use crate::views::{self, Depth, RecordView};

/// Parameters that say how much of a record is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RecordParams {
    /// True to ask both systems what they hold now, which takes calls.
    #[serde(default)]
    explain: bool,
}

/// A record on both sides, and why it stands as it does.
#[derive(Serialize, ToSchema)]
#[schema(as = Record)]
pub(super) struct RecordAnswer {
    /// The keys that the id may name.
    #[schema(value_type = Vec<schema::RecordKey>)]
    keys: Vec<RecordKey>,
    /// The banner on top of a work order, from the ledger alone; null if no run has seen it.
    #[schema(value_type = Option<schema::Banner>)]
    banner: Option<Banner>,
    /// The records that the id names, if they are several; then nothing else is told.
    #[schema(value_type = Vec<schema::Choice>)]
    several: Vec<Choice>,
    /// Content of both sides now and every question that was asked; empty if it was not asked for.
    #[schema(value_type = Vec<schema::Explanation>)]
    explanations: Vec<Explanation>,
    /// Error that kept the two systems from being asked; null if there was none.
    unreadable: Option<String>,
    /// Outcomes that runs gave the record, newest first.
    #[schema(value_type = Vec<schema::Outcome>)]
    history: Vec<Outcome>,
}

/// A record, and why it stands as it does. Contact data is masked.
#[utoipa::path(get, path = "/api/v1/accounts/{account}/records/{kind}/{id}", operation_id = "getRecord",
    tag = "records",
    params(("account" = String, Path, description = "The account's name."),
        ("kind" = schema::Kind, Path, description = "The kind of record."),
        ("id" = String, Path, description = "An id or number of either side, or a name; `platform:ID` and `latchel:ID` name one record alone."), RecordParams),
    responses((status = 200, description = "The record.", body = RecordAnswer)))]
pub(super) async fn show(
    _: Viewer,
    State(app): State<Arc<App>>,
    Path((account, kind, id)): Path<(String, Kind, String)>,
    Params(RecordParams { explain }): Params<RecordParams>,
) -> Result<Json<RecordAnswer>, Problem> {
    let depth = if explain { Depth::BothSides } else { Depth::Ledger };
    let view = views::record(&app, &account, kind, &id, depth).await?;
    let view = view.ok_or_else(|| Problem::account(&account))?;
    let nothing_read = view.explanations.is_empty() && view.several.is_empty() && view.unreadable.is_none();
    if nothing_read && look_up(&*app.ledger, &account, kind, &id).await?.is_empty() {
        let message = format!("no run has seen a {kind} with this id or number");
        return Err(Problem::not_found(message, "`?explain=true` asks both systems for it"));
    }
    let RecordView { keys, several, banner, explanations, unreadable, history } = view;
    Ok(Json(RecordAnswer { keys, several, banner, explanations, unreadable, history }))
}
