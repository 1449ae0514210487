//! The two connections of an account, tested at a button as `check` does.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, State};
use latchel_sync_core::{Finding, FindingLevel};
use tokio::time::timeout;

use super::account::address;
use super::page::{Answer, Problem, Top, go, page};
use crate::Account;
use crate::access::{Operator, Viewer};
use crate::actions;
use crate::app::App;
use crate::views;

/// Longest time that a test may take: less than a request may.
const PATIENCE: Duration = Duration::from_secs(45);

#[derive(Template)]
#[template(path = "connection.html")]
struct Connection {
    top: Top,
    account: String,
    address: String,
    platform: &'static str,
    /// Owner of a credential, and the day on which it stops working.
    expiries: Vec<(String, String)>,
    tested: Option<Tested>,
}

/// Result of a test.
struct Tested {
    class: &'static str,
    headline: &'static str,
    rows: Vec<Row>,
}

struct Row {
    class: &'static str,
    level: &'static str,
    subject: String,
    detail: String,
    remedy: String,
}

/// Shows what is known without a call, and the button.
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Viewer(person): Viewer,
) -> Answer {
    let account = known(&app, &name)?;
    shown(&app, Top::of(&person), &account, None).await
}

/// Tests both systems: credentials, permissions, the Latchel user, clocks. Nothing is written there.
pub(super) async fn check(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Operator(person): Operator,
) -> Answer {
    let account = known(&app, &name)?;
    let engine = account.engine(app.ledger.clone())?;
    let findings = timeout(PATIENCE, engine.check(app.clock.now())).await;
    let findings = findings.unwrap_or_else(|_| {
        let detail = format!("no answer within {} seconds", PATIENCE.as_secs());
        vec![Finding::error("Both systems", detail, "Try again; if it stays, ask the systems' support.")]
    });
    shown(&app, Top::of(&person), &account, Some(Tested::of(findings))).await
}

/// Asks for a report for whoever is asked for help, and shows how far it is.
pub(super) async fn report(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Operator(person): Operator,
) -> Answer {
    let job = actions::report(&app, &person.name, &name).await?;
    go(&format!("/jobs/{}", job.0))
}

fn known(app: &App, name: &str) -> Result<Arc<Account>, Problem> {
    app.accounts.get(name).ok_or_else(|| Problem::missing(format!("account {name}")))
}

async fn shown(app: &App, top: Top, account: &Account, tested: Option<Tested>) -> Answer {
    let (name, platform) = (account.name(), account.platform_title);
    let credentials = views::account(app, name).await?.map(|view| view.credentials).unwrap_or_default();
    let expiries = credentials.iter().map(|one| (one.owner(platform).to_owned(), one.expires.to_string()));
    page(&Connection {
        top,
        account: name.to_owned(),
        address: address(name),
        platform,
        expiries: expiries.collect(),
        tested,
    })
}

impl Tested {
    fn of(findings: Vec<Finding>) -> Self {
        let worst = |level| findings.iter().any(|one| one.level == level);
        let (class, headline) = match () {
            () if worst(FindingLevel::Error) => ("failed", "Something keeps the sync from working."),
            () if worst(FindingLevel::Warning) => ("pending", "Both connections work, with a remark."),
            () => ("synced", "Both connections work."),
        };
        let row = |one: Finding| {
            let (class, level) = match one.level {
                FindingLevel::Ok => ("synced", "good"),
                FindingLevel::Warning => ("pending", "remark"),
                FindingLevel::Error => ("failed", "wrong"),
            };
            Row { class, level, subject: one.subject, detail: one.detail, remedy: one.remedy }
        };
        Self { class, headline, rows: findings.into_iter().map(row).collect() }
    }
}
