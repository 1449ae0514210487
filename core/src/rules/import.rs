use super::trace::{UnitName, yes};
use super::{Decision, Trace, method};
use crate::model::text::cut;
use crate::model::{
    ClosedWorkOrders, JobId, LatchelProperty, LatchelResidentId, NewJob, Policy, PropertyRef, Reason, RuleId,
    SyncMethod, WorkOrder,
};

/// Facts about one platform work order.
#[derive(Debug, Clone)]
pub struct ImportCase {
    /// The work order on the platform.
    pub platform: WorkOrder,
    /// Its counterpart in Latchel.
    pub counterpart: Counterpart,
    /// Its place on the platform.
    pub place: Whereabouts,
    /// Its property in Latchel.
    pub property: Option<LatchelProperty>,
    /// The resident in Latchel who asked for it.
    pub resident: Option<LatchelResidentId>,
    /// The Integration Sync Method that holds for it.
    pub method: SyncMethod,
    /// True if it is assigned to Latchel (rule M2).
    pub assigned_to_latchel: bool,
}

/// UnitName of a work order on the platform (rule WP3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// This rentable unit: the one that it names, or the only one of its property.
    At(PropertyRef),
    /// One of the units of its property, of which it names none.
    OneOfSeveral,
}

/// Beginning of each [`unit_missing`].
pub const UNIT_MISSING: &str = "it names no unit";

/// Detail for a work order that names none of the several units of this property.
pub fn unit_missing(property: &PropertyRef) -> String {
    format!("{UNIT_MISSING}, and {} has several: add the unit to it on the platform", UnitName(property))
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
    /// The ledger has no link, but a marker or reference names this one.
    Found(JobId),
    /// Markers or references name more than one, or one that is linked to another; in words.
    Ambiguous(String),
}

/// Action to take in Latchel.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportAction {
    /// Create it.
    Create(NewJob),
    /// Link it to the one that is there.
    Link(JobId),
    /// Read back the one that we created for it.
    Confirm(JobId),
}

/// Greatest length of a Latchel work order's name (`contracts/latchel.md`), in UTF-16 units. These are never fewer than
/// its characters, and Latchel does not say which of them it counts (rule E4).
const NAME_LENGTH: usize = 50;

/// Decides rules WP1 to WP7.
pub fn decide_import(case: &ImportCase, policy: &Policy, trace: &mut Trace) -> Decision<ImportAction> {
    let platform = &case.platform;
    match &case.counterpart {
        Counterpart::Linked(job) => {
            trace.check(
                RuleId::WP5,
                "Is it linked with one in Latchel?",
                &format_args!("yes, with {job}"),
                true,
            );
            return Decision::leave(Reason::ExistingWorkOrderNotUpdated);
        }
        Counterpart::Created(job) => {
            let made = format_args!("no, {job} was made and not read back as it was sent");
            trace.check(RuleId::E3, "Was what we made in Latchel confirmed by reading it back?", &made, true);
            return Decision::act(ImportAction::Confirm(*job), Reason::WorkOrderRecovered);
        }
        Counterpart::Found(job) => {
            let found = format_args!("yes, {job}");
            trace.check(RuleId::WP6, "Does a marker or reference name its counterpart?", &found, true);
            return Decision::act(ImportAction::Link(*job), Reason::WorkOrderRecovered);
        }
        Counterpart::Ambiguous(what) => {
            trace.check(
                RuleId::E1,
                "Does only one claim to be its counterpart?",
                &format_args!("no: {what}"),
                true,
            );
            return Decision::leave(Reason::MarkerAmbiguous).with_detail(what);
        }
        Counterpart::None => {
            trace.check(RuleId::WP5, "Is it linked with one in Latchel?", &"no", false);
        }
    }

    let none = case.method == SyncMethod::None;
    if trace.check(RuleId::WP1, method::QUESTION, &method::title(case.method), none) {
        return Decision::leave(Reason::MethodNone);
    }
    let unassigned = case.method == SyncMethod::Assigned && !case.assigned_to_latchel;
    let question = "Is it assigned to Latchel on the platform?";
    if trace.check(
        RuleId::WP2,
        question,
        &method::assigned(case.method, case.assigned_to_latchel),
        unassigned,
    ) {
        return Decision::leave(Reason::NotAssignedToLatchel);
    }

    let closed = platform.status.closed();
    let is_closed =
        trace.check(RuleId::WP7, "What is its status on the platform?", &platform.status, closed.is_some());
    if is_closed && policy.work_orders.closed == ClosedWorkOrders::Skip {
        return Decision::leave(Reason::WorkOrderClosedSkipped);
    }

    let found = case.property.as_ref().map(|property| property.id);
    if trace.check(RuleId::WP3, "Is its property in Latchel?", &yes(found.is_some()), found.is_none()) {
        return Decision::leave(Reason::NoPropertyMatch).with_detail(match &case.place {
            Whereabouts::At(unit) => format!("waits for {}", UnitName(unit)),
            Whereabouts::OneOfSeveral => unit_missing(&platform.property),
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
    trace.check(RuleId::WP4, "Does anything keep it from being created in Latchel?", &"no", true);
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
