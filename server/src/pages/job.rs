use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use latchel_sync_core::ledger::{Outcome, RunStatus};
use latchel_sync_core::model::{Phase, Tense};
use latchel_sync_ledger::desk::Wrote;
use uuid::Uuid;

use super::account::address;
use super::adopt::Found;
use super::changes::{Change, summary};
use super::live::JobRow;
use super::page::{Answer, Problem, Top, go, page};
use super::runs::{Counted, counted};
use super::text::Moment;
use crate::access::{Operator, Viewer};
use crate::actions::{self, Extent, MassChange};
use crate::app::App;
use crate::jobs;

/// Most changes of a sync that its job's page shows; the run's page has all.
const WRITTEN: u32 = 100;

#[derive(Template)]
#[template(path = "job.html")]
struct Page {
    top: Top,
    account: String,
    account_address: String,
    address: String,
    job: JobRow,
    is_plan: bool,
    /// True while its end is still to come, so that the page looks again by itself.
    waits: bool,
    counts: Vec<Counted>,
    /// Number of records that would be written, in words.
    total: String,
    /// The same by what would be done with them.
    summary: Vec<String>,
    planned: Vec<Change>,
    more: u64,
    /// Of a sync that has ended, what it wrote, as far as it is shown here.
    written: Option<Vec<Change>>,
    /// True if the numbers by reason are all that there is to say.
    opened: bool,
    /// Pairs of a comparison that has ended.
    found: Option<Found>,
    refused: Vec<String>,
    /// Text of a report that has ended.
    report: Option<String>,
}

/// A job: how far it is, and of a preview what it would write.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<Uuid>,
    Viewer(person): Viewer,
) -> Answer {
    let job = app
        .jobs
        .get(jobs::QueuedJobId(id))
        .await?
        .ok_or_else(|| Problem::missing("job with this id any more"))?;
    let account = app.accounts.get(&job.account);
    let zone = account.map(|one| one.settings.time_zone).unwrap_or_default();
    let platform = app.platform_title(&job.account);
    let row = JobRow::of(&job, Moment { now: app.clock.now(), zone });
    let is_plan = job.work == "plan";
    let tense = if is_plan { Tense::Will } else { Tense::Has };
    let total = job.planned.len() as u64 + job.planned_more;
    let ended = job.run.as_ref().filter(|run| !is_plan && run.status != RunStatus::Unfinished);
    let written = match ended {
        Some(run) => Some(app.desk.of_run(run.id, Wrote::Something, None, WRITTEN + 1).await?),
        None => None,
    };
    let named = written.as_ref().unwrap_or(&job.planned);
    let is_all = job.planned_more == 0 && named.len() <= WRITTEN as usize;
    let change = |outcome: &Outcome| Change::of(outcome, &job.account, platform, tense);
    page(&Page {
        top: Top::of(&person),
        account_address: address(&job.account),
        address: row.address.clone(),
        waits: row.under_way,
        is_plan,
        counts: counted(job.run.iter().flat_map(|run| &run.phases), tense, platform),
        total: if total == 1 { "1 record".to_owned() } else { format!("{total} records") },
        // Of more than are known by name nobody can say what each would be.
        summary: if is_all { summary(named, platform, tense) } else { Vec::new() },
        opened: written.as_ref().is_some_and(Vec::is_empty),
        written: written.as_ref().map(|found| found.iter().take(WRITTEN as usize).map(change).collect()),
        planned: job.planned.iter().map(change).collect(),
        more: job.planned_more,
        found: job.proposals.as_deref().map(Found::of),
        refused: job.refused,
        report: job.report,
        job: row,
        account: job.account,
    })
}

/// Does what a preview showed: the same phases, decided afresh.
pub(super) async fn apply(
    State(app): State<Arc<App>>,
    Path(id): Path<Uuid>,
    Operator(person): Operator,
) -> Answer {
    let job = app
        .jobs
        .get(jobs::QueuedJobId(id))
        .await?
        .ok_or_else(|| Problem::missing("job with this id any more"))?;
    let phases: Vec<Phase> = job.phases.iter().map(|phase| phase.phase).collect();
    let extent =
        if phases == [Phase::WorkOrdersToPlatform] { Extent::LatchelWorkOrders } else { Extent::Everything };
    actions::sync(&app, &person.name, &job.account, extent, MassChange::Guarded).await?;
    go(&address(&job.account))
}
