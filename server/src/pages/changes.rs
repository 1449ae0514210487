//! Writes to the two systems: by one run, and by all of them, newest first.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use latchel_sync_core::ledger::{Action, Outcome, Run};
use latchel_sync_core::model::{Kind, RecordKey, RunId, Side, Tense};
use latchel_sync_ledger::desk::Wrote;
use serde::Deserialize;
use uuid::Uuid;

use super::account::address;
use super::page::{Answer, Problem, Top, page};
use super::results::record_address;
use super::text::{Moment, When};
use crate::access::Viewer;
use crate::app::App;
use crate::views;

/// Number of newest runs in which changes are looked for.
const RUNS: u32 = 2_000;
/// Number of changes after which a page ends; those of one run stay together as far as they are shown.
const ROWS: usize = 100;
/// Most changes of one run that are shown; its own page has all.
const OF_A_RUN: u32 = 20;

/// A change of one record.
pub(super) struct Change {
    /// The record's page.
    pub address: String,
    /// Name or title, or else the id.
    pub label: String,
    pub kind: &'static str,
    /// The write in words, as `Created in Latchel`.
    pub what: String,
    pub why: String,
    pub detail: Option<String>,
}

impl Change {
    /// The change that an outcome tells of; `platform` is the platform's name for people.
    pub fn of(outcome: &Outcome, account: &str, platform: &str, tense: Tense) -> Self {
        let key = &outcome.key;
        let done = done(outcome.action, key, platform);
        Self {
            address: record_address(account, key),
            label: if outcome.label.is_empty() { key.id.clone() } else { outcome.label.clone() },
            kind: kind(key.kind),
            what: if tense == Tense::Has { capital(&done) } else { format!("To be {done}") },
            why: outcome.reason.sentence_naming(tense, platform),
            detail: outcome.detail.clone(),
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Property => "property",
        Kind::Resident => "resident",
        Kind::WorkOrder => "work order",
    }
}

fn kinds(kind: Kind, count: u64) -> String {
    match (kind, count) {
        (_, 1) => format!("1 {}", self::kind(kind)),
        (Kind::Property, _) => format!("{count} properties"),
        _ => format!("{count} {}s", self::kind(kind)),
    }
}

/// Participle of an action, as it is said after *was*.
fn done(action: Action, key: &RecordKey, platform: &str) -> String {
    let to_platform = key.kind == Kind::WorkOrder && key.side == Side::Latchel;
    match action {
        Action::None => "left as it is".to_owned(),
        Action::Create if to_platform => format!("created on {platform}"),
        Action::Create => "created in Latchel".to_owned(),
        Action::Update if to_platform => format!("given {platform}'s number in Latchel"),
        Action::Update => "changed in Latchel".to_owned(),
        Action::Deactivate => "set inactive in Latchel".to_owned(),
        Action::Link => "linked with its counterpart".to_owned(),
        Action::Close => format!("closed on {platform}"),
    }
}

/// These changes in a few words each, the most first: `2 work orders created on Buildium`.
pub(super) fn summary<'a>(
    outcomes: impl IntoIterator<Item = &'a Outcome>,
    platform: &str,
    tense: Tense,
) -> Vec<String> {
    let mut counts: BTreeMap<(Kind, String), u64> = BTreeMap::new();
    for outcome in outcomes {
        *counts.entry((outcome.key.kind, done(outcome.action, &outcome.key, platform))).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let joint = if tense == Tense::Has { "" } else { "to be " };
    counts.into_iter().map(|((kind, done), count)| format!("{} {joint}{done}", kinds(kind, count))).collect()
}

#[derive(Template)]
#[template(path = "changes.html")]
struct Changes {
    top: Top,
    /// Account with its address, if those of one are shown.
    account: Option<(String, String)>,
    runs: Vec<RunOf>,
    older: Option<String>,
}

/// Writes of one run.
struct RunOf {
    address: String,
    account: String,
    account_address: String,
    at: When,
    changes: Vec<Change>,
    /// True if the run's page has more.
    more: bool,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    account: String,
    /// Run before which the page begins.
    before: Option<Uuid>,
}

/// Everything that was written, newest first, run by run.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Query(Asked { account, before }): Query<Asked>,
    Viewer(person): Viewer,
) -> Answer {
    let account = Some(account.trim()).filter(|account| !account.is_empty());
    if let Some(name) = account.filter(|name| !app.accounts.contains_key(name)) {
        return Err(Problem::missing(format!("account {name}")));
    }
    let newest = views::runs(&app, account, RUNS).await?;
    let before = before.map(RunId);
    let mut wrote: Vec<Run> = newest.into_iter().filter(writes).collect();
    wrote.retain(|run| before.is_none_or(|before| run.id.0 < before.0));
    let (mut runs, mut rows, mut last) = (Vec::new(), 0, None);
    let mut left = wrote.iter().peekable();
    while rows < ROWS
        && let Some(run) = left.next()
    {
        let found = app.desk.of_run(run.id, Wrote::Something, None, OF_A_RUN + 1).await?;
        last = Some(run.id);
        if found.is_empty() {
            continue;
        }
        let one = run_of(&app, run, &found);
        rows += one.changes.len();
        runs.push(one);
    }
    let older = last.filter(|_| left.peek().is_some()).map(|last| {
        let account = account.map(|account| ("account", account.to_owned()));
        let query: Vec<_> = account.into_iter().chain([("before", last.to_string())]).collect();
        format!("/changes?{}", serde_urlencoded::to_string(query).unwrap_or_default())
    });
    let account = account.map(|name| (name.to_owned(), address(name)));
    page(&Changes { top: Top::of(&person), account, runs, older })
}

fn writes(run: &Run) -> bool {
    run.phases.iter().any(|phase| phase.writes > 0)
}

fn run_of(app: &App, run: &Run, found: &[Outcome]) -> RunOf {
    let account = app.accounts.get(&run.account);
    let zone = account.map(|one| one.settings.time_zone).unwrap_or_default();
    let platform = app.platform_title(&run.account);
    let shown = found.iter().take(OF_A_RUN as usize);
    RunOf {
        address: format!("/runs/{}", run.id),
        account: run.account.clone(),
        account_address: address(&run.account),
        at: Moment { now: app.clock.now(), zone }.when(run.now),
        changes: shown.map(|one| Change::of(one, &run.account, platform, Tense::Has)).collect(),
        more: found.len() > OF_A_RUN as usize,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use latchel_sync_core::model::Reason;

    use super::*;

    fn outcome(key: RecordKey, action: Action) -> Outcome {
        Outcome {
            key,
            counterpart: None,
            label: String::new(),
            reason: Reason::WorkOrderCreated,
            action,
            detail: None,
            run: RunId(Uuid::nil()),
            at: DateTime::UNIX_EPOCH,
            fingerprint: None,
            waits_for: None,
            tried: None,
            waits_until: None,
        }
    }

    #[test]
    fn changes_are_summed_up_by_what_is_done_and_where_the_most_first() {
        let all = [
            outcome(RecordKey::platform(Kind::Property, "1"), Action::Update),
            outcome(RecordKey::latchel(Kind::WorkOrder, 1), Action::Create),
            outcome(RecordKey::latchel(Kind::WorkOrder, 2), Action::Create),
            outcome(RecordKey::platform(Kind::WorkOrder, "3"), Action::Create),
        ];
        let told = summary(&all, "Buildium", Tense::Has);
        let expected = [
            "2 work orders created on Buildium",
            "1 property changed in Latchel",
            "1 work order created in Latchel",
        ];
        assert_eq!(told, expected);
        assert_eq!(summary(&all[..1], "Buildium", Tense::Will), ["1 property to be changed in Latchel"]);
    }
}
