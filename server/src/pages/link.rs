//! Linking two work orders by hand, after a search of both sides, and ending a link: each with a page that says what follows.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use latchel_sync_core::Error;
use latchel_sync_core::engine::{Candidate, IN_LATCHEL, LikelyPair, LinkWanted, Linkable, ON_THE_PLATFORM};
use latchel_sync_core::model::{JobId, Kind, RecordKey, Side, WorkOrderId};
use latchel_sync_ledger::desk::Filter;
use serde::Deserialize;
use tokio::time::timeout;

use super::account::address;
use super::page::{Answer, Problem, Top, go, page};
use super::results::record_address;
use crate::access::Operator;
use crate::actions;
use crate::app::App;

/// Longest time that the two systems may take when they are searched.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most work orders of a side that the ledger names for a search.
const NAMED: u32 = 20;

#[derive(Template)]
#[template(path = "link.html")]
struct Link {
    top: Top,
    account: String,
    address: String,
    platform: &'static str,
    entered: Pair,
    wrong: Wrong,
    searched: Option<Searched>,
}

/// Result of a search of both sides.
struct Searched {
    /// Error that kept a side from being searched.
    problem: Option<String>,
    likely: Vec<LikelyPair>,
    /// True if there is one to choose on each side.
    on_both_sides: bool,
    /// The two lists, each with the name of its field and of its system.
    sides: Vec<SideOf>,
}

struct SideOf {
    field: &'static str,
    system: &'static str,
    rows: Vec<Row>,
}

struct Row {
    one: Candidate,
    chosen: bool,
}

/// Messages about what was entered: beside its field, or above the form if it is about neither.
#[derive(Default)]
struct Wrong {
    work_order: Option<String>,
    latchel: Option<String>,
    other: Option<String>,
}

/// Asks which two are to be linked, and says what follows. With a text, or one of the two, both sides are searched.
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Query(entered): Query<Pair>,
    Operator(person): Operator,
) -> Answer {
    let platform = platform(&app, &account)?;
    let searched = if entered.is_empty() { None } else { Some(search(&app, &account, &entered).await?) };
    let (top, wrong, address) = (Top::of(&person), Wrong::default(), address(&account));
    page(&Link { top, address, account, platform, entered, wrong, searched })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Pair {
    /// Number or part of a title that both sides are searched for.
    text: String,
    work_order: String,
    latchel: String,
}

impl Pair {
    fn is_empty(&self) -> bool {
        [&self.text, &self.work_order, &self.latchel].into_iter().all(|field| field.trim().is_empty())
    }

    /// The one that is to be linked, if one is named.
    fn of(&self) -> Option<RecordKey> {
        match (self.work_order.trim(), self.latchel.trim()) {
            ("", "") => None,
            ("", id) => Some(RecordKey::latchel(Kind::WorkOrder, id)),
            (id, _) => Some(RecordKey::platform(Kind::WorkOrder, id)),
        }
    }
}

/// Searches both sides, beside what the next sync looks at also among what syncs have seen.
async fn search(app: &App, account: &str, entered: &Pair) -> Result<Searched, Problem> {
    let one = app.accounts.get(account).ok_or_else(|| Problem::missing(format!("account {account}")))?;
    let text = entered.text.trim().to_owned();
    let mut also = Vec::new();
    if !text.is_empty() {
        for side in [Side::Platform, Side::Latchel] {
            let filter = Filter {
                kind: Some(Kind::WorkOrder),
                side: Some(side),
                text: Some(text.clone()),
                ..Filter::default()
            };
            let found = app.desk.find_outcomes(account, &filter, None, NAMED).await?;
            also.extend(found.into_iter().map(|found| found.outcome.key));
        }
    }
    let wanted = LinkWanted { text, of: entered.of(), also };
    let engine = one.engine(app.ledger.clone())?;
    let (found, problem) = match timeout(PATIENCE, engine.linkable(&wanted, app.clock.now())).await {
        Ok(Ok(found)) => (found, None),
        Ok(Err(error)) => (Linkable::default(), Some(error.to_string())),
        Err(_) => {
            (Linkable::default(), Some(format!("they did not answer within {} seconds", PATIENCE.as_secs())))
        }
    };
    let rows = |all: Vec<Candidate>, chosen: &str| {
        all.into_iter().map(|one| Row { chosen: one.id == chosen.trim(), one }).collect()
    };
    let sides = vec![
        SideOf {
            field: "work_order",
            system: one.platform_title,
            rows: rows(found.platform, &entered.work_order),
        },
        SideOf { field: "latchel", system: "Latchel", rows: rows(found.latchel, &entered.latchel) },
    ];
    let on_both_sides = sides.iter().all(|side| !side.rows.is_empty());
    Ok(Searched { problem, likely: found.likely, on_both_sides, sides })
}

pub(super) async fn link(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Operator(person): Operator,
    Form(entered): Form<Pair>,
) -> Answer {
    let platform = platform(&app, &account)?;
    let id = WorkOrderId::new(entered.work_order.trim());
    let (status, wrong) = match job(&entered) {
        Err(wrong) => (StatusCode::UNPROCESSABLE_ENTITY, wrong),
        Ok(job) => match actions::link(&app, &person.name, &account, &id, job).await {
            Ok(()) => return go(&record_address(&account, &RecordKey::platform(Kind::WorkOrder, id))),
            Err(error) => {
                let problem = Problem::from(error.again());
                (problem.status(), Wrong::of(&error, &problem))
            }
        },
    };
    let (top, address) = (Top::of(&person), address(&account));
    let form = Link { top, address, account, platform, entered, wrong, searched: None };
    Ok((status, page(&form)?).into_response())
}

/// Latchel's work order, if both fields have something that can be an id.
fn job(entered: &Pair) -> Result<JobId, Wrong> {
    let digits = entered.latchel.trim().trim_start_matches('#');
    let id = digits.parse().ok().filter(|id| *id > 0).map(JobId);
    let empty = entered.work_order.trim().is_empty();
    id.filter(|_| !empty).ok_or_else(|| Wrong {
        work_order: empty.then(|| "Its id is missing.".to_owned()),
        latchel: id.is_none().then(|| "An id in Latchel is a number, as 48211.".to_owned()),
        other: None,
    })
}

impl Wrong {
    fn of(error: &Error, problem: &Problem) -> Self {
        let sentence = Some(sentence(error.message()));
        if error.context(ON_THE_PLATFORM).is_some() {
            Self { work_order: sentence, ..Self::default() }
        } else if error.context(IN_LATCHEL).is_some() {
            Self { latchel: sentence, ..Self::default() }
        } else {
            let other = format!("{} {}.", self::sentence(&error.to_string()), problem.hint());
            Self { other: Some(other), ..Self::default() }
        }
    }
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(characters).chain(['.']).collect()
}

#[derive(Template)]
#[template(path = "unlink.html")]
struct Unlink {
    top: Top,
    account: String,
    address: String,
    platform: &'static str,
    work_order: String,
}

#[derive(Deserialize)]
pub(super) struct One {
    work_order: String,
}

/// Asks whether the link is to be ended, and says what follows.
pub(super) async fn ask_unlink(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Query(One { work_order }): Query<One>,
    Operator(person): Operator,
) -> Answer {
    let platform = platform(&app, &account)?;
    page(&Unlink { top: Top::of(&person), address: address(&account), account, platform, work_order })
}

pub(super) async fn unlink(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Operator(person): Operator,
    Form(One { work_order }): Form<One>,
) -> Answer {
    let id = WorkOrderId::new(work_order.trim());
    actions::unlink(&app, &person.name, &account, &id).await?;
    go(&record_address(&account, &RecordKey::platform(Kind::WorkOrder, id)))
}

fn platform(app: &App, account: &str) -> Result<&'static str, Problem> {
    let one = app.accounts.get(account).ok_or_else(|| Problem::missing(format!("account {account}")))?;
    Ok(one.platform_title)
}
