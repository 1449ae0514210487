use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use latchel_sync_core::model::{Phase, Reason, Tense};
use uuid::Uuid;

use super::account::address;
use super::adopt::Found;
use super::live::JobRow;
use super::page::{Answer, Problem, Top, go, page};
use super::results::{Line, record_address};
use super::text::Moment;
use crate::access::{Operator, Viewer};
use crate::actions::{self, Extent, MassChange};
use crate::app::App;
use crate::jobs;

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
    planned: Vec<Line>,
    more: u64,
    /// Pairs of a comparison that has ended.
    found: Option<Found>,
    refused: Vec<String>,
}

struct Counted {
    reason: &'static str,
    sentence: &'static str,
    count: u64,
}

/// A job: how far it is, and of a preview what it would write.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<Uuid>,
    Viewer(person): Viewer,
) -> Answer {
    let job =
        app.jobs.get(jobs::QueuedJobId(id)).ok_or_else(|| Problem::missing("job with this id any more"))?;
    let zone = app.accounts.get(&job.account).map(|one| one.settings.time_zone).unwrap_or_default();
    let row = JobRow::of(&job, Moment { now: app.clock.now(), zone });
    let mut counts: BTreeMap<Reason, u64> = BTreeMap::new();
    for (reason, count) in job.run.iter().flat_map(|run| &run.phases).flat_map(|phase| &phase.counts) {
        *counts.entry(*reason).or_default() += count;
    }
    let is_plan = job.work == "plan";
    let tense = if is_plan { Tense::Will } else { Tense::Has };
    let counted = |(reason, count): (Reason, u64)| Counted {
        reason: reason.code(),
        sentence: reason.sentence(tense),
        count,
    };
    page(&Page {
        top: Top::of(&person),
        account_address: address(&job.account),
        address: row.address.clone(),
        waits: row.under_way,
        is_plan,
        counts: counts.into_iter().map(counted).collect(),
        planned: job
            .planned
            .iter()
            .map(|outcome| Line::of(outcome, record_address(&job.account, &outcome.key), Tense::Will))
            .collect(),
        more: job.planned_more,
        found: job.proposals.as_deref().map(Found::of),
        refused: job.refused,
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
    let job =
        app.jobs.get(jobs::QueuedJobId(id)).ok_or_else(|| Problem::missing("job with this id any more"))?;
    let phases: Vec<Phase> = job.phases.iter().map(|phase| phase.phase).collect();
    let extent =
        if phases == [Phase::WorkOrdersToPlatform] { Extent::LatchelWorkOrders } else { Extent::Everything };
    actions::sync(&app, &person.name, &job.account, extent, MassChange::Guarded).await?;
    go(&address(&job.account))
}
