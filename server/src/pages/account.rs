use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use latchel_sync_core::ledger::Run;
use latchel_sync_core::model::SyncMethod;
use serde::Deserialize;

use super::accounts::{Health, Timing};
use super::attention::AttentionPart;
use super::days::{DayCell, cells, summary};
use super::live::JobRow;
use super::page::{Answer, Problem, Top, go, page};
use super::runs::RunRow;
use super::text::{Moment, When};
use crate::access::{Operator, Viewer};
use crate::accounts::Origin;
use crate::actions::{self, Extent, MassChange};
use crate::app::App;
use crate::schedule::{Part, Schedule};
use crate::views::{self, AccountView, Attention};

/// Most runs that the page lists.
const RUNS: u32 = 10;
/// Most causes that the page names, and the number of those that are not folded.
const CAUSES: u32 = 20;
const OPEN: usize = 3;

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    top: Top,
    /// Address of its configuration, if that is in the ledger.
    configuration: Option<String>,
    name: String,
    address: String,
    platform: &'static str,
    health: Health,
    timing: Timing,
    paused: Option<(String, When)>,
    closed: Option<String>,
    attention: AttentionPart,
    /// Words on the mass change that the guard stopped in the newest run of a phase, if it did.
    guarded: Option<String>,
    phases: Vec<(String, Option<When>)>,
    gaps: Vec<Gap>,
    /// Warnings about credentials, with what to do.
    warnings: Vec<String>,
    /// Owner of each credential that stops working, and the day.
    expiries: Vec<(&'static str, String)>,
    next: Vec<(&'static str, Option<When>)>,
    timetables: Vec<(&'static str, String)>,
    method: &'static str,
    time_zone: &'static str,
    sync_start: Option<When>,
    pending: u64,
    failed: u64,
    days: Vec<DayCell>,
    summary: String,
    jobs: Vec<JobRow>,
    runs: Vec<RunRow>,
}

struct Gap {
    phase: String,
    from: String,
    to: String,
    /// First of these instants, as the command takes it.
    since: String,
}

/// One account.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Viewer(person): Viewer,
) -> Answer {
    let view =
        views::account(&app, &name).await?.ok_or_else(|| Problem::missing(format!("account {name}")))?;
    let runs = views::runs(&app, Some(&name), RUNS).await?;
    let attention = views::attention(&*app.desk, &name, view.platform, CAUSES).await?;
    page(&account(&app, Top::of(&person), view, runs, attention))
}

fn account(app: &App, top: Top, view: AccountView, runs: Vec<Run>, attention: Attention) -> Account {
    let moment = Moment { now: app.clock.now(), zone: view.time_zone.parse().unwrap_or_default() };
    let gap = |phase: &views::PhaseHealth| {
        let (from, to) = phase.gap?;
        let exact = |at: DateTime<Utc>| moment.when(at).exact;
        let since = moment.when(from).machine;
        Some(Gap { phase: phase.phase.to_string(), from: exact(from), to: exact(to), since })
    };
    let phases = &view.health.phases;
    Account {
        top,
        address: address(&view.health.account),
        health: Health::of(&view, attention.need_somebody),
        timing: Timing::of(&view, moment),
        paused: view.pause.as_ref().map(|pause| (pause.by.clone(), moment.when(pause.since))),
        closed: view.health.paused.clone(),
        attention: AttentionPart::of(&view.health.account, attention, OPEN),
        guarded: view.guarded,
        phases: phases
            .iter()
            .map(|phase| (phase.phase.to_string(), phase.last_success.map(|at| moment.when(at))))
            .collect(),
        gaps: phases.iter().filter_map(gap).collect(),
        warnings: view.credentials.iter().filter_map(|one| one.warning(view.platform)).collect(),
        expiries: view
            .credentials
            .iter()
            .map(|one| (one.owner(view.platform), one.expires.to_string()))
            .collect(),
        next: view.next.iter().map(|next| (next.part.title(), next.at.map(|at| moment.when(at)))).collect(),
        timetables: timetables(&view.health.schedule),
        method: method(view.sync_method),
        time_zone: view.time_zone,
        sync_start: view.health.sync_start.map(|at| moment.when(at)),
        pending: view.health.pending,
        failed: view.health.failed,
        days: cells(&view.health.account, &view.days),
        summary: summary(&view.days),
        jobs: view.jobs.iter().map(|job| JobRow::of(job, moment)).collect(),
        runs: runs.iter().map(|run| RunRow::of(run, moment)).collect(),
        configuration: (view.source == Origin::Ledger)
            .then(|| format!("/configuration/{}", segment(&view.health.account))),
        platform: view.platform,
        name: view.health.account,
    }
}

/// Work orders that are imported by this method, in words.
fn method(method: SyncMethod) -> &'static str {
    match method {
        SyncMethod::All => "all",
        SyncMethod::Assigned => "those assigned to Latchel",
        SyncMethod::None => "none",
    }
}

fn timetables(schedule: &Schedule) -> Vec<(&'static str, String)> {
    let parts = [Part::WorkOrders, Part::PropertiesAndResidents, Part::Reconciliation];
    parts.into_iter().filter_map(|part| Some((part.title(), schedule.of(part)?.to_string()))).collect()
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    extent: Extent,
    /// Set by a box that is ticked.
    #[serde(default)]
    allow_mass_change: Option<String>,
}

/// "Sync All Data", or what is faster.
pub(super) async fn sync(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Operator(person): Operator,
    Form(wanted): Form<Wanted>,
) -> Answer {
    let mass_change =
        if wanted.allow_mass_change.is_some() { MassChange::Allowed } else { MassChange::Guarded };
    actions::sync(&app, &person.name, &name, wanted.extent, mass_change).await?;
    go(&address(&name))
}

/// Asks for a plan of a sync, and leads to its page.
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Operator(person): Operator,
    Form(wanted): Form<Wanted>,
) -> Answer {
    let job = actions::plan(&app, &person.name, &name, wanted.extent).await?;
    go(&format!("/jobs/{}", job.0))
}

pub(super) async fn pause(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Operator(person): Operator,
) -> Answer {
    actions::pause(&app, &person.name, &name).await?;
    go(&address(&name))
}

pub(super) async fn resume(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Operator(person): Operator,
) -> Answer {
    actions::resume(&app, &person.name, &name).await?;
    go(&address(&name))
}

/// An account's page.
pub(super) fn address(name: &str) -> String {
    format!("/accounts/{}", segment(name))
}

/// An account's name as a part of a path.
pub(super) fn segment(name: &str) -> String {
    let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    name.replace('+', "%20")
}
