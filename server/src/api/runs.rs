use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use latchel_sync_core::ledger::{Outcome, Run};
use latchel_sync_core::model::{RecordKey, RunId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::cursor::Cursor;
use super::extract::{Limit, Nothing, PageParams, Paged, Params, Path};
use super::problem::Problem;
use crate::access::Viewer;
use crate::app::App;
use crate::{schema, views};

/// Parameters of the list of runs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RunsParams {
    /// Those of this account alone.
    account: Option<String>,
    /// Most rows to return.
    #[serde(default)]
    #[param(value_type = u32, minimum = 1, maximum = 500, default = 100)]
    limit: Limit,
}

/// The newest runs.
#[derive(Serialize, ToSchema)]
pub(super) struct Runs {
    /// Newest first.
    #[schema(value_type = Vec<schema::Run>)]
    runs: Vec<Run>,
}

/// A run, with a page of what was new or changed in it.
#[derive(Serialize, ToSchema)]
pub(super) struct RunPage {
    #[schema(value_type = schema::Run)]
    run: Run,
    /// Outcomes that were new or changed in the run, in the order of the records.
    #[schema(value_type = Vec<schema::Outcome>)]
    outcomes: Vec<Outcome>,
    /// Cursor of the next page, for `after`; null if this is the last.
    next: Option<Cursor>,
}

/// The newest runs, newest first.
#[utoipa::path(get, path = "/api/v1/runs", operation_id = "listRuns", tag = "runs", params(RunsParams),
    responses((status = 200, description = "The runs.", body = Runs)))]
pub(super) async fn list(
    _: Viewer,
    State(app): State<Arc<App>>,
    Params(RunsParams { account, limit: Limit(limit) }): Params<RunsParams>,
) -> Result<Json<Runs>, Problem> {
    let runs = views::runs(&app, account.as_deref(), limit).await?;
    Ok(Json(Runs { runs }))
}

/// One run, with what was new or changed in it.
#[utoipa::path(get, path = "/api/v1/runs/{run}", operation_id = "getRun", tag = "runs",
    params(("run" = Uuid, Path, description = "The run's id."), PageParams),
    responses((status = 200, description = "The run.", body = RunPage)))]
pub(super) async fn show(
    _: Viewer,
    State(app): State<Arc<App>>,
    Path(id): Path<Uuid>,
    Paged { after, limit, rest: Nothing {} }: Paged<RecordKey, Nothing>,
) -> Result<Json<RunPage>, Problem> {
    let view = views::run(&app, RunId(id), after.as_ref(), limit).await?;
    let forgotten =
        || Problem::not_found("there is no such run", "runs older than `server.retention` are forgotten");
    let view = view.ok_or_else(forgotten)?;
    let next = view.next.as_ref().and_then(Cursor::of);
    Ok(Json(RunPage { run: view.run, outcomes: view.outcomes, next }))
}
