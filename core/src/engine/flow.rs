use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;

use super::context::Context;
use crate::ledger::{Action, Intent, IntentId, Link, Memory, Pending, Phase};
use crate::model::{Freshness, Marker, PropertyRef, RecordKey, Row, Window, WorkOrderId};
use crate::rules::{Decision, Reason, Trace};
use crate::{Pages, Result};

/// One phase's way from pages to outcomes; [`drive`](super::drive) takes every record through these steps.
#[async_trait]
pub(super) trait Flow: Sync {
    type Record: Serialize + Clone + Send + Sync;
    type Case: Send + Sync;
    type Action: Send + Sync;

    fn context(&self) -> &Context<'_>;
    fn phase(&self) -> Phase;

    /// The key of the record with this id.
    fn key(&self, id: String) -> RecordKey {
        let phase = self.phase();
        RecordKey { kind: phase.kind(), side: phase.source(), id }
    }

    /// The pages of the window.
    fn pages(&self, window: Window) -> Pages<'_, Self::Record>;

    /// Records by id, outside any window.
    async fn fetch(&self, ids: &[String]) -> Result<Vec<Row<Self::Record>>>;

    fn id(&self, record: &Self::Record) -> String;

    /// What people know the record by; never contact data.
    fn label(&self, record: &Self::Record) -> String;

    /// What tells whether it is in the window; `None` where the page is the window exactly.
    fn freshness<'r>(&self, record: &'r Self::Record) -> Option<&'r Freshness>;

    /// The reason for a linked record of which only a hint came, if the link is all that counts.
    fn reason_if_linked(&self, _link: &Link) -> Option<Reason> {
        None
    }

    /// Looks up, in batches, everything that the decisions need; the cases are in the records' order.
    async fn gather(&self, records: Vec<(Self::Record, Memory)>) -> Result<Vec<Self::Case>>;

    fn record<'c>(&self, case: &'c Self::Case) -> &'c Self::Record;

    /// What was remembered of the record when it was read.
    fn memory<'c>(&self, case: &'c Self::Case) -> &'c Memory;

    fn decide(&self, case: &Self::Case, trace: &mut Trace) -> Decision<Self::Action>;

    /// What the look-up taught about the pair: a counterpart that no link names yet, an intent that is settled.
    fn learned(&self, case: &Self::Case) -> Option<Learned>;

    /// Does what was decided, or in a plan stops short of it.
    async fn apply(
        &self,
        case: &Self::Case,
        decision: Decision<Self::Action>,
        trace: &mut Trace,
    ) -> Result<Applied>;

    /// Whether the action sets a counterpart inactive, so that rule G1 counts it.
    fn deactivates(&self, _action: &Self::Action) -> bool {
        false
    }

    /// Whether the lists hold everything in every run, so that a linked record that is missing there may be gone (rules P8, R8).
    fn lists_everything(&self) -> bool {
        false
    }

    /// The records that may have ended when this one began, so that they are asked for where it is new: a house of which this is
    /// the first unit, the same person at another property.
    fn displaces(&self, _record: &Self::Record) -> Option<Displaced> {
        None
    }

    /// Decides of linked records that their source no longer has (rules P8, R8), in their order.
    async fn gone(&self, linked: Vec<Memory>, _trace: &mut Trace) -> Result<Vec<Gone<Self::Action>>> {
        Ok(linked.into_iter().map(Gone::plain).collect())
    }

    /// Does what was decided of one of them, or in a plan stops short of it.
    async fn apply_gone(&self, gone: &Gone<Self::Action>) -> Result<Applied> {
        let Decision { reason, detail, .. } = &gone.decision;
        Ok(Applied { reason: *reason, action: Action::None, detail: detail.clone(), counterpart: None })
    }

    /// Whether the action creates a counterpart, which depends on no other record of the page.
    fn creates(&self, _action: &Self::Action) -> bool {
        false
    }

    /// The id on the other side, if it is known before anything is done.
    fn counterpart(&self, case: &Self::Case) -> Option<String>;

    /// A create that was sent for the record, whose outcome is not known though it was looked for, and how long what it
    /// made may stay invisible.
    fn unsettled<'c>(&self, case: &'c Self::Case) -> Option<(&'c Intent, Duration)>;

    /// The property that a record with this reason waits for.
    fn waits_for(&self, _case: &Self::Case, _reason: Reason) -> Option<PropertyRef> {
        None
    }

    /// Which pending records are worth another look.
    async fn ready(&self, pending: &[Pending]) -> Result<Vec<bool>>;

    /// What the platform and Latchel hold, for `explain`.
    fn sides(&self, case: &Self::Case) -> (Option<serde_json::Value>, Option<serde_json::Value>);
}

/// Records that may have ended when another began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Displaced {
    /// The one with this id.
    Id(String),
    /// Those whose ids begin like this.
    Beginning(String),
}

/// A linked record that its source no longer has, and what is decided of it (rules P8, R8).
pub(super) struct Gone<A> {
    /// What is remembered of it.
    pub memory: Memory,
    pub decision: Decision<A>,
    /// What the other side holds, for `explain`.
    pub counterpart: Option<serde_json::Value>,
}

/// What is to be kept of what a look-up taught about a pair.
pub(super) enum Learned {
    /// The pair.
    Link(Box<Link>),
    /// The pair that a create came to.
    Created(IntentId, Box<Link>),
}

impl Learned {
    pub fn link(link: Link) -> Self {
        Self::Link(Box::new(link))
    }

    pub fn created(intent: IntentId, link: Link) -> Self {
        Self::Created(intent, Box::new(link))
    }
}

/// What came of a decision.
#[derive(Debug, Clone)]
pub(super) struct Applied {
    pub reason: Reason,
    pub action: Action,
    pub detail: Option<String>,
    pub counterpart: Option<String>,
}

impl Applied {
    /// Done as decided.
    pub fn new<A>(decision: Decision<A>, action: Action) -> Self {
        Self { reason: decision.reason, action, detail: decision.detail, counterpart: None }
    }

    /// Nothing done, because all of these work orders carry the marker.
    pub fn ambiguous(marker: Marker, on: &[WorkOrderId]) -> Self {
        let ids: Vec<_> = on.iter().map(WorkOrderId::as_str).collect();
        let detail = format!("{marker} is on work orders {}", ids.join(" and "));
        Self {
            reason: Reason::MarkerAmbiguous,
            action: Action::None,
            detail: Some(detail),
            counterpart: None,
        }
    }

    /// The same, with the id on the other side.
    pub fn with_counterpart(self, id: impl ToString) -> Self {
        Self { counterpart: Some(id.to_string()), ..self }
    }
}
