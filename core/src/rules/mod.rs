//! The sync rules: pure functions from what both sides hold, what is remembered and the policy to a [`Decision`].
//!
//! Nothing here reads a clock, a file or the network; *now* and *today* are passed in.

mod catalog;
mod export;
mod guard;
mod import;
mod method;
mod property;
mod reason;
mod resident;
mod trace;
mod window;

pub use catalog::{RuleId, Section};
pub use export::{CloseAction, CloseCase, ExportAction, ExportCase, decide_close, decide_export};
pub use guard::is_mass_change;
pub use import::{Counterpart, ImportAction, ImportCase, decide_import};
pub use method::{Assignees, choose_latchel_user, sync_method};
pub use property::{PropertyAction, PropertyCase, decide_property};
pub use reason::Reason;
pub use resident::{ResidentAction, ResidentCase, active, current_tenancy, decide_lapse, decide_resident};
pub use trace::{Check, Trace};
pub use window::{Coverage, Remembered, WindowVerdict, coverage, first_window, judge_window};

/// What a rule decided: what to write, if anything, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<A> {
    /// What to do; `None` writes nothing.
    pub action: Option<A>,
    /// Why.
    pub reason: Reason,
    /// What the reason leaves open, for people.
    pub detail: Option<String>,
}

impl<A> Decision<A> {
    /// Do `action`, because of `reason`.
    pub fn act(action: A, reason: Reason) -> Self {
        Self { action: Some(action), reason, detail: None }
    }

    /// Write nothing, because of `reason`.
    pub fn leave(reason: Reason) -> Self {
        Self { action: None, reason, detail: None }
    }

    /// The same, with a detail.
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}
