//! Moving the sync start, after a page that says what follows.

use std::cmp::Ordering;
use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use chrono::{DateTime, NaiveDateTime, Utc};
use latchel_sync_core::model::{Kind, Reason, Side, Status};
use latchel_sync_ledger::desk::Filter;
use serde::Deserialize;

use super::account::address;
use super::filters::Asked;
use super::page::{Answer, Problem, Top, go, page};
use super::text::{Moment, When};
use crate::access::Operator;
use crate::app::App;
use crate::{Account, actions};

/// Number up to which work orders are counted.
const MOST: u32 = 1_000;

#[derive(Template)]
#[template(path = "sync_start.html")]
struct Ask {
    top: Top,
    account: String,
    address: String,
    platform: &'static str,
    /// The new one as the field gave it, which the form sends on.
    start: String,
    new: When,
    /// `None` if no sync has set one yet.
    old: Option<When>,
    moved: Move,
    /// Number of hours that the next sync looks back.
    hours: u32,
    concerned: Concerned,
}

/// Direction in which the sync start is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Back,
    Forward,
    Nowhere,
    /// There is none yet.
    First,
}

/// The Latchel work orders among which are those that it makes a difference for.
struct Concerned {
    /// As `1` or `more than 1000`.
    count: String,
    none: bool,
    /// The query of their list.
    query: String,
}

#[derive(Deserialize)]
pub(super) struct Start {
    /// As a field for a date and a time gives it, in the account's time zone.
    start: String,
}

/// Asks whether the sync start is to be moved there, and says what follows.
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(Start { start }): Query<Start>,
    Operator(person): Operator,
) -> Answer {
    let (one, new) = read(&app, &name, &start)?;
    let old = app.ledger.account(&name).await?.map(|account| account.sync_start);
    let moved = match old.map(|old| new.cmp(&old)) {
        Some(Ordering::Less) => Move::Back,
        Some(Ordering::Greater) => Move::Forward,
        Some(Ordering::Equal) => Move::Nowhere,
        None => Move::First,
    };
    let moment = Moment { now: app.clock.now(), zone: one.settings.time_zone };
    page(&Ask {
        top: Top::of(&person),
        address: address(&name),
        platform: one.platform_title,
        start,
        new: moment.when(new),
        old: old.map(|old| moment.when(old)),
        moved,
        hours: one.settings.policy.window.hours,
        concerned: concerned(&app, &name, moved).await?,
        account: name,
    })
}

pub(super) async fn set(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Operator(person): Operator,
    Form(Start { start }): Form<Start>,
) -> Answer {
    let (_, at) = read(&app, &name, &start)?;
    actions::set_sync_start(&app, &person.name, &name, at).await?;
    go(&address(&name))
}

fn read(app: &App, name: &str, start: &str) -> Result<(Arc<Account>, DateTime<Utc>), Problem> {
    let one = app.accounts.get(name).ok_or_else(|| Problem::missing(format!("account {name}")))?;
    let local = NaiveDateTime::parse_from_str(start, "%Y-%m-%dT%H:%M").ok();
    let at = local.and_then(|local| local.and_local_timezone(one.settings.time_zone).earliest());
    let at = at.ok_or_else(|| {
        Problem::wrong(format!("\"{start}\" is no date and time there"), "Write it as 2026-03-01T08:00")
    })?;
    Ok((one, at.with_timezone(&Utc)))
}

/// Finds the work orders among which are those that a move of the sync start makes a difference for. If it is moved back,
/// those that were left alone because of it; otherwise those that wait. Their time of creation is not kept, so which of them
/// it concerns is not known before the next sync.
async fn concerned(app: &App, account: &str, moved: Move) -> Result<Concerned, Problem> {
    let (reason, status) = match moved {
        Move::Back => (Some(Reason::BeforeSyncStart), None),
        _ => (None, Some(Status::Pending)),
    };
    let (kind, side) = (Kind::WorkOrder, Side::Latchel);
    let filter = Filter { kind: Some(kind), side: Some(side), status, reason, ..Filter::default() };
    let found = app.desk.find_outcomes(account, &filter, None, MOST + 1).await?.len();
    let asked = Asked {
        kind: kind.as_str().to_owned(),
        from: side.as_str().to_owned(),
        status: status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        reason: reason.map(|reason| reason.code().to_owned()).unwrap_or_default(),
        ..Asked::default()
    };
    let count = if found > MOST as usize { format!("more than {MOST}") } else { found.to_string() };
    Ok(Concerned { count, none: found == 0, query: asked.query() })
}
