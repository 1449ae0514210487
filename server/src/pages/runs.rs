use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use latchel_sync_core::ledger::{Outcome, PhaseReport, Run, RunStatus, Trigger};
use latchel_sync_core::model::{Reason, RecordKey, RunId, Tense};
use latchel_sync_ledger::desk::Wrote;
use serde::Deserialize;
use uuid::Uuid;

use super::account::address;
use super::changes::{Change, summary};
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
    warnings: Vec<String>,
    phases: Vec<PhaseOf>,
    calls: Vec<(String, u64)>,
    /// Writes by their action; empty on a later page.
    summary: Vec<String>,
    changes: Vec<Change>,
    next_changes: Option<String>,
    /// Records of which the run said something new, and that it left as they were.
    lines: Vec<Line>,
    next_lines: Option<String>,
}

struct PhaseOf {
    name: String,
    window_from: When,
    records: u64,
    writes: u64,
    problem: Option<String>,
    counts: Vec<Counted>,
}

/// Number of records with a reason.
pub(super) struct Counted {
    pub reason: &'static str,
    pub sentence: String,
    pub count: u64,
}

/// The numbers of records by reason, of these phases together; `platform` is the platform's name for people.
pub(super) fn counted<'a>(
    phases: impl IntoIterator<Item = &'a PhaseReport>,
    tense: Tense,
    platform: &str,
) -> Vec<Counted> {
    let mut counts: BTreeMap<Reason, u64> = BTreeMap::new();
    for (reason, count) in phases.into_iter().flat_map(|phase| &phase.counts) {
        *counts.entry(*reason).or_default() += count;
    }
    let counted = |(reason, count): (Reason, u64)| Counted {
        reason: reason.code(),
        sentence: reason.sentence_naming(tense, platform),
        count,
    };
    counts.into_iter().map(counted).collect()
}

#[derive(Deserialize)]
pub(super) struct From {
    /// Record after which the list of changes begins.
    #[serde(default)]
    after: String,
    /// Record after which the list of the others begins.
    #[serde(default)]
    others: String,
}

/// One run: what it wrote first, then what it found.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<Uuid>,
    Query(From { after, others }): Query<From>,
    Viewer(person): Viewer,
) -> Answer {
    let run = app.ledger.run(RunId(id)).await?.ok_or_else(|| Problem::missing("run with this id"))?;
    let moment = moment(&app, &run.account);
    let platform = app.platform_title(&run.account);
    let (wrote, more_wrote) = outcomes(&app, &run, Wrote::Something, &after).await?;
    let (found, more_found) = outcomes(&app, &run, Wrote::Nothing, &others).await?;
    let phase = |phase: &PhaseReport| PhaseOf {
        name: phase.phase.to_string(),
        window_from: moment.when(phase.window_from),
        records: phase.records(),
        writes: phase.writes,
        problem: phase.error.clone().or_else(|| phase.paused.clone()),
        counts: counted([phase], Tense::Has, platform),
    };
    let next = |list: &str, last: RecordKey| {
        let after: String = form_urlencoded::byte_serialize(key_text(&last).as_bytes()).collect();
        format!("/runs/{id}?{list}={after}#{list}")
    };
    let is_all = after.is_empty() && more_wrote.is_none();
    page(&One {
        top: Top::of(&person),
        row: RunRow::of(&run, moment),
        warnings: run.warnings.clone(),
        phases: run.phases.iter().map(phase).collect(),
        calls: run.calls.clone().into_iter().collect(),
        summary: if is_all { summary(&wrote, platform, Tense::Has) } else { Vec::new() },
        changes: wrote.iter().map(|one| Change::of(one, &run.account, platform, Tense::Has)).collect(),
        next_changes: more_wrote.map(|last| next("after", last)),
        lines: found
            .iter()
            .map(|one| Line::of(one, record_address(&run.account, &one.key), platform))
            .collect(),
        next_lines: more_found.map(|last| next("others", last)),
    })
}

/// A page of a run's outcomes, and the record after which the next one begins.
async fn outcomes(
    app: &App,
    run: &Run,
    wrote: Wrote,
    after: &str,
) -> Result<(Vec<Outcome>, Option<RecordKey>), Problem> {
    let mut found = app.desk.of_run(run.id, wrote, key(after).as_ref(), RECORDS + 1).await?;
    let is_more = found.len() > RECORDS as usize;
    found.truncate(RECORDS as usize);
    let last = found.last().filter(|_| is_more).map(|outcome| outcome.key.clone());
    Ok((found, last))
}
