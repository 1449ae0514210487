//! Who is told of what, what they were told of that still holds, and a test message at a button.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use latchel_sync_ledger::desk::Alert;

use super::account::address;
use super::page::{Answer, Problem, Top, page};
use super::text::{Moment, When};
use crate::access::{Operator, Viewer};
use crate::actions;
use crate::alerts::{AlertsConfig, Rehearsed};
use crate::app::App;

#[derive(Template)]
#[template(path = "alerts.html")]
struct Alerts {
    top: Top,
    /// Addresses of those who get an e-mail.
    mail: Vec<String>,
    /// True if a chat is told; its address is a secret.
    chat: bool,
    /// Conditions that people are told of.
    conditions: Vec<String>,
    holding: Vec<Holding>,
    sent: Vec<Sent>,
}

/// Something that people were told of, and that holds still.
struct Holding {
    account: String,
    address: String,
    text: String,
    since: When,
    /// True if it could not be sent yet by one of the ways.
    untold: bool,
}

/// Result of a test message.
struct Sent {
    way: &'static str,
    class: &'static str,
    result: String,
}

pub(super) async fn show(State(app): State<Arc<App>>, Viewer(person): Viewer) -> Answer {
    shown(&app, Top::of(&person), Vec::new()).await
}

/// Sends a test message to everybody who is told of alerts.
pub(super) async fn rehearse(State(app): State<Arc<App>>, Operator(person): Operator) -> Answer {
    let sent = actions::rehearse_alerts(&app, &person.name).await?;
    shown(&app, Top::of(&person), sent.into_iter().map(Sent::of).collect()).await
}

async fn shown(app: &App, top: Top, sent: Vec<Sent>) -> Answer {
    let config = &app.config.alerts;
    page(&Alerts {
        top,
        mail: config.email.iter().flat_map(|email| email.to.clone()).collect(),
        chat: config.webhook.is_some(),
        conditions: conditions(config),
        holding: holding(app).await?,
        sent,
    })
}

/// Conditions that hold, each once, however many ways it is told by.
async fn holding(app: &App) -> Result<Vec<Holding>, Problem> {
    let mut all: BTreeMap<(String, String), Vec<Alert>> = BTreeMap::new();
    for alert in app.desk.alerts().await? {
        let condition = alert.kind.split('/').next().unwrap_or_default().to_owned();
        all.entry((alert.account.clone(), condition)).or_default().push(alert);
    }
    let one = |((account, _), alerts): ((String, String), Vec<Alert>)| {
        let newest = alerts.first()?;
        let zone = app.accounts.get(&account).map(|one| one.settings.time_zone).unwrap_or_default();
        Some(Holding {
            address: address(&account),
            text: newest.text.clone(),
            since: Moment { now: app.clock.now(), zone }.when(newest.since),
            untold: alerts.iter().any(|alert| alert.told_at.is_none()),
            account,
        })
    };
    Ok(all.into_iter().filter_map(one).collect())
}

fn conditions(config: &AlertsConfig) -> Vec<String> {
    let AlertsConfig { failed_runs, failed_records, failed_records_for, expiry_days, .. } = config;
    let records =
        if *failed_records == 1 { "a record".to_owned() } else { format!("{failed_records} records") };
    vec![
        format!("{failed_runs} runs in a row failed"),
        "one of the two systems refuses the credentials, or what they ask for".to_owned(),
        format!("a credential stops working within {expiry_days} days, as far as its day is known"),
        "a run stopped because it would have set too many records inactive".to_owned(),
        "changes of some time would not be looked at".to_owned(),
        format!("{records} failed for longer than {}", super::text::rough(*failed_records_for)),
        "nothing was synced for longer than three intervals".to_owned(),
    ]
}

impl Sent {
    fn of(one: Rehearsed) -> Self {
        let way = if one.channel == "email" { "E-mail" } else { "Chat" };
        match one.taken {
            Ok(()) => Self { way, class: "synced", result: "sent".to_owned() },
            Err(error) => Self { way, class: "failed", result: format!("not sent: {error}") },
        }
    }
}
