use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;
use serde::Serialize;

use crate::engine::context::Context;
use crate::ledger::{Action, Intent, IntentId, Pending, RecordMemory};
use crate::model::{
    ClosedStatus, Freshness, Link, Marker, Part, Phase, PropertyRef, Reason, RecordKey, Row, Window,
    WorkOrder,
};
use crate::rules::{Decision, Trace};
use crate::{Held, LatchelWrite, Pages, Result};

/// One phase's way from pages to outcomes; [`drive`](crate::engine::driver::drive) takes every record through these steps.
#[async_trait]
pub(in crate::engine) trait Flow: Sync {
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

    /// Name or number by which people know the record; never contact data.
    fn label(&self, record: &Self::Record) -> String;

    /// Stamps or fingerprint that tell if the record is in the window; `None` where the list is the window exactly.
    fn freshness<'r>(&self, record: &'r Self::Record) -> Option<&'r Freshness>;

    /// True if people call the record so: a work order by its number, others by a part of the name.
    fn is_called(&self, record: &Self::Record, text: &str) -> bool;

    /// Instants of creation and last change, as far as they are known of a record that no page showed.
    fn stamps(&self, record: &Self::Record) -> Freshness {
        self.freshness(record).cloned().unwrap_or(Freshness::Filtered)
    }

    /// The reason for a linked record of which only a hint came, if the link is all that counts.
    fn reason_if_linked(&self, _link: &Link) -> Option<Reason> {
        None
    }

    /// Looks up, in batches, everything that the decisions need; the cases are in the records' order.
    async fn gather(&self, records: Vec<(Self::Record, RecordMemory)>) -> Result<Vec<Self::Case>>;

    fn record<'c>(&self, case: &'c Self::Case) -> &'c Self::Record;

    /// The record's memory, from when it was read.
    fn memory<'c>(&self, case: &'c Self::Case) -> &'c RecordMemory;

    fn decide(&self, case: &Self::Case, trace: &mut Trace) -> Decision<Self::Action>;

    /// Decision about a date that was reached since the last evaluation, whatever the platform lists (rule R6).
    fn reached_date(&self, _case: &Self::Case, _trace: &mut Trace) -> Option<Decision<Self::Action>> {
        None
    }

    /// New knowledge about the pair from the look-up: a counterpart that no link names yet, an intent that is settled.
    fn learned(&self, case: &Self::Case) -> Option<Learned>;

    /// Carries the decision out; a plan stops before the writes.
    async fn apply(
        &self,
        case: &Self::Case,
        decision: Decision<Self::Action>,
        trace: &mut Trace,
    ) -> Result<Applied>;

    /// Reads back what creates were answered with (see [`Applied::unread`]), all of it with one look-up. Returns, in
    /// their order, the pair of each that is there as it was sent (rule E3).
    async fn read_back(&self, created: &[(&Self::Case, &Link)]) -> Result<Vec<Result<Link>>> {
        Ok(created.iter().map(|(_, link)| Ok((*link).clone())).collect())
    }

    /// Name of what carrying the action out does.
    fn kind_of(&self, action: &Self::Action) -> Action;

    /// True if the action sets a counterpart inactive, so that rule G1 counts it.
    fn deactivates(&self, _action: &Self::Action) -> bool {
        false
    }

    /// True if the lists hold everything in every run, so that a linked record that is missing there may be gone (rules
    /// P8, R8).
    fn lists_everything(&self) -> bool {
        false
    }

    /// The records that may have ended when this one began, so that they are asked for where it is new: a house of
    /// which this is the first unit, the same person at another property.
    fn displaces(&self, _record: &Self::Record) -> Option<Displaced> {
        None
    }

    /// Decides of linked records that their source no longer has (rules P8, R8), in their order.
    async fn gone(&self, linked: Vec<RecordMemory>, _trace: &mut Trace) -> Result<Vec<Gone<Self::Action>>> {
        Ok(linked.into_iter().map(Gone::plain).collect())
    }

    /// Carries the decision on one of them out; a plan stops before the writes.
    async fn apply_gone(&self, gone: &Gone<Self::Action>) -> Result<Applied> {
        let Decision { reason, detail, .. } = &gone.decision;
        Ok(Applied { detail: detail.clone(), ..Applied::plain(*reason, Action::None) })
    }

    /// Obstacles to creates, in their order: what keeps Latchel from taking them at present, and records there that may be
    /// the same (rule A3).
    async fn obstacles(&self, creates: &[&Self::Case]) -> Result<Vec<Option<Held>>> {
        latchel_obstacles(self, creates).await
    }

    /// True if the action creates a counterpart, which depends on no other record of the page.
    fn creates(&self, _action: &Self::Action) -> bool {
        false
    }

    /// The id on the other side, if it is known before anything is done.
    fn counterpart(&self, case: &Self::Case) -> Option<String>;

    /// An earlier create for the record whose outcome is still not known after a search, and the longest time that a
    /// new record may stay invisible.
    fn unsettled<'c>(&self, case: &'c Self::Case) -> Option<(&'c Intent, Duration)>;

    /// The property that a record with this reason waits for.
    fn waits_for(&self, _case: &Self::Case, _reason: Reason) -> Option<PropertyRef> {
        None
    }

    /// The account's local date on which a record with this reason waits for something else.
    fn waits_until(&self, _case: &Self::Case, _reason: Reason) -> Option<NaiveDate> {
        None
    }

    /// Tells for each pending record, in order, if it is worth another look.
    async fn ready(&self, pending: &[Pending]) -> Result<Vec<bool>>;

    /// A page of linked records whose date was reached, in the order of their ids, after the id `after`; `None` at the
    /// end. Most kinds have none.
    async fn due(&self, _after: Option<&str>) -> Result<Option<Due>> {
        Ok(None)
    }

    /// The link to save so that the next run looks at the record again (see [`Flow::due`]): this run had decided it
    /// before it read what the source says of it, and that may change the decision.
    fn look_later(&self, _memory: &RecordMemory) -> Option<Link> {
        None
    }

    /// Parts in which the two sides differ, for `explain`; empty where the other side is not at hand.
    fn differing(&self, _case: &Self::Case) -> Vec<Part> {
        Vec::new()
    }

    /// State in which a record that is closed already is created.
    fn closed_as(&self, _case: &Self::Case) -> Option<ClosedStatus> {
        None
    }

    /// Parts of a counterpart that is there already which carrying the action out changes.
    fn changed(&self, _action: &Self::Action) -> Vec<Part> {
        Vec::new()
    }

    /// Contents on the platform and in Latchel, for `explain`.
    fn sides(&self, case: &Self::Case) -> (Option<serde_json::Value>, Option<serde_json::Value>);
}

/// Obstacles to creates, in their order, on Latchel's own account.
pub(in crate::engine) async fn latchel_obstacles<F: Flow + ?Sized>(
    flow: &F,
    creates: &[&F::Case],
) -> Result<Vec<Option<Held>>> {
    let mut obstacles = Vec::new();
    for case in creates {
        let write = LatchelWrite::Create {
            kind: flow.phase().kind(),
            made_at: flow.stamps(flow.record(case)).created_at(),
            sent_before: flow.memory(case).intent.as_deref().map(|intent| intent.created_at),
            closed: flow.closed_as(case),
        };
        obstacles.push(flow.context().latchel().holds(&write).await?);
    }
    Ok(obstacles)
}

/// True if `text` is a part of the name, in whatever case.
pub(in crate::engine) fn is_part(text: &str, name: &str) -> bool {
    name.to_lowercase().contains(&text.to_lowercase())
}

/// A page of records whose date was reached.
pub(in crate::engine) struct Due {
    /// The id after which the next page begins.
    pub last: String,
    /// Memory of those that are to be looked at.
    pub memories: Vec<RecordMemory>,
}

/// Records that may have ended when another began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine) enum Displaced {
    /// The record with this id.
    Id(String),
    /// The records whose ids begin like this.
    Beginning(String),
}

/// A linked record that its source no longer has, and what is decided of it (rules P8, R8).
pub(in crate::engine) struct Gone<A> {
    /// Memory of it.
    pub memory: RecordMemory,
    pub decision: Decision<A>,
    /// The other side's record, for `explain`.
    pub counterpart: Option<serde_json::Value>,
}

/// New knowledge about a pair that is to be kept.
pub(in crate::engine) enum Learned {
    /// The pair's link.
    Link(Box<Link>),
    /// The link that an open create led to; it settles the intent.
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

/// Result of a decision.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Applied {
    pub reason: Reason,
    pub action: Action,
    pub detail: Option<String>,
    pub counterpart: Option<String>,
    /// Link that a create was answered with, and that a read-back is still to confirm.
    pub unread: Option<Box<Link>>,
    /// The property that it waits for, where it is another than [`Flow::waits_for`] says.
    pub waits_for: Option<PropertyRef>,
}

impl Applied {
    /// Result with the reason and detail of the decision.
    pub fn new<A>(decision: Decision<A>, action: Action) -> Self {
        let Decision { reason, detail, .. } = decision;
        Self { detail, ..Self::plain(reason, action) }
    }

    /// Result without particulars.
    pub fn plain(reason: Reason, action: Action) -> Self {
        Self { reason, action, detail: None, counterpart: None, unread: None, waits_for: None }
    }

    /// Result of a create in Latchel that is still to be read back.
    pub fn created<A>(decision: Decision<A>, link: Link) -> Self {
        let created = Self::new(decision, Action::Create).with_counterpart(link.latchel_id);
        Self { unread: Some(Box::new(link)), ..created }
    }

    /// Result of doing nothing, because a write to Latchel is held back.
    pub fn held(held: Held) -> Self {
        let detail = Some(held.detail).filter(|detail| !detail.is_empty());
        Self { detail, ..Self::plain(held.reason, Action::None) }
    }

    /// The same result, for a record of which the platform does not store everything (rule E3).
    pub fn unconfirmed(self, differences: String) -> Self {
        let done = self.detail.map(|done| format!("; {done}")).unwrap_or_default();
        Self { reason: Reason::NotConfirmed, detail: Some(format!("{differences}{done}")), ..self }
    }

    /// Result of doing nothing, because all of these work orders carry the marker.
    pub fn ambiguous(marker: Marker, on: &[WorkOrder]) -> Self {
        let ids: Vec<_> = on.iter().map(|one| one.id.as_str()).collect();
        let detail = format!("{marker} is on work orders {}", ids.join(" and "));
        Self { detail: Some(detail), ..Self::plain(Reason::MarkerAmbiguous, Action::None) }
    }

    /// The same result, with the id on the other side.
    pub fn with_counterpart(self, id: impl ToString) -> Self {
        Self { counterpart: Some(id.to_string()), ..self }
    }
}
