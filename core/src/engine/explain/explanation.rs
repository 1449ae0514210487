use serde::Serialize;
use serde_json::Value;

use crate::ledger::{Action, Outcome, RecordMemory, Retry};
use crate::model::{Fate, Link, Part, PartDiffers, Reason, RecordKey};
use crate::rules::{Check, Trace};

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
    /// The parts in which the two sides differ, by name only, and what comes of that.
    pub differs: Vec<PartDiffers>,
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
    /// The parts that the rules would bring over, whatever holds that back.
    #[serde(skip)]
    pub(super) wanted: Vec<Part>,
}

impl Explanation {
    /// An explanation with a reason and its trace, and nothing else.
    pub(super) fn new(key: RecordKey, reason: Reason, trace: Trace) -> Self {
        Self {
            checks: trace.decided(reason, &key),
            key,
            label: String::new(),
            platform: None,
            latchel: None,
            differs: Vec::new(),
            link: None,
            outcome: None,
            reason,
            detail: None,
            action: Action::None,
            retry: None,
            wanted: Vec::new(),
        }
    }

    /// Adds what comes of differences in these parts.
    pub(super) fn differing(self, parts: Vec<Part>) -> Self {
        let fate = |part| match self.action {
            _ if !self.wanted.contains(&part) || self.reason == Reason::StatusConflict => Fate::Kept,
            Action::None => Fate::HeldBack,
            _ => Fate::NextRun,
        };
        let differs = parts.into_iter().map(|part| PartDiffers { part, fate: fate(part) }).collect();
        Self { differs, ..self }
    }

    /// Adds what the ledger remembers of the record.
    pub(super) fn remembering(self, memory: RecordMemory) -> Self {
        let retry = memory.pending.as_deref().and_then(Retry::of);
        let outcome = memory.outcome.map(|newest| *newest);
        let label = match &outcome {
            Some(newest) if self.label.is_empty() => newest.label.clone(),
            _ => self.label,
        };
        Self { label, link: memory.link.map(|link| *link), outcome, retry, ..self }
    }
}
