use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderName, StatusCode};
use latchel_sync_core::model::Kind;
use latchel_sync_ledger::desk::Role;
use serde::Deserialize;
use utoipa::ToSchema;

use super::extract::{Body, Path};
use super::jobs::{JobAnswer, find};
use super::problem::Problem;
use crate::access::{Operator, Syncer};
use crate::actions::{self, Extent, MassChange};
use crate::app::App;
use crate::jobs::QueuedJobId;
use crate::schema;

/// The job that was asked for, and where to ask how far it is.
type Accepted = (StatusCode, [(HeaderName, String); 1], Json<JobAnswer>);

/// Request for a sync.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SyncRequest {
    extent: Extent,
    /// True if the run may set any number of records inactive (rule G1).
    #[serde(default)]
    allow_mass_change: bool,
}

/// Request for a plan.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanRequest {
    extent: Extent,
}

/// Asks for a sync. It goes before what is done by itself; one that waits already is not asked for twice. A browser's extension
/// may ask for it too, and cannot allow a mass change.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/sync", operation_id = "syncAccount", tag = "work",
    params(("account" = String, Path, description = "The account's name.")), request_body = SyncRequest,
    responses((status = 202, description = "The job.", body = JobAnswer,
        headers(("location" = String, description = "Where to ask how far it is.")))))]
pub(super) async fn sync(
    Syncer(person): Syncer,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Body(SyncRequest { extent, allow_mass_change }): Body<SyncRequest>,
) -> Result<Accepted, Problem> {
    if allow_mass_change && person.role == Role::Extension {
        return Err(Problem::mass_change());
    }
    let mass_change = if allow_mass_change { MassChange::Allowed } else { MassChange::Guarded };
    accepted(&app, actions::sync(&app, &person.name, &account, extent, mass_change).await?).await
}

/// Asks what a sync would do. It writes nothing; the job names the writes that it would make.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/plan", operation_id = "planAccount", tag = "work",
    params(("account" = String, Path, description = "The account's name.")), request_body = PlanRequest,
    responses((status = 202, description = "The job.", body = JobAnswer,
        headers(("location" = String, description = "Where to ask how far it is.")))))]
pub(super) async fn plan(
    Operator(person): Operator,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Body(PlanRequest { extent }): Body<PlanRequest>,
) -> Result<Accepted, Problem> {
    accepted(&app, actions::plan(&app, &person.name, &account, extent).await?).await
}

/// Asks for a report about the account's platform, for whoever is asked for help: what holds of the way in which it is used, as
/// `latchel-sync adapters verify` tells it. It reads from the platform, writes nothing, and says nothing of anybody's records; the
/// job has its text. A browser's extension may ask for it too.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/report", operation_id = "reportAccount", tag = "work",
    params(("account" = String, Path, description = "The account's name.")),
    responses((status = 202, description = "The job.", body = JobAnswer,
        headers(("location" = String, description = "Where to ask how far it is.")))))]
pub(super) async fn report(
    Syncer(person): Syncer,
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
) -> Result<Accepted, Problem> {
    accepted(&app, actions::report(&app, &person.name, &account).await?).await
}

/// Asks for a sync of one record, both ways if it is a work order. A browser's extension may ask for it too.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/records/{kind}/{id}/sync", operation_id = "syncRecord",
    tag = "work",
    params(("account" = String, Path, description = "The account's name."),
        ("kind" = schema::Kind, Path, description = "The kind of record."),
        ("id" = String, Path, description = "An id of either side, or a work order's number.")),
    responses((status = 202, description = "The job.", body = JobAnswer,
        headers(("location" = String, description = "Where to ask how far it is.")))))]
pub(super) async fn sync_record(
    Syncer(person): Syncer,
    State(app): State<Arc<App>>,
    Path((account, kind, id)): Path<(String, Kind, String)>,
) -> Result<Accepted, Problem> {
    accepted(&app, actions::sync_record(&app, &person.name, &account, kind, &id).await?).await
}

async fn accepted(app: &App, id: QueuedJobId) -> Result<Accepted, Problem> {
    let location = format!("/api/v1/jobs/{}", id.0);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(find(app, id).await?)))
}
