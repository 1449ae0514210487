use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use latchel_sync_core::ledger::{Run, RunStatus, Trigger};
use latchel_sync_core::model::{RunId, Tense};
use serde::Deserialize;
use uuid::Uuid;

use super::account::address;
use super::filters::{key, key_text};
use super::page::{Answer, Problem, Top, page};
use super::results::{Line, record_address};
use super::text::{Moment, When, took};
use crate::access::Viewer;
use crate::app::App;
use crate::views;

/// Most runs that are listed.
const RUNS: u32 = 200;
/// Number of records of a run that a page shows.
const RECORDS: u32 = 100;

/// A run in a list.
pub(super) struct RunRow {
    pub address: String,
    pub account: String,
    pub account_address: String,
    pub at: When,
    pub by: String,
    pub class: &'static str,
    pub status: &'static str,
    pub what: String,
    pub records: u64,
    pub writes: u64,
    pub calls: u64,
    pub took: String,
}

impl RunRow {
    pub fn of(run: &Run, moment: Moment) -> Self {
        let (class, status) = match run.status {
            RunStatus::Success => ("synced", "done"),
            RunStatus::Paused => ("pending", "paused: a system is closed for now"),
            RunStatus::Partial => ("failed", "failed in part"),
            RunStatus::Failed => ("failed", "failed"),
            RunStatus::Unfinished => ("pending", "under way, or interrupted"),
        };
        Self {
            address: format!("/runs/{}", run.id),
            account: run.account.clone(),
            account_address: address(&run.account),
            at: moment.when(run.now),
            by: by(run),
            class,
            status,
            what: what(run),
            records: run.phases.iter().map(|phase| phase.records()).sum(),
            writes: run.phases.iter().map(|phase| phase.writes).sum(),
            calls: run.calls.values().sum(),
            took: run.took_ms.map(took).unwrap_or_default(),
        }
    }
}

fn by(run: &Run) -> String {
    match run.trigger {
        Trigger::Schedule => "the schedule".to_owned(),
        Trigger::Webhook => "a change that was told of".to_owned(),
        Trigger::Manual if run.holder.is_empty() => "somebody".to_owned(),
        Trigger::Manual => run.holder.clone(),
    }
}

fn what(run: &Run) -> String {
    match run.named {
        Some(1) => "one record".to_owned(),
        Some(named) => format!("{named} records"),
        None if run.reconciles => "reconciliation".to_owned(),
        None => {
            let parts: Vec<_> = run.phases.iter().map(|phase| phase.phase.to_string()).collect();
            parts.join(", ")
        }
    }
}

#[derive(Template)]
#[template(path = "runs.html")]
struct Runs {
    top: Top,
    runs: Vec<RunRow>,
}

/// The newest runs of every account.
pub(super) async fn list(State(app): State<Arc<App>>, Viewer(person): Viewer) -> Answer {
    let runs = views::runs(&app, None, RUNS).await?;
    let rows = runs.iter().map(|run| RunRow::of(run, moment(&app, &run.account))).collect();
    page(&Runs { top: Top::of(&person), runs: rows })
}

fn moment(app: &App, account: &str) -> Moment {
    let zone = app.accounts.get(account).map(|one| one.settings.time_zone).unwrap_or_default();
    Moment { now: app.clock.now(), zone }
}

#[derive(Template)]
#[template(path = "run.html")]
struct One {
    top: Top,
    row: RunRow,
    phases: Vec<PhaseOf>,
    calls: Vec<(String, u64)>,
    warnings: Vec<String>,
    lines: Vec<Line>,
    next: Option<String>,
}

struct PhaseOf {
    name: String,
    window_from: When,
    records: u64,
    writes: u64,
    problem: Option<String>,
    counts: Vec<(&'static str, &'static str, u64)>,
}

#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    after: String,
}

/// One run.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<Uuid>,
    Query(From { after }): Query<From>,
    Viewer(person): Viewer,
) -> Answer {
    let found = views::run(&app, RunId(id), key(&after).as_ref(), RECORDS).await?;
    let view = found.ok_or_else(|| Problem::missing("run with this id"))?;
    let run = &view.run;
    let moment = moment(&app, &run.account);
    let phase = |phase: &latchel_sync_core::ledger::PhaseReport| PhaseOf {
        name: phase.phase.to_string(),
        window_from: moment.when(phase.window_from),
        records: phase.records(),
        writes: phase.writes,
        problem: phase.error.clone().or_else(|| phase.paused.clone()),
        counts: phase
            .counts
            .iter()
            .map(|(reason, count)| (reason.code(), reason.sentence(Tense::Has), *count))
            .collect(),
    };
    let next = view.next.as_ref().map(|next| {
        let after: String = form_urlencoded::byte_serialize(key_text(next).as_bytes()).collect();
        format!("/runs/{id}?after={after}")
    });
    page(&One {
        top: Top::of(&person),
        row: RunRow::of(run, moment),
        phases: run.phases.iter().map(phase).collect(),
        calls: run.calls.clone().into_iter().collect(),
        warnings: run.warnings.clone(),
        lines: view
            .outcomes
            .iter()
            .map(|outcome| Line::of(outcome, record_address(&run.account, &outcome.key), Tense::Has))
            .collect(),
        next,
    })
}
