use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, RawForm, State};
use latchel_sync_core::ledger::Outcome;
use latchel_sync_core::model::{Kind, Reason, RecordKey, Side, Status, Tense};

use super::account::address;
use super::filters::{Asked, key, key_text};
use super::page::{Answer, Problem, Top, go, page};
use super::text::{Moment, When};
use crate::access::{Operator, Viewer};
use crate::actions::{self, Wish};
use crate::app::App;
use crate::views::{self, Query as Wanted, ResultRow};

/// Number of records that a page shows.
const ROWS: u32 = 50;

/// Result of a record, in a list.
pub(super) struct Line {
    pub address: String,
    pub record: String,
    pub label: String,
    pub class: &'static str,
    pub status: &'static str,
    pub reason: &'static str,
    pub sentence: &'static str,
    pub detail: Option<String>,
}

impl Line {
    pub fn of(outcome: &Outcome, address: String, tense: Tense) -> Self {
        Self {
            address,
            record: record(&outcome.key),
            label: outcome.label.clone(),
            class: outcome.status().as_str(),
            status: status_text(outcome.status()),
            reason: outcome.reason.code(),
            sentence: outcome.reason.sentence(tense),
            detail: outcome.detail.clone(),
        }
    }
}

/// A record, as people call it.
pub(super) fn record(key: &RecordKey) -> String {
    match key.side {
        Side::Platform => format!("{} {}", key.kind, key.id),
        Side::Latchel => format!("{} {} in Latchel", key.kind, key.id),
    }
}

pub(super) fn status_text(status: Status) -> &'static str {
    match status {
        Status::Synced => "synced",
        Status::Pending => "pending",
        Status::NotSynced => "not synced",
        Status::Failed => "failed",
    }
}

/// A record's page.
pub(super) fn record_address(account: &str, key: &RecordKey) -> String {
    let id: String = form_urlencoded::byte_serialize(key.id.as_bytes()).collect();
    format!("{}/records/{}/{}", address(account), key.kind.as_str(), id.replace('+', "%20"))
}

#[derive(Template)]
#[template(path = "results.html")]
struct Results {
    top: Top,
    account: String,
    address: String,
    asked: Asked,
    kinds: Vec<Choice>,
    sides: Vec<Choice>,
    statuses: Vec<Choice>,
    reasons: Vec<Choice>,
    rows: Vec<Row>,
    query: String,
    next: Option<String>,
}

/// One of a list to choose from.
struct Choice {
    value: &'static str,
    text: &'static str,
    chosen: bool,
}

impl Choice {
    fn new(value: &'static str, text: &'static str, asked: &str) -> Self {
        Self { value, text, chosen: value == asked }
    }
}

struct Row {
    key: String,
    line: Line,
    remedy: &'static str,
    waits: bool,
    dismissed: bool,
    since: Option<When>,
    attempts: u32,
    next_try: Option<When>,
}

/// An account's records by what came of them.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Query(asked): Query<Asked>,
    Viewer(person): Viewer,
) -> Answer {
    let one = app.accounts.get(&account).ok_or_else(|| Problem::missing(format!("account {account}")))?;
    let moment = Moment { now: app.clock.now(), zone: one.settings.time_zone };
    let wanted = Wanted { filter: asked.filter(moment.now)?, after: asked.after()?, limit: ROWS };
    let view = views::results(&app, &account, &wanted).await?;
    let kinds =
        [(Kind::Property, "properties"), (Kind::Resident, "residents"), (Kind::WorkOrder, "work orders")];
    let sides =
        [(Side::Platform, "from the platform to Latchel"), (Side::Latchel, "from Latchel to the platform")];
    let statuses = [Status::Synced, Status::Pending, Status::NotSynced, Status::Failed];
    page(&Results {
        top: Top::of(&person),
        address: address(&account),
        kinds: kinds.map(|(kind, text)| Choice::new(kind.as_str(), text, &asked.kind)).into(),
        sides: sides.map(|(side, text)| Choice::new(side.as_str(), text, &asked.from)).into(),
        statuses: statuses
            .map(|status| Choice::new(status.as_str(), status_text(status), &asked.status))
            .into(),
        reasons: Reason::ALL
            .iter()
            .map(|reason| Choice::new(reason.code(), reason.code(), &asked.reason))
            .collect(),
        rows: view.rows.into_iter().map(|row| row_of(&account, row, moment)).collect(),
        query: asked.query(None),
        next: view.next.as_ref().map(|next| asked.query(Some(next))),
        asked,
        account,
    })
}

fn row_of(account: &str, row: ResultRow, moment: Moment) -> Row {
    let key = &row.outcome.key;
    Row {
        key: key_text(key),
        line: Line::of(&row.outcome, record_address(account, key), Tense::Has),
        remedy: row.remedy,
        waits: row.since.is_some(),
        dismissed: row.dismissed,
        since: row.since.map(|since| moment.when(since)),
        attempts: row.attempts.unwrap_or_default(),
        next_try: row.next_try.filter(|at| *at > moment.now).map(|at| moment.when(at)),
    }
}

/// Retries or dismisses the records that are ticked, or all that the filter of the page lets through.
pub(super) async fn settle(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Query(asked): Query<Asked>,
    Operator(person): Operator,
    RawForm(form): RawForm,
) -> Answer {
    let (mut keys, mut wish, mut all) = (Vec::new(), None, false);
    for (name, value) in form_urlencoded::parse(&form) {
        match (&*name, &*value) {
            ("key", text) => keys.push(key(text).ok_or_else(|| unreadable("record", text))?),
            ("wish", "retry") => wish = Some(Wish::Retry),
            ("wish", "dismiss") => wish = Some(Wish::Dismiss),
            ("all", _) => all = true,
            (name, value) => return Err(unreadable(name, value)),
        }
    }
    let wish = wish.ok_or_else(|| unreadable("wish", ""))?;
    if all {
        let filter = asked.filter(app.clock.now())?;
        actions::settle_all(&app, &person.name, &account, wish, &filter).await?;
    } else if keys.is_empty() {
        return Err(Problem::wrong(
            "No record is ticked",
            "Tick those that are meant, or choose all that match",
        ));
    } else {
        actions::settle(&app, &person.name, &account, wish, &keys).await?;
    }
    go(&format!("{}/results?{}", address(&account), asked.query(asked.after()?.as_ref())))
}

fn unreadable(name: &str, value: &str) -> Problem {
    Problem::wrong(format!("{name}: \"{value}\" was not understood"), "Use the page's own form")
}
