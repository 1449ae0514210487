use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use chrono::NaiveDate;

use super::account::address;
use super::page::{Answer, Problem, Top, page};
use super::runs::RunRow;
use super::text::Moment;
use crate::access::Viewer;
use crate::app::App;
use crate::views;

#[derive(Template)]
#[template(path = "day.html")]
struct OneDay {
    top: Top,
    account: String,
    address: String,
    title: String,
    runs: Vec<RunRow>,
    /// Number of runs that found nothing and are no longer kept.
    forgotten: u64,
}

/// An account's runs of a day in its time zone.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((account, day)): Path<(String, String)>,
    Viewer(person): Viewer,
) -> Answer {
    let day: NaiveDate = day.parse().map_err(|_| Problem::missing("such day"))?;
    let zone = app.accounts.get(&account).map(|one| one.settings.time_zone);
    let found = zone.zip(views::runs_of_day(&app, &account, day).await?);
    let (zone, (runs, forgotten)) = found.ok_or_else(|| Problem::missing(format!("account {account}")))?;
    let moment = Moment { now: app.clock.now(), zone };
    page(&OneDay {
        top: Top::of(&person),
        address: address(&account),
        title: day.format("%-d %B %Y").to_string(),
        forgotten,
        runs: runs.iter().map(|run| RunRow::of(run, moment)).collect(),
        account,
    })
}
