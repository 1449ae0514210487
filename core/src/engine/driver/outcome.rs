//! Outcomes, and what the ledger knows of a record already.

use crate::engine::context::Context;
use crate::ledger::{Action, Outcome, RecordMemory};
use crate::model::{Origin, Reason, RecordKey, Side};

/// An outcome, and whether it must be written down.
#[derive(Debug)]
pub(in crate::engine) enum News {
    /// It says something new, or is to be tried again.
    New(Outcome),
    /// The record's newest outcome says the same, from an earlier run.
    Known(Outcome),
}

impl News {
    /// Compares an outcome with the newest one in `memory`: it is known if that says the same and nothing is left open.
    pub fn beside(memory: &RecordMemory, outcome: Outcome) -> Self {
        let nothing_done = outcome.action == Action::None && !outcome.is_tried_again();
        let settled = nothing_done && memory.pending.is_none() && memory.intent.is_none();
        match &memory.outcome {
            Some(newest) if settled && newest.says_the_same_as(&outcome) => Self::Known(outcome),
            _ => Self::New(outcome),
        }
    }
}

/// True if this run has decided the record, or made its pair by a create in Latchel.
pub(in crate::engine) fn decided_in(memory: &RecordMemory, cx: &Context<'_>) -> bool {
    let decided = memory.outcome.as_deref().is_some_and(|newest| newest.run == cx.run);
    let made =
        memory.link.as_deref().is_some_and(|link| link.run == cx.run && link.origin == Origin::FromPlatform);
    decided || made
}

pub(in crate::engine) fn counterpart_of(memory: &RecordMemory) -> Option<String> {
    memory.link.as_deref().map(|link| match memory.key.side {
        Side::Platform => link.latchel_id.to_string(),
        Side::Latchel => link.platform_id.clone(),
    })
}

/// An outcome of this run without particulars.
pub(in crate::engine) fn outcome(
    cx: &Context<'_>,
    key: RecordKey,
    reason: Reason,
    detail: Option<String>,
) -> Outcome {
    Outcome {
        key,
        counterpart: None,
        label: String::new(),
        reason,
        action: Action::None,
        detail,
        run: cx.run,
        at: cx.now,
        fingerprint: None,
        waits_for: None,
        tried: None,
        waits_until: None,
    }
}
