use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::extract::Path;
use super::problem::Problem;
use crate::access::Viewer;
use crate::app::App;
use crate::jobs::{QueuedJob, QueuedJobId};

/// Something that is done for an account, or was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobAnswer)]
pub(super) struct JobAnswer {
    /// In one word: `waiting`, `under_way`, or how it ended: `success`, `paused`, `partial`, `failed`.
    state: &'static str,
    #[serde(flatten)]
    job: QueuedJob,
}

impl From<QueuedJob> for JobAnswer {
    fn from(job: QueuedJob) -> Self {
        Self { state: job.state(), job }
    }
}

/// A job and its state. Of the jobs that have ended the newest are kept; a run's own story is in the runs.
#[utoipa::path(get, path = "/api/v1/jobs/{job}", operation_id = "getJob", tag = "work",
    params(("job" = Uuid, Path, description = "The job's id.")),
    responses((status = 200, description = "The job.", body = JobAnswer)))]
pub(super) async fn show(
    _: Viewer,
    State(app): State<Arc<App>>,
    Path(id): Path<Uuid>,
) -> Result<Json<JobAnswer>, Problem> {
    find(&app, QueuedJobId(id)).await.map(Json)
}

pub(super) async fn find(app: &App, id: QueuedJobId) -> Result<JobAnswer, Problem> {
    let forgotten = || {
        Problem::not_found(
            "there is no such job",
            "jobs that ended are forgotten after a while, and on SQLite when the server is started again: look at the runs",
        )
    };
    app.jobs.get(id).await?.map(JobAnswer::from).ok_or_else(forgotten)
}
