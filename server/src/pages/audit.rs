use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use chrono_tz::Tz;
use latchel_sync_ledger::desk::AuditEntry;
use serde::Deserialize;
use uuid::Uuid;

use super::account::address;
use super::page::{Answer, Problem, Top, page};
use super::text::{Moment, When};
use crate::access::{Person, Viewer};
use crate::app::App;

const ENTRIES: u32 = 100;

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    top: Top,
    /// Account with its address; `None` for all that people did.
    account: Option<(String, String)>,
    entries: Vec<Entry>,
    next: Option<String>,
}

struct Entry {
    when: When,
    user: String,
    action: String,
    /// Account with its address, if it was about one.
    account: Option<(String, String)>,
    detail: String,
}

impl Entry {
    fn of(entry: AuditEntry, moment: Moment) -> Self {
        Self {
            when: moment.when(entry.at),
            user: entry.user,
            action: entry.action.replace('_', " "),
            account: entry.account.map(with_address),
            detail: entry.detail,
        }
    }
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
    shown(&person, Some(account), entries, moment)
}

/// Everything that people did, newest first: also what is about no account, as log-ins. Times are UTC.
pub(super) async fn all(
    State(app): State<Arc<App>>,
    Query(From { before }): Query<From>,
    Viewer(person): Viewer,
) -> Answer {
    let moment = Moment { now: app.clock.now(), zone: Tz::UTC };
    shown(&person, None, app.desk.audit(None, before, ENTRIES).await?, moment)
}

fn shown(person: &Person, account: Option<String>, entries: Vec<AuditEntry>, moment: Moment) -> Answer {
    let account = account.map(with_address);
    let place = account.as_ref().map_or("", |(_, address)| address);
    let full = entries.len() >= ENTRIES as usize;
    let next = entries.last().filter(|_| full).map(|last| format!("{place}/audit?before={}", last.id));
    let entries = entries.into_iter().map(|entry| Entry::of(entry, moment)).collect();
    page(&Audit { top: Top::of(person), account, entries, next })
}

fn with_address(account: String) -> (String, String) {
    let address = address(&account);
    (account, address)
}
