use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::account::address;
use super::days::{DayCell, cells, summary};
use super::page::{Answer, Top, page};
use super::text::{Moment, When};
use crate::access::Viewer;
use crate::accounts::Account;
use crate::app::App;
use crate::views::{self, AccountView, AllAccounts};

/// Number of accounts that a page shows.
const ROWS: usize = 30;

#[derive(Template)]
#[template(path = "accounts.html")]
struct Accounts {
    top: Top,
    asked: Asked,
    accounts: Vec<Row>,
    /// Accounts that are not synced, and why.
    left_out: Vec<(String, String)>,
    /// Accounts that somebody disabled.
    disabled: Vec<String>,
    /// Number of all accounts, and of those that match the search.
    all: usize,
    found: usize,
    previous: Option<String>,
    next: Option<String>,
}

/// Search in the list of accounts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    text: String,
    /// Number of the page, from 0.
    page: usize,
}

struct Row {
    name: String,
    address: String,
    platform: &'static str,
    health: Health,
    timing: Timing,
    attention: Option<Line>,
    pending: u64,
    failed: u64,
    gaps: usize,
    /// Warnings about credentials, with what to do.
    warnings: Vec<String>,
    days: Vec<DayCell>,
    summary: String,
}

/// The first cause for which somebody is needed, in one line.
struct Line {
    place: Option<String>,
    text: String,
    /// Number of further causes.
    more: u64,
}

/// All accounts at a glance, those with trouble first.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    Viewer(person): Viewer,
) -> Answer {
    let known = AllAccounts::read(&app).await?;
    let served = app.accounts.now();
    let all = served.synced.len();
    let text = asked.text.trim().to_lowercase();
    let matches = |one: &&Arc<Account>| {
        one.name().to_lowercase().contains(&text) || one.platform_title.to_lowercase().contains(&text)
    };
    let mut matching: Vec<_> = served.synced.values().filter(matches).collect();
    // They are in the order of their names, and stay so among those with the same trouble.
    matching.sort_by_cached_key(|one| known.trouble(one));
    let found = matching.len();
    let first = asked.page.saturating_mul(ROWS).min(found);
    let mut shown: Vec<_> = matching.into_iter().skip(first).take(ROWS).map(|one| known.view(one)).collect();
    views::put_days(&app, &mut shown).await?;
    let mut accounts = Vec::new();
    for view in shown {
        accounts.push(row(&app, view).await?);
    }
    let at = |page: usize| {
        let text = ("text", asked.text.as_str());
        form_urlencoded::Serializer::new("/?".to_owned())
            .extend_pairs(Some(text).filter(|(_, text)| !text.is_empty()))
            .append_pair("page", &page.to_string())
            .finish()
    };
    page(&Accounts {
        disabled: served.disabled().cloned().collect(),
        left_out: served.mistakes().map(|(name, problem)| (name.clone(), problem.to_owned())).collect(),
        top: Top::of(&person),
        accounts,
        all,
        found,
        previous: asked.page.checked_sub(1).filter(|_| first > 0).map(at),
        next: (first + ROWS < found).then(|| at(asked.page.saturating_add(1))),
        asked,
    })
}

async fn row(app: &App, view: AccountView) -> latchel_sync_core::Result<Row> {
    let moment = Moment { now: app.clock.now(), zone: view.time_zone.parse().unwrap_or_default() };
    let name = &view.health.account;
    let attention = views::attention(&*app.desk, name, view.platform, 1).await?;
    let count = attention.need_somebody;
    let line = attention.causes.into_iter().next().filter(|_| count > 0).map(|cause| Line {
        place: cause.place().map(|place| format!("{place}{}", cause.units())),
        text: cause.sentence,
        more: count - 1,
    });
    Ok(Row {
        address: address(name),
        platform: view.platform,
        health: Health::of(&view, count),
        timing: Timing::of(&view, moment),
        attention: line,
        pending: view.health.pending,
        failed: view.health.failed,
        gaps: view.health.phases.iter().filter(|phase| phase.gap.is_some()).count(),
        warnings: view.credentials.iter().filter_map(|one| one.warning(view.platform)).collect(),
        days: cells(name, &view.days),
        summary: summary(&view.days),
        name: view.health.account,
    })
}

/// The last sync and the next, as a line.
pub(super) struct Timing {
    /// Begin of the newest run.
    pub last: Option<When>,
    pub next: Option<When>,
    /// Who paused it.
    pub paused_by: Option<String>,
}

impl Timing {
    pub fn of(view: &AccountView, moment: Moment) -> Self {
        let next = view.next.iter().filter_map(|next| next.at).min();
        Self {
            last: view.newest.as_ref().map(|run| moment.when(run.now)),
            next: next.map(|at| moment.when(at)),
            paused_by: view.pause.as_ref().map(|pause| pause.by.clone()),
        }
    }
}

/// An account's health, as a word and the shape beside it.
pub(super) struct Health {
    pub class: &'static str,
    pub text: &'static str,
}

impl Health {
    /// Health of an account in which so many causes need somebody.
    pub fn of(view: &AccountView, need_somebody: u64) -> Self {
        let (class, text) = match view.health.health {
            _ if view.pause.is_some() => ("not_synced", "paused by hand"),
            "ok" if need_somebody > 0 => ("pending", "needs attention"),
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
