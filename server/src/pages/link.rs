//! Linking two work orders by hand, and ending a link: each with a page that says what follows.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use latchel_sync_core::model::{JobId, Kind, RecordKey, WorkOrderId};
use serde::Deserialize;

use super::account::address;
use super::page::{Answer, Problem, Top, go, page};
use super::results::record_address;
use crate::access::Operator;
use crate::actions;
use crate::app::App;

#[derive(Template)]
#[template(path = "link.html")]
struct Link {
    top: Top,
    account: String,
    address: String,
    platform: &'static str,
}

/// Asks which two are to be linked, and says what follows.
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Operator(person): Operator,
) -> Answer {
    let platform = platform(&app, &account)?;
    page(&Link { top: Top::of(&person), address: address(&account), account, platform })
}

#[derive(Deserialize)]
pub(super) struct Pair {
    work_order: String,
    latchel: i64,
}

pub(super) async fn link(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Operator(person): Operator,
    Form(Pair { work_order, latchel }): Form<Pair>,
) -> Answer {
    let id = WorkOrderId::new(work_order.trim());
    actions::link(&app, &person.name, &account, &id, JobId(latchel)).await?;
    go(&record_address(&account, &RecordKey::platform(Kind::WorkOrder, id)))
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
