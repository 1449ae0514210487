//! A record as a person knows it: its title, how it is synced, both sides, its history.

mod banner;
mod explained;
mod several;
mod system;

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use latchel_sync_core::ledger::{Outcome, look_up};
use latchel_sync_core::model::{Kind, RecordKey, Side};
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};

use super::account::address;
use super::page::{Answer, Problem, Top, go, page};
use super::results::{Line, record_address};
use super::text::{Moment, When};
use crate::Account;
use crate::access::{Operator, Viewer};
use crate::actions::{self, Wish};
use crate::app::App;
use crate::views::{self, Depth, Face, Field, RecordView, fields};
use banner::Banner;
use explained::Explained;
use several::Several;
use system::{System, systems};

/// Longest time that the two systems may take; after that the page is shown without them.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Template)]
#[template(path = "record.html")]
struct Record {
    top: Top,
    account: String,
    account_address: String,
    address: String,
    /// Kind of record, as a title begins with it.
    kind: &'static str,
    title: String,
    place: String,
    /// The platform's name for people.
    platform: &'static str,
    systems: Vec<System>,
    banner: Option<Banner>,
    unreadable: Option<String>,
    face: Face,
    /// Every field of the record in the two systems now, side by side.
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

/// A record on both sides, and why it is synced or not.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Path((account, kind, id)): Path<(String, String, String)>,
    Viewer(person): Viewer,
) -> Answer {
    let kind = kind_of(&kind)?;
    let one = app.accounts.get(&account).ok_or_else(|| Problem::missing(format!("account {account}")))?;
    let until = Instant::now() + PATIENCE;
    let asked = views::record(&app, &account, kind, &id, Depth::BothSides);
    let view = match timeout_at(until, asked).await {
        Ok(view) => view?,
        Err(_) => views::record(&app, &account, kind, &id, Depth::Ledger).await?.map(|view| {
            let why = format!("they did not answer within {} seconds", PATIENCE.as_secs());
            RecordView { unreadable: Some(why), ..view }
        }),
    };
    let view = view.ok_or_else(|| Problem::missing(format!("account {account}")))?;
    if !view.several.is_empty() {
        return page(&Several::of(Top::of(&person), &account, kind, &id, &view.several));
    }
    if view.history.is_empty() && view.explanations.is_empty() && view.unreadable.is_none() {
        return Err(Problem::missing(format!("{kind} {id} on either side")));
    }
    let moment = Moment { now: app.clock.now(), zone: one.settings.time_zone };
    let setting = (one.platform_title, moment.now.with_timezone(&moment.zone).date_naive(), moment.zone);
    let engine = one.engine(app.ledger.clone())?;
    let face = views::face(&engine, kind, &view.explanations, setting);
    // Without names there is still all else.
    let face = timeout_at(until, face).await.unwrap_or_default();
    page(&of(Top::of(&person), &one, RecordKey { kind, side: Side::Platform, id }, view, face, moment))
}

fn of(top: Top, account: &Account, asked: RecordKey, view: RecordView, face: Face, moment: Moment) -> Record {
    let (name, platform, kind) = (account.name(), account.platform_title, asked.kind);
    let account_address = address(name);
    let is_work_order = kind == Kind::WorkOrder;
    let link = view.explanations.iter().find_map(|one| one.link.as_ref());
    let unlink = link.filter(|_| is_work_order).map(|link| {
        let id: String = form_urlencoded::byte_serialize(link.platform_id.as_bytes()).collect();
        format!("{account_address}/unlink?work_order={id}")
    });
    let systems = systems(account, kind, &view);
    let banner = match (&view.banner, view.explanations.first()) {
        (Some(banner), _) => Some(Banner::of(banner, platform, moment)),
        (None, Some(one)) => Some(Banner::of_record(one, platform, moment)),
        (None, None) => None,
    };
    let waits = view.explanations.iter().filter_map(|one| one.outcome.as_ref()).any(Outcome::is_tried_again)
        || view.banner.is_some()
            && banner.as_ref().is_some_and(|one| matches!(one.class, "pending" | "failed"));
    let told = |outcome: &Outcome| {
        (moment.when(outcome.at), Line::of(outcome, record_address(name, &outcome.key), platform))
    };
    let label =
        view.explanations.iter().map(|one| &one.label).chain(view.history.iter().map(|one| &one.label));
    let label = label.into_iter().find(|label| !label.is_empty()).cloned();
    let title = Some(face.name.clone()).filter(|name| !name.is_empty()).or(label);
    let link = format!("{account_address}/link?{}", linking(&view));
    Record {
        top,
        account: name.to_owned(),
        kind: title_of(kind),
        title: title.unwrap_or_else(|| format!("{} {}", title_of(kind), asked.id)),
        place: face.place.clone(),
        platform,
        systems,
        address: record_address(name, &asked),
        link: (is_work_order && unlink.is_none()).then_some(link),
        unlink,
        banner,
        waits,
        unreadable: view.unreadable,
        face,
        fields: fields(
            view.explanations.iter().find_map(|one| one.platform.as_ref()),
            view.explanations.iter().find_map(|one| one.latchel.as_ref()),
            moment.zone,
        ),
        explanations: view.explanations.into_iter().map(|one| Explained::of(one, platform, moment)).collect(),
        history: view.history.iter().map(told).collect(),
        account_address,
    }
}

/// The query by which the page for linking begins with this record.
fn linking(view: &RecordView) -> String {
    let key = view.explanations.first().map(|one| &one.key).or(view.history.first().map(|one| &one.key));
    let field = |key: &RecordKey| match key.side {
        Side::Platform => ("work_order", key.id.clone()),
        Side::Latchel => ("latchel", key.id.clone()),
    };
    key.map(|key| serde_urlencoded::to_string([field(key)]).unwrap_or_default()).unwrap_or_default()
}

fn title_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Property => "Property",
        Kind::Resident => "Resident",
        Kind::WorkOrder => "Work order",
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

/// The search box of an account.
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
