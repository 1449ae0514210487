//! Accounts whose configuration is in the ledger: looking at them, adding one, and changing one.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use chrono_tz::Tz;
use latchel_sync_core::{Error, ErrorKind, FindingLevel};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::page::{Answer, Problem, Top, go, page};
use super::text::{Moment, When};
use crate::access::{Operator, Viewer};
use crate::accounts::{Change, Changed, Kept};
use crate::actions;
use crate::app::App;

#[derive(Template)]
#[template(path = "kept.html")]
struct List {
    top: Top,
    accounts: Vec<Row>,
    /// Text that the names have, and number of further accounts.
    text: String,
    more: usize,
    name: String,
    disabled: bool,
    /// Mistakes for which nothing was added.
    wrong: Vec<String>,
}

#[derive(Template)]
#[template(path = "kept_one.html")]
struct One {
    top: Top,
    row: Row,
    /// Settings, each as a line of the configuration.
    settings: Vec<String>,
    secrets: Vec<String>,
    wrong: Vec<String>,
}

struct Row {
    name: String,
    address: String,
    class: &'static str,
    state: &'static str,
    problem: Option<String>,
    changed: When,
    by: String,
}

impl Row {
    fn of(app: &App, kept: &Kept) -> Self {
        let (class, state) = match (&kept.problem, kept.is_enabled) {
            (_, false) => ("not_synced", "disabled"),
            (Some(_), true) => ("failed", "not synced, because its configuration is wrong"),
            (None, true) => ("synced", "synced"),
        };
        Self {
            address: address(&kept.name),
            name: kept.name.clone(),
            class,
            state,
            problem: kept.problem.clone(),
            changed: Moment { now: app.clock.now(), zone: Tz::UTC }.when(kept.changed_at),
            by: kept.changed_by.clone(),
        }
    }
}

fn address(name: &str) -> String {
    format!("/configuration/{}", super::account::segment(name))
}

/// All of them.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Query(sought): Query<Sought>,
    Viewer(person): Viewer,
) -> Answer {
    listed(&app, Top::of(&person), (sought, New::default()), Vec::new()).await
}

/// Most accounts that the page shows.
const ROWS: usize = 100;

/// Search in the list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Sought {
    text: String,
}

async fn listed(app: &App, top: Top, (Sought { text }, new): (Sought, New), wrong: Vec<String>) -> Answer {
    let mut accounts = actions::kept_accounts(app, None).await?;
    accounts.retain(|kept| kept.name.to_lowercase().contains(&text.trim().to_lowercase()));
    let more = accounts.len().saturating_sub(ROWS);
    let accounts = accounts.iter().take(ROWS).map(|kept| Row::of(app, kept)).collect();
    // What was entered is not shown again: secrets stand in it.
    let (name, disabled) = (new.name, new.disabled.is_some());
    page(&List { top, accounts, text, more, name, disabled, wrong })
}

/// Form of a new account.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct New {
    name: String,
    configuration: String,
    disabled: Option<String>,
}

/// Adds an account, after a test.
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Operator(person): Operator,
    Form(new): Form<New>,
) -> Answer {
    let name = new.name.trim();
    let change = read(&app, &new.configuration)
        .map(|configuration| Change::Add { configuration, enable: new.disabled.is_none() });
    match made(&app, &person.name, name, change).await? {
        None => go(&address(name)),
        Some(wrong) => listed(&app, Top::of(&person), (Sought::default(), new), wrong).await,
    }
}

/// One account.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Viewer(person): Viewer,
) -> Answer {
    shown(&app, Top::of(&person), &name, Vec::new()).await
}

async fn shown(app: &App, top: Top, name: &str, wrong: Vec<String>) -> Answer {
    let kept = actions::kept_accounts(app, Some(name)).await?.pop();
    let kept = kept.ok_or_else(|| Problem::missing(format!("account {name} in the ledger")))?;
    let mut settings = Vec::new();
    leaves("", &kept.configuration, &mut |name, value| settings.push(format!("{name} = {value}")));
    page(&One { top, row: Row::of(app, &kept), settings, secrets: kept.secrets, wrong })
}

/// Form of a change.
#[derive(Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(super) enum Asked {
    Set { settings: String, leave_out: String },
    Rotate { setting: String, secret: SecretString },
    Enable,
    Disable,
    Remove { sure: Option<String> },
}

/// Changes an account.
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Operator(person): Operator,
    Form(asked): Form<Asked>,
) -> Answer {
    let is_removed = matches!(asked, Asked::Remove { .. });
    let change = match asked {
        Asked::Set { settings, leave_out } => read(&app, &settings).map(|read| {
            let mut changes = BTreeMap::new();
            leaves("", &Value::Object(read), &mut |name, value| drop(changes.insert(name, value.clone())));
            let left_out = leave_out.split_whitespace().map(|name| (name.to_owned(), Value::Null));
            changes.extend(left_out);
            Change::Set(changes)
        }),
        Asked::Rotate { setting, secret } => Ok(Change::Rotate { setting, secret }),
        Asked::Enable => Ok(Change::Enable),
        Asked::Disable => Ok(Change::Disable),
        Asked::Remove { sure: Some(_) } => Ok(Change::Remove),
        Asked::Remove { sure: None } => {
            Err(Error::new(ErrorKind::Config, "it is not removed: tick that you are sure"))
        }
    };
    match made(&app, &person.name, &name, change).await? {
        Some(wrong) => shown(&app, Top::of(&person), &name, wrong).await,
        None if is_removed => go("/configuration"),
        None => go(&address(&name)),
    }
}

/// Makes a change; returns what is wrong if it was not made.
async fn made(
    app: &App,
    by: &str,
    name: &str,
    change: Result<Change, Error>,
) -> Result<Option<Vec<String>>, Problem> {
    let changed = match change {
        Ok(change) => actions::change_account(app, by, name, change).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(Changed::Made { .. }) => Ok(None),
        Ok(Changed::Refused { findings }) => {
            let wrong = findings.into_iter().filter(|one| one.level == FindingLevel::Error);
            Ok(Some(wrong.map(|one| format!("{}: {} {}", one.subject, one.detail, one.remedy)).collect()))
        }
        Err(error) if matches!(error.kind(), ErrorKind::Config | ErrorKind::Busy | ErrorKind::Timeout) => {
            Ok(Some(vec![error.to_string()]))
        }
        Err(error) => Err(error.into()),
    }
}

fn read(app: &App, text: &str) -> Result<Map<String, Value>, Error> {
    let none = || Error::new(ErrorKind::Config, "this server keeps no accounts in its ledger");
    app.keeper.as_ref().ok_or_else(none)?.read(text)
}

/// Tells of each setting by its whole name.
fn leaves(name: &str, value: &Value, tell: &mut impl FnMut(String, &Value)) {
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                leaves(&name, value, tell);
            }
        }
        value => tell(name.to_owned(), value),
    }
}
