use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, RawForm, State};
use latchel_sync_core::ledger::{Counts, Outcome};
use latchel_sync_core::model::{Kind, Reason, RecordKey, Side, Status, Tense};
use latchel_sync_ledger::desk::{Filter, Role};

use super::account::address;
use super::attention::AttentionPart;
use super::filters::{Asked, key, key_text};
use super::page::{Answer, Problem, Top, go, page};
use super::text::{Moment, When};
use crate::access::{Operator, Viewer};
use crate::actions::{self, Wish};
use crate::app::App;
use crate::views::{self, Page, Query as Wanted, ResultRow};

/// Number of records that a page shows.
const ROWS: u32 = 50;
/// Most causes that are named above the records, and the number of those that are not folded.
const CAUSES: u32 = 100;
const OPEN: usize = 5;

/// Result of a record, in a list.
pub(super) struct Line {
    pub address: String,
    pub record: String,
    pub label: String,
    pub class: &'static str,
    pub status: &'static str,
    pub sentence: String,
    pub detail: Option<String>,
}

impl Line {
    /// `platform` is the platform's name for people.
    pub fn of(outcome: &Outcome, address: String, platform: &str) -> Self {
        Self {
            address,
            record: record(&outcome.key),
            label: outcome.label.clone(),
            class: outcome.status().as_str(),
            status: status_text(outcome.status()),
            sentence: outcome.reason.sentence_naming(Tense::Has, platform),
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
    attention: Option<AttentionPart>,
    asked: Asked,
    tabs: Vec<Tab>,
    kinds: Vec<Choice>,
    sides: Vec<Choice>,
    reasons: Vec<Choice>,
    rows: Vec<Row>,
    /// Number of records on all pages.
    total: u64,
    /// True if a record of this page can be retried or dismissed.
    can_settle: bool,
    query: String,
    previous: Option<String>,
    next: Option<String>,
}

/// A status to choose, with the number of records that have it.
struct Tab {
    text: &'static str,
    class: &'static str,
    count: u64,
    query: String,
    chosen: bool,
}

/// One of a list to choose from.
struct Choice {
    value: &'static str,
    text: String,
    chosen: bool,
}

impl Choice {
    fn new(value: &'static str, text: impl Into<String>, asked: &str) -> Self {
        Self { value, text: text.into(), chosen: value == asked }
    }
}

struct Row {
    key: String,
    line: Line,
    remedy: String,
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
    let platform = one.platform_title;
    let moment = Moment { now: app.clock.now(), zone: one.settings.time_zone };
    let filter = asked.filter(moment.now)?;
    let of_any = Filter { status: None, reason: None, ..filter.clone() };
    let counts = app.desk.count_outcomes(&account, &of_any).await?;
    let fits = |reason: &Reason| {
        filter.status.is_none_or(|status| status == reason.status())
            && filter.reason.is_none_or(|one| one == *reason)
    };
    let total = counts.iter().filter(|(reason, _)| fits(reason)).map(|(_, count)| count).sum();
    let attention = match asked.is_wide() {
        true => Some(views::attention(&*app.desk, &account, platform, CAUSES).await?),
        false => None,
    };
    let view = views::results(&app, &account, &Wanted { filter, page: asked.page()?, limit: ROWS }).await?;
    let kinds =
        [(Kind::Property, "properties"), (Kind::Resident, "residents"), (Kind::WorkOrder, "work orders")];
    let sides = [
        (Side::Platform, format!("from {platform} to Latchel")),
        (Side::Latchel, format!("from Latchel to {platform}")),
    ];
    let at = |page: Page| asked.at(page).query();
    page(&Results {
        top: Top::of(&person),
        address: address(&account),
        attention: attention.map(|attention| AttentionPart::of(&account, attention, OPEN)),
        tabs: tabs(&asked, &counts),
        kinds: kinds.map(|(kind, text)| Choice::new(kind.as_str(), text, &asked.kind)).into(),
        sides: sides.map(|(side, text)| Choice::new(side.as_str(), text, &asked.from)).into(),
        reasons: reasons(&asked, &counts, platform),
        can_settle: person.role == Role::Operator && view.rows.iter().any(|row| row.since.is_some()),
        rows: view.rows.into_iter().map(|row| row_of(&account, row, platform, moment)).collect(),
        total,
        query: at(asked.page()?),
        previous: view.previous.map(|key| at(Page::Before(key))),
        next: view.next.map(|key| at(Page::After(key))),
        asked,
        account,
    })
}

/// All, and each status with its count; what failed first.
fn tabs(asked: &Asked, counts: &Counts) -> Vec<Tab> {
    let of = |status: Option<Status>| {
        let has = |reason: &Reason| status.is_none_or(|status| status == reason.status());
        let value = status.map(Status::as_str).unwrap_or_default();
        let query = Asked { status: value.to_owned(), reason: String::new(), ..asked.at(Page::First) };
        Tab {
            text: status.map_or("all", status_text),
            class: value,
            count: counts.iter().filter(|(reason, _)| has(reason)).map(|(_, count)| count).sum(),
            query: query.query(),
            chosen: value == asked.status,
        }
    };
    let statuses = [Status::Failed, Status::Pending, Status::NotSynced, Status::Synced].map(Some);
    std::iter::once(None).chain(statuses).map(of).collect()
}

/// The reasons that any of these records has, and the one that is chosen, as sentences with their counts.
fn reasons(asked: &Asked, counts: &Counts, platform: &str) -> Vec<Choice> {
    let of_status = |reason: &&Reason| asked.status.is_empty() || asked.status == reason.status().as_str();
    let choice = |reason: &Reason| {
        let count = counts.get(reason).copied().unwrap_or_default();
        let choice = Choice::new(
            reason.code(),
            format!("{} ({count})", reason.sentence_naming(Tense::Has, platform).trim_end_matches('.')),
            &asked.reason,
        );
        (count > 0 || choice.chosen).then_some(choice)
    };
    Reason::ALL.iter().filter(of_status).filter_map(choice).collect()
}

fn row_of(account: &str, row: ResultRow, platform: &str, moment: Moment) -> Row {
    let key = &row.outcome.key;
    Row {
        key: key_text(key),
        line: Line::of(&row.outcome, record_address(account, key), platform),
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
        return Err(Problem::wrong("No record is ticked", "Tick some of them, or choose all that match"));
    } else {
        actions::settle(&app, &person.name, &account, wish, &keys).await?;
    }
    go(&format!("{}/results?{}", address(&account), asked.query()))
}

fn unreadable(name: &str, value: &str) -> Problem {
    Problem::wrong(format!("{name}: \"{value}\" was not understood"), "Use the page's own form")
}
