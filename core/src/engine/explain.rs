use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use super::context::{Context, Purpose};
use super::export::Export;
use super::flow::{Applied, Flow};
use super::import::Import;
use super::property::Properties;
use super::resident::Residents;
use super::settle::failed;
use super::{Engine, StopSignal};
use crate::ledger::{Action, Lease, Link, Outcome, Phase, RunId};
use crate::model::{Kind, LatchelPropertyId, LatchelResidentId, RecordKey, Row, Side};
use crate::rules::{Check, Reason, RuleId, Trace, WindowVerdict, coverage, judge_window};
use crate::{ErrorKind, Result};

/// Why a record stands as it does, and what the next run would do with it.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The record.
    pub key: RecordKey,
    /// What people know it by.
    pub label: String,
    /// What the platform holds, if it is there.
    pub platform: Option<serde_json::Value>,
    /// What Latchel holds, if it is there.
    pub latchel: Option<serde_json::Value>,
    /// The link that the ledger remembers.
    pub link: Option<Link>,
    /// The newest outcome that the ledger remembers.
    pub outcome: Option<Outcome>,
    /// Every condition that was checked, in order.
    pub checks: Vec<Check>,
    /// The reason that a run would give now.
    pub reason: Reason,
    /// What the reason leaves open.
    pub detail: Option<String>,
    /// What a run would do now.
    pub action: Action,
}

impl Engine {
    /// Explains the records of `kind` that `text` names: an id of either side, or a work order's number. Empty if
    /// neither side nor the ledger knows one.
    ///
    /// # Errors
    ///
    /// If one of the two systems or the ledger cannot be read.
    pub async fn explain(&self, kind: Kind, text: &str, now: DateTime<Utc>) -> Result<Vec<Explanation>> {
        let account = self.ledger.account(&self.account.name).await?;
        let sync_start = account.map_or(now, |account| account.sync_start);
        let phases: Vec<Phase> = Phase::ALL.into_iter().filter(|phase| phase.kind() == kind).collect();
        // Nothing is written, so that nothing is held.
        let lease = Lease { account: self.account.name.clone(), run: RunId(Uuid::now_v7()) };
        let stop = StopSignal::default();
        let clock = (now, Instant::now());
        let cx = Context::prepare(self, lease, Purpose::Explain, clock, sync_start, &phases, &stop).await?;

        let keys = self.keys(kind, text).await?;
        let on = |side| keys.iter().filter(|(key, _)| key.side == side).collect::<Vec<_>>();
        let mut explained = match kind {
            Kind::Property => explain(&Properties(&cx), &on(Side::Platform)).await?,
            Kind::Resident => explain(&Residents(&cx), &on(Side::Platform)).await?,
            Kind::WorkOrder => {
                let mut both = explain(&Import(&cx), &on(Side::Platform)).await?;
                both.extend(explain(&Export(&cx), &on(Side::Latchel)).await?);
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

    /// The records that `text` may name: what the ledger finds, and the text itself taken as an id.
    async fn keys(&self, kind: Kind, text: &str) -> Result<BTreeMap<RecordKey, Named>> {
        let mut keys = BTreeMap::from([(RecordKey::platform(kind, text), Named::Perhaps)]);
        if text.parse::<i64>().is_ok() {
            keys.insert(RecordKey::latchel(kind, text), Named::Perhaps);
        }
        for memory in self.ledger.find(&self.account.name, kind, text).await? {
            if let Some(link) = &memory.link {
                keys.insert(link.key(Side::Platform), Named::InLedger);
                keys.insert(link.key(Side::Latchel), Named::InLedger);
            }
            keys.insert(memory.key, Named::InLedger);
        }
        Ok(keys)
    }

    /// A property or resident that exists in Latchel alone (rule L1).
    async fn latchel_only(&self, kind: Kind, text: &str) -> Result<Option<Explanation>> {
        let Ok(id) = text.parse::<i64>() else { return Ok(None) };
        let held = match kind {
            Kind::Property => {
                let found = self.latchel.properties_by_id(&[LatchelPropertyId(id)]).await?;
                found
                    .iter()
                    .find(|one| one.reference.is_none())
                    .and_then(|one| serde_json::to_value(one).ok())
            }
            Kind::Resident => {
                let found = self.latchel.residents_by_id(&[LatchelResidentId(id)]).await?;
                found
                    .iter()
                    .find(|one| one.reference.is_none())
                    .and_then(|one| serde_json::to_value(one).ok())
            }
            Kind::WorkOrder => None,
        };
        let mut trace = Trace::on();
        trace.check(RuleId::L1, "carries no reference to the platform", &id, true);
        Ok(held.map(|held| Explanation {
            key: RecordKey::latchel(kind, id),
            label: String::new(),
            platform: None,
            latchel: Some(held),
            link: None,
            outcome: None,
            checks: trace.into_checks(),
            reason: Reason::LatchelOnly,
            detail: None,
            action: Action::None,
        }))
    }
}

/// Whether a text names a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// The ledger knows the record.
    InLedger,
    /// It is one if its system has it.
    Perhaps,
}

/// Takes these records through the steps of a run, with a trace and without a write.
async fn explain<F: Flow>(flow: &F, keys: &[(&RecordKey, &Named)]) -> Result<Vec<Explanation>> {
    let mut explained = Vec::new();
    for (key, named) in keys {
        let found = match flow.fetch(std::slice::from_ref(&key.id)).await {
            Ok(rows) => explain_rows(flow, rows).await?,
            Err(error) if error.is_about_the_request() => {
                vec![nothing_read((*key).clone(), Reason::CallFailed, Some(error.to_string()))]
            }
            Err(error) => return Err(error),
        };
        match (named, found.is_empty()) {
            (Named::InLedger, true) => {
                explained.push(nothing_read((*key).clone(), Reason::GoneFromSource, None));
            }
            (Named::Perhaps, _) => {
                explained.extend(found.into_iter().filter(|one| one.reason != Reason::CallFailed))
            }
            (Named::InLedger, false) => explained.extend(found),
        }
    }
    for one in explained.iter_mut().filter(|one| one.checks.is_empty()) {
        let cx = flow.context();
        if let Some(memory) = cx.ledger().recall(cx.account(), std::slice::from_ref(&one.key)).await?.pop() {
            (one.link, one.outcome) = (memory.link.map(|link| *link), memory.outcome.map(|newest| *newest));
        }
    }
    Ok(explained)
}

async fn explain_rows<F: Flow>(flow: &F, rows: Vec<Row<F::Record>>) -> Result<Vec<Explanation>> {
    let (cx, phase) = (flow.context(), flow.phase());
    let last = cx.ledger().last_success(cx.account(), phase).await?;
    cx.goes_on_from(last);
    let window = coverage(&cx.policy().window, last, cx.now).window;
    let key = |id| RecordKey { kind: phase.kind(), side: phase.source(), id };
    let mut explained = Vec::new();
    for row in rows {
        let record = match row {
            Row::Record(record) => record,
            Row::Invalid(invalid) => {
                let detail = format!("{}: {}", invalid.field, invalid.problem);
                explained.push(nothing_read(key(invalid.id), Reason::InvalidRecord, Some(detail)));
                continue;
            }
            Row::NotSupported { id, what, .. } => {
                explained.push(nothing_read(key(id), Reason::NotSupported, Some(what)));
                continue;
            }
            Row::Hint { .. } => continue,
        };
        let memory = match cx.recall(phase.kind(), phase.source(), [flow.id(&record)]).await?.pop() {
            Some(memory) => memory,
            None => continue,
        };
        let mut trace = Trace::on();
        let remembered = cx.remembered(&memory);
        let verdict = flow.freshness(&record).map_or(WindowVerdict::Inside, |freshness| {
            judge_window(freshness, window, remembered, &mut trace)
        });
        let (link, outcome) = (memory.link.as_deref().cloned(), memory.outcome.as_deref().cloned());
        for case in flow.gather(vec![(record, memory)]).await? {
            let decision = flow.decide(&case, &mut trace);
            let mut applied = match decision.action {
                None => Applied::new(decision, Action::None),
                Some(_) => match flow.apply(&case, decision, &mut trace).await {
                    Err(error) if error.is_about_the_request() || error.kind() == ErrorKind::Unsettled => {
                        failed(&error)
                    }
                    applied => applied?,
                },
            };
            // Outside the window a run does nothing, unless the record is pending.
            let pending = outcome.as_ref().is_some_and(Outcome::is_tried_again);
            if let WindowVerdict::Outside(reason) = verdict
                && !pending
                && applied.action.writes()
            {
                applied = Applied { reason, action: Action::None, detail: None, counterpart: None };
            }
            let (platform, latchel) = flow.sides(&case);
            explained.push(Explanation {
                key: key(flow.id(flow.record(&case))),
                label: flow.label(flow.record(&case)),
                platform,
                latchel,
                link: link.clone(),
                outcome: outcome.clone(),
                checks: std::mem::take(&mut trace).into_checks(),
                reason: applied.reason,
                detail: applied.detail,
                action: applied.action,
            });
        }
    }
    Ok(explained)
}

fn nothing_read(key: RecordKey, reason: Reason, detail: Option<String>) -> Explanation {
    Explanation {
        key,
        label: String::new(),
        platform: None,
        latchel: None,
        link: None,
        outcome: None,
        checks: Vec::new(),
        reason,
        detail,
        action: Action::None,
    }
}
