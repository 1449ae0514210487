//! The sync rules: pure functions from what both sides hold, what is remembered and the policy to a [`Decision`].
//!
//! Nothing here reads a clock, a file or the network; *now* and *today* are passed in.

mod alike;
mod asked;
mod confirm;
mod export;
mod gone;
mod guard;
mod import;
mod method;
mod pair;
mod property;
mod resident;
mod stay;
mod trace;
mod window;

pub use alike::{latchel_addresses, platform_address};
pub use confirm::{Assignment, ConfirmCase, differences, in_words};
pub use export::{
    CloseAction, CloseCase, ExportAction, ExportCase, Standing, decide_close, decide_export, obstacle,
};
pub use gone::{GoneProperty, decide_gone_property, decide_gone_resident};
pub use guard::is_mass_change;
pub use import::{
    Counterpart, ImportAction, ImportCase, UNIT_MISSING, Whereabouts, decide_import, unit_missing,
};
pub use method::{Assignees, choose_latchel_user, sync_method};
pub use pair::work_order_differences;
pub use property::{PropertyAction, PropertyCase, decide_property, property_differences};
pub use resident::{ResidentAction, ResidentCase, decide_move_out, decide_resident, resident_differences};
pub use stay::{active, current_tenancy, next_turn};
pub use trace::{Check, Trace};
pub use window::{Coverage, Remembered, WindowVerdict, coverage, first_window, judge_unlinked, judge_window};

use crate::model::Reason;

/// Decision of a rule: the write to make, if any, and the reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<A> {
    /// Action to take; `None` writes nothing.
    pub action: Option<A>,
    /// Reason.
    pub reason: Reason,
    /// Particulars that the reason leaves open, for people.
    pub detail: Option<String>,
}

impl<A> Decision<A> {
    /// Decision to do `action`, because of `reason`.
    pub fn act(action: A, reason: Reason) -> Self {
        Self { action: Some(action), reason, detail: None }
    }

    /// Decision to write nothing, because of `reason`.
    pub fn leave(reason: Reason) -> Self {
        Self { action: None, reason, detail: None }
    }

    /// The same decision, with a detail.
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}
