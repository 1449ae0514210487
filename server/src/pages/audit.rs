use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use uuid::Uuid;

use super::account::address;
use super::page::{Answer, Problem, Top, page};
use super::text::{Moment, When};
use crate::access::Viewer;
use crate::app::App;

const ENTRIES: u32 = 100;

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    top: Top,
    account: String,
    address: String,
    entries: Vec<(When, String, String, String)>,
    next: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct From {
    before: Option<Uuid>,
}

/// Actions of people on an account, newest first.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Query(From { before }): Query<From>,
    Viewer(person): Viewer,
) -> Answer {
    let one = app.accounts.get(&account).ok_or_else(|| Problem::missing(format!("account {account}")))?;
    let moment = Moment { now: app.clock.now(), zone: one.settings.time_zone };
    let entries = app.desk.audit(Some(&account), before, ENTRIES).await?;
    let address = address(&account);
    let full = entries.len() >= ENTRIES as usize;
    let next = entries.last().filter(|_| full).map(|last| format!("{address}/audit?before={}", last.id));
    let entries = entries
        .into_iter()
        .map(|entry| (moment.when(entry.at), entry.user, entry.action.replace('_', " "), entry.detail));
    page(&Audit { top: Top::of(&person), address, entries: entries.collect(), next, account })
}
