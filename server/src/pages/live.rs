//! Jobs that are under way, kept up to date by server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use async_stream::stream;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use latchel_sync_core::model::Kind;

use super::page::Problem;
use super::text::{Moment, When, took};
use crate::access::Viewer;
use crate::app::App;
use crate::jobs::{PhaseProgress, QueuedJob};

/// The shortest time between two pictures of what is under way.
const PACE: Duration = Duration::from_millis(250);

/// Longest time that a stream lasts: the browser then asks again, and whoever may not look any more gets nothing.
const LONGEST: Duration = Duration::from_secs(120);

/// A job, as a page shows it.
pub(super) struct JobRow {
    pub address: String,
    pub title: &'static str,
    pub by: String,
    pub state: String,
    pub class: &'static str,
    pub under_way: bool,
    pub asked: When,
    /// Progress of each phase, in words.
    pub phases: Vec<String>,
    pub run: Option<String>,
    pub took: Option<String>,
    pub problem: Option<String>,
}

impl JobRow {
    pub fn of(job: &QueuedJob, moment: Moment) -> Self {
        let state = job.state();
        let run = job.run.as_ref();
        let problem = || {
            let of_phase = run?.phases.iter().find_map(|phase| phase.error.clone());
            of_phase.or_else(|| run?.warnings.first().cloned())
        };
        Self {
            address: format!("/jobs/{}", job.id.0),
            title: match job.work {
                "plan" => "Preview",
                "reconcile" => "Reconciliation",
                "named" => "Sync of single records",
                "propose" => "Comparison",
                "adopt" => "Taking over",
                "report" => "Report",
                _ => "Sync",
            },
            by: job.by.clone(),
            class: match state {
                "success" => "synced",
                "waiting" | "under_way" | "paused" => "pending",
                _ => "failed",
            },
            state: match state {
                "under_way" if job.waits_for_slot => "under way, and lets others go first".to_owned(),
                "under_way" => "under way".to_owned(),
                "success" => "done".to_owned(),
                "partial" => "failed in part".to_owned(),
                other => other.to_owned(),
            },
            under_way: job.ended_at.is_none(),
            asked: moment.when(job.asked_at),
            phases: job.phases.iter().map(|phase| progress(job, phase)).collect(),
            run: run.filter(|_| job.work != "plan").map(|run| format!("/runs/{}", run.id)),
            took: run.and_then(|run| run.took_ms).map(took),
            problem: job.error.clone().or_else(problem),
        }
    }
}

fn progress(job: &QueuedJob, phase: &PhaseProgress) -> String {
    let PhaseProgress { phase, records, writes, ended } = phase;
    // A comparison tells of no phase's end; it came to its own.
    let compared = job.work == "propose" && job.error.is_none();
    let end = match job.ended_at {
        _ if *ended => ", done",
        Some(_) if compared => ", done",
        Some(_) => ", stopped",
        None => " …",
    };
    match job.work {
        "propose" => {
            let name = match phase.kind() {
                Kind::Property => "properties",
                Kind::Resident => "residents",
                Kind::WorkOrder => "work orders",
            };
            format!("{name}: {records} records read on both sides{end}")
        }
        _ => format!("{phase}: {records} records looked at, {writes} to write{end}"),
    }
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct Jobs {
    jobs: Vec<JobRow>,
}

/// The account's jobs, as the part of its page that shows them, whenever they change.
pub(super) async fn stream(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    _viewer: Viewer,
) -> Result<Response, Problem> {
    let zone = app.accounts.get(&name).map(|one| one.settings.time_zone);
    let zone = zone.ok_or_else(|| Problem::missing(format!("account {name}")))?;
    let events = stream! {
        let mut changes = app.jobs.changes();
        let mut shown = None;
        let end = tokio::time::Instant::now() + LONGEST;
        while !app.stop.is_set() && tokio::time::Instant::now() < end {
            let moment = Moment { now: app.clock.now(), zone };
            // What cannot be read now is read again.
            let jobs = app.jobs.of(&name).await.ok();
            let rows = |jobs: Vec<QueuedJob>| jobs.iter().map(|job| JobRow::of(job, moment)).collect();
            let text = jobs.map(|jobs| Jobs { jobs: rows(jobs) }.render().unwrap_or_default());
            if let Some(text) = text.filter(|text| shown.as_ref() != Some(text)) {
                yield Ok::<_, Infallible>(Event::default().data(&text));
                shown = Some(text);
            }
            let next = async {
                tokio::time::sleep(PACE).await;
                // An error says that nothing changes any more.
                let _ = changes.changed().await;
            };
            tokio::select! {
                () = app.stop.asked() => {}
                () = tokio::time::sleep_until(end) => {}
                () = next => {}
            }
        }
    };
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}
