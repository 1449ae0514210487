use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use latchel_sync_core::engine::{Banner, Choice, Explanation};
use latchel_sync_core::ledger::{Action, Outcome, doing, look_up};
use latchel_sync_core::model::{Kind, RecordKey, Side, Tense};
use serde::Deserialize;

use super::account::address;
use super::page::{Answer, Problem, Top, go, page};
use super::results::{Line, record, record_address, status_text};
use super::text::{Moment, When};
use crate::access::{Operator, Viewer};
use crate::actions::{self, Wish};
use crate::app::App;
use crate::views::{self, Depth, Field, RecordView, fields};

/// Longest time that the two systems may take; after that the page is shown without them.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Template)]
#[template(path = "record.html")]
struct Record {
    top: Top,
    account: String,
    account_address: String,
    address: String,
    title: String,
    banner: Option<BannerOf>,
    unreadable: Option<String>,
    /// Fields of the record in the two systems now, side by side.
    fields: Vec<Field>,
    explanations: Vec<Explained>,
    history: Vec<(When, Line)>,
    /// The platform's id of a linked work order, by which the link can be ended.
    unlink: Option<String>,
    /// True if it waits for something, so that it can be retried or left alone.
    waits: bool,
    /// Address at which two records can be linked by hand.
    link: Option<String>,
}

struct BannerOf {
    class: &'static str,
    status: &'static str,
    banner: Banner,
    verified: Option<When>,
    decided: Option<When>,
}

struct Explained {
    record: String,
    label: String,
    checks: Vec<(String, String, String, bool)>,
    /// Sentence that says that the last try failed, and what the next one does and when.
    failed: Option<String>,
    line: String,
    rule: String,
    reason: &'static str,
    class: &'static str,
    action: &'static str,
    remedy: &'static str,
}

/// A record on both sides, and why it stands as it does.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((account, kind, id)): Path<(String, String, String)>,
    Viewer(person): Viewer,
) -> Answer {
    let kind = kind_of(&kind)?;
    let asked = views::record(&app, &account, kind, &id, Depth::BothSides);
    let view = match tokio::time::timeout(PATIENCE, asked).await {
        Ok(view) => view?,
        Err(_) => views::record(&app, &account, kind, &id, Depth::Ledger).await?.map(|view| {
            let why = format!("they did not answer within {} seconds", PATIENCE.as_secs());
            RecordView { unreadable: Some(why), ..view }
        }),
    };
    let view = view.ok_or_else(|| Problem::missing(format!("account {account}")))?;
    if !view.several.is_empty() {
        return page(&several(Top::of(&person), &account, kind, &id, &view.several));
    }
    if view.history.is_empty() && view.explanations.is_empty() && view.unreadable.is_none() {
        return Err(Problem::missing(format!("{kind} {id} on either side")));
    }
    let zone = app.accounts.get(&account).map(|one| one.settings.time_zone).unwrap_or_default();
    page(&of(Top::of(&person), &account, kind, &id, view, Moment { now: app.clock.now(), zone }))
}

fn of(top: Top, account: &str, kind: Kind, id: &str, view: RecordView, moment: Moment) -> Record {
    let account_address = address(account);
    let is_work_order = kind == Kind::WorkOrder;
    let linked = view.explanations.iter().find_map(|one| one.link.as_ref());
    let unlink = linked.filter(|_| is_work_order).map(|link| {
        let id: String = form_urlencoded::byte_serialize(link.platform_id.as_bytes()).collect();
        format!("{account_address}/unlink?work_order={id}")
    });
    let banner = view.banner.map(|banner| BannerOf {
        class: banner.status.as_str(),
        status: status_text(banner.status),
        verified: banner.verified_at.map(|at| moment.when(at)),
        decided: banner.decided_at.map(|at| moment.when(at)),
        banner,
    });
    let waits = view.explanations.iter().filter_map(|one| one.outcome.as_ref()).any(Outcome::is_tried_again)
        || banner.as_ref().is_some_and(|one| matches!(one.class, "pending" | "failed"));
    let told = |outcome: &Outcome| {
        (moment.when(outcome.at), Line::of(outcome, record_address(account, &outcome.key), Tense::Has))
    };
    Record {
        top,
        account: account.to_owned(),
        title: format!("{} {id}", title(kind)),
        address: record_address(account, &RecordKey { kind, side: Side::Platform, id: id.to_owned() }),
        link: (is_work_order && unlink.is_none()).then(|| format!("{account_address}/link")),
        unlink,
        banner,
        waits,
        unreadable: view.unreadable,
        fields: fields(
            view.explanations.iter().find_map(|one| one.platform.as_ref()),
            view.explanations.iter().find_map(|one| one.latchel.as_ref()),
            moment.zone,
        ),
        explanations: view.explanations.into_iter().map(|one| explained(one, moment)).collect(),
        history: view.history.iter().map(told).collect(),
        account_address,
    }
}

/// A list of records to choose from.
#[derive(Template)]
#[template(path = "several.html")]
struct Several {
    top: Top,
    account: String,
    account_address: String,
    title: String,
    rows: Vec<Named>,
}

struct Named {
    address: String,
    label: String,
    records: String,
    class: &'static str,
    status: &'static str,
}

fn several(top: Top, account: &str, kind: Kind, text: &str, choices: &[Choice]) -> Several {
    let row = |choice: &Choice| {
        let key = RecordKey { kind, side: Side::Platform, id: choice.exactly() };
        Named {
            address: record_address(account, &key),
            label: choice.label.clone(),
            records: choice.keys.iter().map(record).collect::<Vec<_>>().join(", "),
            class: choice.status.map_or("", |status| status.as_str()),
            status: choice.status.map_or("not seen by a run", status_text),
        }
    };
    Several {
        top,
        account: account.to_owned(),
        account_address: address(account),
        title: format!("{} {text}", title(kind)),
        rows: choices.iter().map(row).collect(),
    }
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Property => "Property",
        Kind::Resident => "Resident",
        Kind::WorkOrder => "Work order",
    }
}

fn explained(one: Explanation, moment: Moment) -> Explained {
    Explained {
        record: record(&one.key),
        label: one.label.clone(),
        rule: one.reason.rule_for(&one.key).as_str().to_owned(),
        reason: one.reason.code(),
        class: one.reason.status().as_str(),
        failed: one.retry.as_ref().map(|retry| retry.sentence(&one.key, moment.now, moment.zone)),
        line: match one.detail.as_ref().filter(|_| one.retry.is_none() || one.action != Action::None) {
            Some(detail) => format!("{} ({detail})", one.reason.sentence(Tense::Would)),
            None => one.reason.sentence(Tense::Would).to_owned(),
        },
        action: match one.action {
            Action::None => "nothing",
            action => doing(action, &one.key),
        },
        remedy: one.reason.remedy(),
        checks: one
            .checks
            .into_iter()
            .map(|check| {
                (check.rule.as_str().to_owned(), check.question.to_owned(), check.answer, check.decided)
            })
            .collect(),
    }
}

fn kind_of(text: &str) -> Result<Kind, Problem> {
    Kind::from_name(text).ok_or_else(|| Problem::missing(format!("kind of record \"{text}\"")))
}

/// "Sync this one now".
pub(super) async fn sync(
    State(app): State<Arc<App>>,
    Path((account, kind, id)): Path<(String, String, String)>,
    Operator(person): Operator,
) -> Answer {
    let job = actions::sync_record(&app, &person.name, &account, kind_of(&kind)?, &id).await?;
    go(&format!("/jobs/{}", job.0))
}

#[derive(Deserialize)]
pub(super) struct Wished {
    wish: Wish,
}

/// Retries or dismisses the record, on whichever side it waits.
pub(super) async fn settle(
    State(app): State<Arc<App>>,
    Path((account, kind, id)): Path<(String, String, String)>,
    Operator(person): Operator,
    Form(Wished { wish }): Form<Wished>,
) -> Answer {
    let kind = kind_of(&kind)?;
    let found = look_up(&*app.ledger, &account, kind, &id).await?;
    let keys: Vec<_> = found.into_iter().filter(|one| one.pending.is_some()).map(|one| one.key).collect();
    actions::settle(&app, &person.name, &account, wish, &keys).await?;
    go(&record_address(&account, &RecordKey { kind, side: Side::Platform, id }))
}

#[derive(Deserialize)]
pub(super) struct Sought {
    #[serde(default)]
    kind: String,
    id: String,
}

/// The search box.
pub(super) async fn find(
    Path(account): Path<String>,
    Query(Sought { kind, id }): Query<Sought>,
    _viewer: Viewer,
) -> Answer {
    let kind = kind_of(if kind.is_empty() { "work-order" } else { &kind })?;
    let id = id.trim().to_owned();
    if id.is_empty() {
        return Err(Problem::wrong(
            "No id or number was given",
            "Write an id or number of either side, or a name",
        ));
    }
    go(&record_address(&account, &RecordKey { kind, side: Side::Platform, id }))
}
