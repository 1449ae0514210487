use super::{Decision, Reason, RuleId, Trace, trace::OrNone};
use crate::model::text::cut;
use crate::model::{
    ClosedWorkOrders, JobId, LatchelProperty, LatchelResidentId, NewJob, Policy, SyncMethod, WorkOrder,
};

/// What is known of one platform work order.
#[derive(Debug, Clone)]
pub struct ImportCase {
    /// What the platform has.
    pub platform: WorkOrder,
    /// Its counterpart in Latchel.
    pub counterpart: Counterpart,
    /// Its property in Latchel.
    pub property: Option<LatchelProperty>,
    /// The resident in Latchel who asked for it.
    pub resident: Option<LatchelResidentId>,
    /// The Integration Sync Method that holds for it.
    pub method: SyncMethod,
    /// Whether it is assigned to Latchel (rule M2).
    pub assigned_to_latchel: bool,
}

/// A platform work order's counterpart in Latchel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counterpart {
    /// None is known.
    None,
    /// The ledger links it to this one.
    Linked(JobId),
    /// The ledger does not, but a marker or reference names this one.
    Found(JobId),
    /// Markers or references name more than one, or one that is linked to another; in words.
    Ambiguous(String),
}

/// What to do in Latchel.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportAction {
    /// Create it.
    Create(NewJob),
    /// Link it to the one that is there.
    Link(JobId),
}

/// The length of a Latchel work order's name (`contracts/latchel.md`), in UTF-16 units, which are never fewer than its
/// characters: nothing says which Latchel counts (rule E4).
const NAME_LENGTH: usize = 50;

/// Decides rules WP1 to WP7.
pub fn decide_import(case: &ImportCase, policy: &Policy, trace: &mut Trace) -> Decision<ImportAction> {
    let platform = &case.platform;
    match &case.counterpart {
        Counterpart::Linked(job) => {
            trace.check(RuleId::WP5, "linked", job, true);
            return Decision::leave(Reason::ExistingWorkOrderNotUpdated);
        }
        Counterpart::Found(job) => {
            trace.check(RuleId::WP6, "a marker or reference names its counterpart", job, true);
            return Decision::act(ImportAction::Link(*job), Reason::WorkOrderRecovered);
        }
        Counterpart::Ambiguous(what) => {
            trace.check(RuleId::E1, "more than one claims to be its counterpart", what, true);
            return Decision::leave(Reason::MarkerAmbiguous).with_detail(what);
        }
        Counterpart::None => {
            trace.check(RuleId::WP5, "linked", &"no counterpart", false);
        }
    }

    if trace.check(RuleId::WP1, "the method is none", &case.method, case.method == SyncMethod::None) {
        return Decision::leave(Reason::MethodNone);
    }
    let unassigned = case.method == SyncMethod::Assigned && !case.assigned_to_latchel;
    if trace.check(RuleId::WP2, "not assigned to Latchel, and must be", &case.assigned_to_latchel, unassigned)
    {
        return Decision::leave(Reason::NotAssignedToLatchel);
    }

    let closed = platform.status.closed();
    let is_closed = trace.check(RuleId::WP7, "closed on the platform", &platform.status, closed.is_some());
    if is_closed && policy.work_orders.closed == ClosedWorkOrders::Skip {
        return Decision::leave(Reason::WorkOrderClosedSkipped);
    }

    let found = case.property.as_ref().map(|property| property.id);
    if trace.check(RuleId::WP3, "its property is not in Latchel", &OrNone(found), found.is_none()) {
        return Decision::leave(Reason::NoPropertyMatch)
            .with_detail(format!("waits for {}", platform.property));
    }
    let Some(property) = found else { return Decision::leave(Reason::NoPropertyMatch) };

    let new = NewJob {
        work_order: platform.id.clone(),
        number: platform.number.clone(),
        name: name(platform),
        description: platform.description.clone(),
        property,
        resident: case.resident,
        severity: platform.severity,
        scheduled_start: platform.scheduled_start,
        entry_allowed: platform.entry_allowed,
        access_instructions: platform.access_instructions.clone(),
        closed,
    };
    let reason = if is_closed { Reason::WorkOrderImportedClosed } else { Reason::WorkOrderImported };
    Decision::act(ImportAction::Create(new), reason)
}

/// The beginning of the description, or of the title where there is none.
fn name(platform: &WorkOrder) -> String {
    let text = match platform.description.trim() {
        "" => platform.title.trim(),
        description => description,
    };
    match cut(text, NAME_LENGTH).trim_end() {
        "" => format!("Work order {}", platform.number),
        name => name.to_owned(),
    }
}
