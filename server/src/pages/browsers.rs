//! Browsers whose extension acts for somebody: connecting one, and ending it.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{HOST, HeaderMap};
use axum::response::IntoResponse;
use chrono_tz::Tz;
use latchel_sync_core::ErrorKind;
use latchel_sync_ledger::desk::Browser;
use serde::Deserialize;
use uuid::Uuid;

use super::page::{Answer, Top, go, page};
use super::text::{Moment, When};
use crate::access::{Operator, Person, browser};
use crate::app::App;

#[derive(Template)]
#[template(path = "browsers.html")]
struct Browsers {
    top: Top,
    browsers: Vec<Row>,
    /// Name as it was entered.
    name: String,
    /// True if it may pause, as it was entered.
    may_pause: bool,
    wrong: Option<String>,
    offered: Option<Offered>,
}

/// A code, which is shown this once.
struct Offered {
    code: String,
    /// Address of this server, as the browser reaches it.
    server: String,
    minutes: i64,
}

struct Row {
    id: Uuid,
    name: String,
    by: String,
    created: When,
    used: Option<When>,
    may_pause: bool,
}

impl Row {
    fn of(browser: Browser, moment: Moment) -> Self {
        let Browser { id, name, by, created_at, used_at, may_pause, .. } = browser;
        Self {
            id,
            name,
            by,
            created: moment.when(created_at),
            used: used_at.map(|at| moment.when(at)),
            may_pause,
        }
    }
}

pub(super) async fn show(State(app): State<Arc<App>>, Operator(person): Operator) -> Answer {
    page(&listed(&app, &person, Entered::default()).await?)
}

async fn listed(
    app: &App,
    person: &Person,
    Entered { name, may_pause }: Entered,
) -> latchel_sync_core::Result<Browsers> {
    let moment = Moment { now: app.clock.now(), zone: Tz::UTC };
    let browsers = app.desk.browsers().await?.into_iter().map(|browser| Row::of(browser, moment)).collect();
    let may_pause = may_pause.is_some();
    Ok(Browsers { top: Top::of(person), browsers, name, may_pause, wrong: None, offered: None })
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Entered {
    name: String,
    /// Set if the box is ticked.
    may_pause: Option<String>,
}

/// Shows a code, this once: it is in no address, so that no history keeps it.
pub(super) async fn offer(
    State(app): State<Arc<App>>,
    Operator(person): Operator,
    headers: HeaderMap,
    Form(entered): Form<Entered>,
) -> Answer {
    match browser::offer(&app, &person.name, &entered.name, entered.may_pause.is_some()).await {
        Ok(code) => {
            let (server, minutes) = (server(&app, &headers), browser::CODE_LASTS.num_minutes());
            let offered = Some(Offered { code, server, minutes });
            page(&Browsers { offered, ..listed(&app, &person, Entered::default()).await? })
        }
        Err(error) if error.kind() == ErrorKind::Refused => {
            let wrong = Some(format!("This cannot be its name: {}.", error.message()));
            let form = Browsers { wrong, ..listed(&app, &person, entered).await? };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&form)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Address of this server as the browser that asks reaches it.
fn server(app: &App, headers: &HeaderMap) -> String {
    let host = || headers.get(HOST).and_then(|host| host.to_str().ok());
    let named = app.config.public_url.clone().or_else(|| host().map(|host| format!("http://{host}")));
    named.unwrap_or_else(|| format!("http://{}", app.config.listen))
}

pub(super) async fn end(
    State(app): State<Arc<App>>,
    Path(id): Path<Uuid>,
    Operator(person): Operator,
) -> Answer {
    browser::end(&app, &person.name, id).await?;
    go("/browsers")
}
