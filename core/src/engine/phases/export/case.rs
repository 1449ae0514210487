use crate::ledger::RecordMemory;
use crate::model::JobId;
use crate::rules::ExportCase;

/// A Latchel work order with all that its decision needs.
pub(in crate::engine) struct Case {
    pub(super) rule: ExportCase,
    pub(super) memory: RecordMemory,
    /// Another Latchel work order that the platform's one is linked to.
    pub(super) claimed_by: Option<JobId>,
}
