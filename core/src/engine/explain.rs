use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use crate::engine::context::{Context, Purpose};
use crate::engine::driver::apply::failed;
use crate::engine::driver::prepare::Reader;
use crate::engine::masked::masked;
use crate::engine::phases::export::Export;
use crate::engine::phases::flow::{Applied, Flow};
use crate::engine::phases::import::Import;
use crate::engine::phases::property::Properties;
use crate::engine::phases::resident::Residents;
use crate::engine::{Engine, StopSignal};
use crate::ledger::{Action, Lease, Memory, Outcome, Retry, bare, exact, look_up};
use crate::model::{
    Freshness, Kind, LatchelPropertyId, LatchelResidentId, Link, Phase, Reason, RecordKey, Row, RuleId,
    RunId, Side, Status, Window,
};
use crate::rules::{Check, Decision, Trace, WindowVerdict, judge_window};
use crate::{ErrorKind, Result};

/// Explanation of a record's status, and of what the next run would do with it.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The record.
    pub key: RecordKey,
    /// Name or number by which people know it; empty for a resident.
    pub label: String,
    /// Content on the platform, if it is there; e-mail and phone are masked.
    pub platform: Option<Value>,
    /// Content in Latchel, if it is there; e-mail and phone are masked.
    pub latchel: Option<Value>,
    /// The link that the ledger remembers.
    pub link: Option<Link>,
    /// The newest outcome that the ledger remembers.
    pub outcome: Option<Outcome>,
    /// Every question that was asked, in order, with its answer; the one that decided is marked.
    pub checks: Vec<Check>,
    /// The reason that a run would give now.
    pub reason: Reason,
    /// Particulars that the reason leaves open, for people.
    pub detail: Option<String>,
    /// Action that a run would take now.
    pub action: Action,
    /// The last try and the next one, if the last one failed.
    pub retry: Option<Retry>,
}

impl Engine {
    /// Explains the records of `kind` that `text` names: an id of either side, a number, a part of a property's name. Empty
    /// if neither side nor the ledger knows one.
    ///
    /// # Errors
    ///
    /// If one of the two systems or the ledger cannot be read.
    pub async fn explain(&self, kind: Kind, text: &str, now: DateTime<Utc>) -> Result<Vec<Explanation>> {
        let cx = self.explaining(kind, now).await?;
        let account = self.ledger.account(&self.account.name).await?;
        let added_at = account.map_or(now, |account| account.created_at);
        let keys = self.keys(kind, text).await?;
        let on = |side| keys.iter().filter(|(key, _)| key.side == side).collect::<Vec<_>>();
        let window = async |phase| self.window_now(&cx, phase, added_at).await;
        let mut explained = match kind {
            Kind::Property => {
                explain(&Properties(&cx), window(Phase::Properties).await?, &on(Side::Platform)).await?
            }
            Kind::Resident => {
                explain(&Residents(&cx), window(Phase::Residents).await?, &on(Side::Platform)).await?
            }
            Kind::WorkOrder => {
                let (to_latchel, to_platform) = (Phase::WorkOrdersToLatchel, Phase::WorkOrdersToPlatform);
                let mut both = explain(&Import(&cx), window(to_latchel).await?, &on(Side::Platform)).await?;
                both.extend(explain(&Export(&cx), window(to_platform).await?, &on(Side::Latchel)).await?);
                both
            }
        };
        explained.extend(self.latchel_only(kind, text).await?);
        Ok(explained)
    }

    /// The records of `kind` that `text` may name: an id of either side, or a work order's number. One that is not in the
    /// ledger may not exist.
    ///
    /// # Errors
    ///
    /// If the ledger cannot be read.
    pub async fn named(&self, kind: Kind, text: &str) -> Result<Vec<RecordKey>> {
        Ok(self.keys(kind, text).await?.into_keys().collect())
    }

    /// Reads all that is needed to take records of `kind` through a run's steps without a write.
    pub(super) async fn explaining(&self, kind: Kind, now: DateTime<Utc>) -> Result<Context<'_>> {
        let account = self.ledger.account(&self.account.name).await?;
        let sync_start = account.map_or(now, |account| account.sync_start);
        let phases: Vec<Phase> = Phase::ALL.into_iter().filter(|phase| phase.kind() == kind).collect();
        // Nothing is written, so that this lease need not be held.
        let lease = Lease { account: self.account.name.clone(), run: RunId(Uuid::now_v7()) };
        let stop = StopSignal::default();
        let clock = (now, Instant::now());
        Context::prepare(self, lease, Purpose::Explain, clock, sync_start, &phases, &stop).await
    }

    /// The records that `text` may name: what the ledger finds, and the text itself taken as an id.
    async fn keys(&self, kind: Kind, text: &str) -> Result<BTreeMap<RecordKey, Named>> {
        let mut keys = guessed(kind, text);
        for memory in look_up(&*self.ledger, &self.account.name, kind, text).await? {
            if let Some(link) = &memory.link {
                keys.insert(link.key(Side::Platform), Named::InLedger);
                keys.insert(link.key(Side::Latchel), Named::InLedger);
            }
            keys.insert(memory.key, Named::InLedger);
        }
        Ok(keys)
    }

    /// Explains a property or resident that exists in Latchel alone (rule L1).
    async fn latchel_only(&self, kind: Kind, text: &str) -> Result<Option<Explanation>> {
        let id = exact(kind, text).filter(|key| key.side == Side::Latchel).map(|key| key.id);
        let Ok(id) = id.as_deref().unwrap_or(bare(text)).parse::<i64>() else { return Ok(None) };
        let held = match kind {
            Kind::Property => {
                let found = self.latchel.properties_by_id(&[LatchelPropertyId(id)]).await?;
                let alone = found.iter().find(|one| one.reference.is_none());
                alone.and_then(|one| Some((one.name.clone(), serde_json::to_value(one).ok()?)))
            }
            Kind::Resident => {
                let found = self.latchel.residents_by_id(&[LatchelResidentId(id)]).await?;
                let alone = found.iter().find(|one| one.reference.is_none());
                alone.and_then(|one| Some((String::new(), serde_json::to_value(one).ok()?)))
            }
            Kind::WorkOrder => None,
        };
        let mut trace = Trace::on();
        trace.check(RuleId::L1, "Does it carry a reference to the platform?", &"no", true);
        let key = RecordKey::latchel(kind, id);
        Ok(held.map(|(label, held)| Explanation {
            label,
            latchel: Some(masked(held)),
            ..Explanation::new(key, Reason::LatchelOnly, trace)
        }))
    }
}

impl Explanation {
    /// An explanation with a reason and its trace, and nothing else.
    fn new(key: RecordKey, reason: Reason, trace: Trace) -> Self {
        Self {
            checks: trace.decided(reason, &key),
            key,
            label: String::new(),
            platform: None,
            latchel: None,
            link: None,
            outcome: None,
            reason,
            detail: None,
            action: Action::None,
            retry: None,
        }
    }

    /// Adds what the ledger remembers of the record.
    fn remembering(self, memory: Memory) -> Self {
        let retry = memory.pending.as_deref().and_then(Retry::of);
        let outcome = memory.outcome.map(|newest| *newest);
        let label = match &outcome {
            Some(newest) if self.label.is_empty() => newest.label.clone(),
            _ => self.label,
        };
        Self { label, link: memory.link.map(|link| *link), outcome, retry, ..self }
    }
}

/// Certainty that a text names a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// The ledger knows the record.
    InLedger,
    /// The record exists only if its system has it.
    Perhaps,
}

/// Keys of the records that have the text itself as their id.
fn guessed(kind: Kind, text: &str) -> BTreeMap<RecordKey, Named> {
    if let Some(key) = exact(kind, text) {
        return BTreeMap::from([(key, Named::Perhaps)]);
    }
    let id = bare(text);
    let mut keys = BTreeMap::from([(RecordKey::platform(kind, id), Named::Perhaps)]);
    if id.parse::<i64>().is_ok() {
        keys.insert(RecordKey::latchel(kind, id), Named::Perhaps);
    }
    keys
}

/// Explains a record that the ledger knows and its source no longer has. A deactivation is announced only for a record
/// that is tried again: it is not certain that a run would read any other.
async fn explain_gone<F: Flow>(flow: &F, memory: Memory) -> Result<Explanation> {
    let cx = flow.context();
    let trace = || Trace::on().in_zone(cx.zone());
    let plain = |memory: Memory| {
        Explanation::new(memory.key.clone(), Reason::GoneFromSource, trace()).remembering(memory)
    };
    if memory.link.is_none() {
        return Ok(plain(memory));
    }
    let mut asked = trace();
    let Some(gone) = flow.gone(vec![memory.clone()], &mut asked).await?.pop() else {
        return Ok(plain(memory));
    };
    let held = gone.counterpart.filter(|held| !held.is_null()).map(masked);
    let (platform, latchel) = match memory.key.side {
        Side::Platform => (None, held),
        Side::Latchel => (held, None),
    };
    let is_tried = memory.outcome.as_ref().is_some_and(|newest| newest.is_tried_again());
    let action = match gone.decision.action.is_some() && is_tried {
        true => Action::Deactivate,
        false => Action::None,
    };
    let explained = Explanation {
        platform,
        latchel,
        detail: gone.decision.detail,
        action,
        ..Explanation::new(memory.key.clone(), gone.decision.reason, asked)
    };
    Ok(explained.remembering(memory))
}

/// Takes these records through the steps of a run, with a trace and without a write.
async fn explain<F: Flow>(
    flow: &F,
    window: Window,
    keys: &[(&RecordKey, &Named)],
) -> Result<Vec<Explanation>> {
    let cx = flow.context();
    let mut explained = Vec::new();
    for (key, named) in keys {
        let (unread, detail) = match flow.fetch(std::slice::from_ref(&key.id)).await {
            Ok(rows) => {
                let mut found = explain_rows(flow, window, rows).await?;
                if !found.is_empty() {
                    explained.append(&mut found);
                    continue;
                }
                (Reason::GoneFromSource, None)
            }
            Err(error) if error.is_about_the_request() => (Reason::CallFailed, Some(error.to_string())),
            Err(error) => return Err(error),
        };
        if **named == Named::InLedger {
            let trace = Trace::on().in_zone(cx.zone());
            let unread_alone = || Explanation { detail, ..Explanation::new((*key).clone(), unread, trace) };
            let memory = cx.ledger().recall(cx.account(), std::slice::from_ref(key)).await?.pop();
            explained.push(match memory {
                Some(memory) if unread == Reason::GoneFromSource => explain_gone(flow, memory).await?,
                Some(memory) => unread_alone().remembering(memory),
                None => unread_alone(),
            });
        }
    }
    Ok(explained)
}

async fn explain_rows<F: Flow>(
    flow: &F,
    window: Window,
    rows: Vec<Row<F::Record>>,
) -> Result<Vec<Explanation>> {
    let (cx, phase) = (flow.context(), flow.phase());
    let mut explained = Vec::new();
    for row in rows {
        let id = Reader(flow).row_id(&row);
        let Some(memory) = cx.recall(phase.kind(), phase.source(), [id]).await?.pop() else { continue };
        let said = |reason, detail| {
            let trace = Trace::on().in_zone(cx.zone());
            Explanation { detail: Some(detail), ..Explanation::new(memory.key.clone(), reason, trace) }
        };
        let unread = match row {
            Row::Record(record) => {
                explained.extend(explain_one(flow, window, record, memory).await?);
                continue;
            }
            Row::Invalid(invalid) => {
                said(Reason::InvalidRecord, format!("{}: {}", invalid.field, invalid.problem))
            }
            Row::NotSupported { what, .. } => said(Reason::NotSupported, what),
            Row::Hint { .. } => continue,
        };
        explained.push(unread.remembering(memory));
    }
    Ok(explained)
}

async fn explain_one<F: Flow>(
    flow: &F,
    window: Window,
    record: F::Record,
    memory: Memory,
) -> Result<Option<Explanation>> {
    let cx = flow.context();
    let mut trace = Trace::on().in_zone(cx.zone());
    let remembered = cx.remembered(&memory);
    let stamps = flow.stamps(&record);
    let verdict = judge_window(&stamps, window, remembered, &mut trace);
    let Some(case) = flow.gather(vec![(record, memory.clone())]).await?.pop() else { return Ok(None) };
    let decision = flow.decide(&case, &mut trace);
    let mut applied = apply(flow, &case, decision, &mut trace).await?;

    let waits = memory.pending.as_deref().is_some_and(|pending| !pending.dismissed);
    // Rows of a list that the platform filters have no stamps: only the list itself tells, and is read if that matters.
    let verdict = match verdict {
        WindowVerdict::Inside if stamps == Freshness::Filtered && !waits && is_news(&applied) => {
            in_the_list(flow, window, &flow.id(flow.record(&case)), &mut trace).await?
        }
        verdict => verdict,
    };
    // Outside the window a run looks at no record, unless it is pending, so that nothing comes of this decision.
    if let WindowVerdict::Outside(reason) = verdict
        && !waits
        && is_news(&applied)
    {
        applied = Applied::plain(reason, Action::None);
    }
    // A date that was reached counts whatever the window (rule R6).
    let mut reached = Trace::on().in_zone(cx.zone());
    if applied.action == Action::None
        && let Some(decision) =
            flow.reached_date(&case, &mut reached).filter(|decision| decision.action.is_some())
    {
        (applied, trace) = (apply(flow, &case, decision, &mut reached).await?, reached);
    }

    // A record that failed and has not changed rests until its next try, whatever would then be done with it.
    let retry = memory.pending.as_deref().and_then(Retry::of);
    let unchanged =
        matches!(verdict, WindowVerdict::Outside(_)) || Reader(flow).rests(flow.record(&case), &memory);
    let retry = retry.map(|retry| Retry { action: Some(applied.action), ..retry });
    let rests = retry.as_ref().is_some_and(|retry| retry.rests(cx.now)) && unchanged;
    if let (true, Some(newest)) = (rests, memory.outcome.as_deref()) {
        let Outcome { reason, detail, .. } = newest.clone();
        applied = Applied { detail, ..Applied::plain(reason, Action::None) };
    }

    let (platform, latchel) = flow.sides(&case);
    let explanation = Explanation {
        label: flow.label(flow.record(&case)),
        platform: platform.filter(|held| !held.is_null()).map(masked),
        latchel: latchel.filter(|held| !held.is_null()).map(masked),
        detail: applied.detail,
        action: applied.action,
        ..Explanation::new(memory.key.clone(), applied.reason, trace)
    };
    Ok(Some(Explanation { retry, ..explanation.remembering(memory) }))
}

async fn apply<F: Flow>(
    flow: &F,
    case: &F::Case,
    decision: Decision<F::Action>,
    trace: &mut Trace,
) -> Result<Applied> {
    if decision.action.is_none() {
        return Ok(Applied::new(decision, Action::None));
    }
    match flow.apply(case, decision, trace).await {
        Err(error) if error.is_about_the_request() || error.kind() == ErrorKind::Unsettled => {
            Ok(failed(&error))
        }
        applied => applied,
    }
}

/// True if the result comes only of looking at the record: it writes, waits or failed. Outside the window a run writes
/// nothing, and no record begins to wait.
fn is_news(applied: &Applied) -> bool {
    applied.action != Action::None || matches!(applied.reason.status(), Status::Pending | Status::Failed)
}

/// Reads the platform's list of the window up to the record, where nothing else tells if the record is in the window.
async fn in_the_list<F: Flow>(
    flow: &F,
    window: Window,
    id: &str,
    trace: &mut Trace,
) -> Result<WindowVerdict> {
    let reader = Reader(flow);
    let mut pages = flow.pages(window);
    let mut listed = false;
    while let (false, Some(page)) = (listed, futures::StreamExt::next(&mut pages).await) {
        listed = page?.iter().any(|row| reader.row_id(row) == id);
    }
    let answer = if listed { "yes" } else { "no" };
    let question = "Does the platform list it among what was created or updated in the window?";
    trace.check(RuleId::W1, question, &answer, !listed);
    Ok(if listed { WindowVerdict::Inside } else { WindowVerdict::Outside(Reason::OutsideWindow) })
}
