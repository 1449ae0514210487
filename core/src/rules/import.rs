use super::{Decision, Reason, RuleId, Trace, trace::OrNone};
use crate::model::{
    ClosedWorkOrders, JobId, LatchelProperty, LatchelResidentId, NewJob, Policy, PropertyRef, SyncMethod,
    WorkOrder,
};

/// What is known of one platform work order.
#[derive(Debug, Clone)]
pub struct ImportCase {
    /// What the platform has.
    pub platform: WorkOrder,
    /// Its counterpart in Latchel.
    pub counterpart: Counterpart,
    /// Where it is on the platform.
    pub place: Place,
    /// Its property in Latchel.
    pub property: Option<LatchelProperty>,
    /// The resident in Latchel who asked for it.
    pub resident: Option<LatchelResidentId>,
    /// The Integration Sync Method that holds for it.
    pub method: SyncMethod,
    /// Whether it is assigned to Latchel (rule M2).
    pub assigned_to_latchel: bool,
}

/// Place of a work order on the platform (rule WP3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// This rentable unit: the one that it names, or the only one of its property.
    At(PropertyRef),
    /// One of so many units of its property, of which it names none.
    OneOf(usize),
}

/// A platform work order's counterpart in Latchel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counterpart {
    /// None is known.
    None,
    /// The ledger links it to this one.
    Linked(JobId),
    /// We created this one for it, and no read-back has confirmed it yet (rule E3).
    Created(JobId),
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
    /// Read back the one that we created for it.
    Confirm(JobId),
}

/// The length of a Latchel work order's name, in characters (`contracts/latchel.md`).
const NAME_LENGTH: usize = 50;

/// Decides rules WP1 to WP7.
pub fn decide_import(case: &ImportCase, policy: &Policy, trace: &mut Trace) -> Decision<ImportAction> {
    let platform = &case.platform;
    match &case.counterpart {
        Counterpart::Linked(job) => {
            trace.check(RuleId::WP5, "linked", job, true);
            return Decision::leave(Reason::ExistingWorkOrderNotUpdated);
        }
        Counterpart::Created(job) => {
            trace.check(RuleId::E3, "made by us, and not confirmed by reading it back", job, true);
            return Decision::act(ImportAction::Confirm(*job), Reason::WorkOrderRecovered);
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
        return Decision::leave(Reason::NoPropertyMatch).with_detail(match &case.place {
            Place::At(unit) => format!("waits for {unit}"),
            Place::OneOf(units) => format!(
                "it names no unit, and {} has {units}: add the unit to it on the platform",
                platform.property
            ),
        });
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

/// The first 50 characters of the description, or of the title where there is none.
fn name(platform: &WorkOrder) -> String {
    let text = match platform.description.trim() {
        "" => platform.title.trim(),
        description => description,
    };
    let name: String = text.chars().take(NAME_LENGTH).collect();
    if name.trim().is_empty() { format!("Work order {}", platform.number) } else { name }
}
