//! Linking two work orders by hand, and ending a link: each with a page that says what follows.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use latchel_sync_core::Error;
use latchel_sync_core::engine::{IN_LATCHEL, ON_THE_PLATFORM};
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
    entered: Pair,
    wrong: Wrong,
}

/// Messages about what was entered: beside its field, or above the form if it is about neither.
#[derive(Default)]
struct Wrong {
    work_order: Option<String>,
    latchel: Option<String>,
    other: Option<String>,
}

/// Asks which two are to be linked, and says what follows.
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    Path(account): Path<String>,
    Operator(person): Operator,
) -> Answer {
    let platform = platform(&app, &account)?;
    let (entered, wrong) = (Pair::default(), Wrong::default());
    page(&Link { top: Top::of(&person), address: address(&account), account, platform, entered, wrong })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Pair {
    work_order: String,
    latchel: String,
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
    let form = Link { top: Top::of(&person), address: address(&account), account, platform, entered, wrong };
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
