use std::sync::Arc;

use askama::Template;
use axum::extract::State;

use super::page::{Answer, Top, page};
use super::text::{Moment, When};
use crate::access::Viewer;
use crate::app::App;
use crate::schedule::Part;
use crate::views::{self, AccountView, Day};

#[derive(Template)]
#[template(path = "accounts.html")]
struct Accounts {
    top: Top,
    accounts: Vec<Row>,
}

struct Row {
    name: String,
    platform: &'static str,
    health: Health,
    /// The oldest of the last successes.
    success: Option<When>,
    next: Vec<(&'static str, Option<When>)>,
    paused_by: Option<String>,
    pending: u64,
    failed: u64,
    gaps: usize,
    /// Warnings about credentials, with what to do.
    warnings: Vec<String>,
    bars: Bars,
}

/// All accounts at a glance.
pub(super) async fn show(State(app): State<Arc<App>>, Viewer(person): Viewer) -> Answer {
    let now = app.clock.now();
    let row = |view: AccountView| {
        let moment = Moment { now, zone: view.time_zone.parse().unwrap_or_default() };
        let phases = &view.health.phases;
        let success = phases.iter().map(|phase| phase.last_success).min().flatten();
        Row {
            platform: view.platform,
            health: Health::of(&view),
            success: success.map(|at| moment.when(at)),
            next: next(&view, moment),
            paused_by: view.pause.as_ref().map(|pause| pause.by.clone()),
            pending: view.health.pending,
            failed: view.health.failed,
            gaps: phases.iter().filter(|phase| phase.gap.is_some()).count(),
            warnings: view.credentials.iter().filter_map(|one| one.warning(view.platform)).collect(),
            bars: Bars::of(&view.days),
            name: view.health.account,
        }
    };
    let accounts = views::accounts(&app).await?.into_iter().map(row).collect();
    page(&Accounts { top: Top::of(&person), accounts })
}

/// Next sync of each part, by the part's name.
pub(super) fn next(view: &AccountView, moment: Moment) -> Vec<(&'static str, Option<When>)> {
    view.next.iter().map(|next| (Part::title(next.part), next.at.map(|at| moment.when(at)))).collect()
}

/// An account's health, as a word and the shape beside it.
pub(super) struct Health {
    pub class: &'static str,
    pub text: &'static str,
}

impl Health {
    pub fn of(view: &AccountView) -> Self {
        let (class, text) = match view.health.health {
            _ if view.pause.is_some() => ("not_synced", "paused by hand"),
            "ok" => ("synced", "healthy"),
            "failed" => ("failed", "the last run failed"),
            "partial" => ("failed", "the last run failed in part"),
            "gap" => ("failed", "changes may have been missed"),
            "paused" => ("pending", "the platform is closed for now"),
            "never run" => ("pending", "not synced yet"),
            _ => ("pending", "a run is under way, or was interrupted"),
        };
        Self { class, text }
    }
}

/// The last days as bars; a script or a style attribute is not needed to draw them.
pub(super) struct Bars {
    pub bars: Vec<Bar>,
    pub text: String,
}

pub(super) struct Bar {
    pub x: usize,
    pub y: u64,
    pub height: u64,
    pub class: &'static str,
}

/// Height of the highest bar.
const HEIGHT: u64 = 24;
const STEP: usize = 8;

impl Bars {
    pub fn of(days: &[Day]) -> Self {
        let most = days.iter().map(|day| day.writes).max().unwrap_or_default().max(1);
        let bar = |(index, day): (usize, &Day)| {
            // A day with runs that had nothing to write is seen too.
            let height = if day.runs == 0 { 1 } else { 3 + day.writes * (HEIGHT - 3) / most };
            let class = match (day.runs, day.failed) {
                (0, _) => "none",
                (_, 0) => "good",
                _ => "bad",
            };
            Bar { x: index * STEP, y: HEIGHT - height, height, class }
        };
        let runs: u64 = days.iter().map(|day| day.runs).sum();
        let failed: u64 = days.iter().map(|day| day.failed).sum();
        let writes: u64 = days.iter().map(|day| day.writes).sum();
        let text = format!(
            "Last {} days: {runs} runs, {failed} failed in whole or in part, {writes} records written",
            days.len()
        );
        Self { bars: days.iter().enumerate().map(bar).collect(), text }
    }
}
