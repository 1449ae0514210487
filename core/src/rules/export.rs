use chrono::{DateTime, Utc};

use super::trace::{OrNo, UnitName, yes};
use super::{Decision, Trace, method};
use crate::model::{
    ClosedStatus, Job, JobState, Link, NewWorkOrder, Obstacle, Origin, PropertyRef, Reach, Reason,
    ResidentId, RuleId, SyncMethod, UserId, WorkOrder, WorkOrderId,
};

/// Facts about one Latchel work order.
#[derive(Debug, Clone)]
pub struct ExportCase {
    /// The work order in Latchel.
    pub job: Job,
    /// The pair that it is part of.
    pub link: Option<Link>,
    /// The platform work order that it refers to without a link, and that the platform does not have there (rule A1).
    pub foreign: Option<WorkOrderId>,
    /// Its property on the platform.
    pub property: Option<PropertyRef>,
    /// Words for why that property is not believed: only a reference names it, which may be another program's (rule A1).
    pub disbelieved: Option<String>,
    /// The resident on the platform who asked for it.
    pub resident: Option<ResidentId>,
    /// The Integration Sync Method that holds for it.
    pub method: SyncMethod,
    /// The Latchel user's access to its property.
    pub reach: Reach,
    /// State of its property on the platform.
    pub standing: Standing,
    /// The Latchel user; `None` where the platform cannot assign.
    pub latchel_user: Option<UserId>,
    /// True if the platform can create work orders.
    pub can_create: bool,
    /// True if Latchel takes no writes at present, so that its number has to wait.
    pub number_waits: bool,
    /// The account's sync start, UTC.
    pub sync_start: DateTime<Utc>,
}

/// State of a work order's property on the platform, as far as a write there depends on it (rules L3, L15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No write depends on it, so that the platform was not asked.
    NotAsked,
    /// It is there, and the platform takes writes.
    Open,
    /// It is not active, and the platform is known to refuse writes there.
    Closed,
    /// The platform no longer has it.
    Gone,
}

/// Action to take on the platform.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportAction {
    /// Create it, and write its number back.
    Create(NewWorkOrder),
    /// Read back the platform work order, which is not confirmed yet, and go on with the steps that follow a creation.
    Confirm,
    /// Write its number back to Latchel.
    WriteNumberBack,
    /// Close it, if [`decide_close`] agrees on a fresh read.
    Close(ClosedStatus),
}

/// Decides rules L2 to L10 and L15. Decisions that need a fresh read of the platform are left to [`decide_close`].
pub fn decide_export(case: &ExportCase, trace: &mut Trace) -> Decision<ExportAction> {
    match &case.link {
        Some(link) => decide_linked(case, link, trace),
        None => decide_unlinked(case, trace),
    }
}

fn decide_unlinked(case: &ExportCase, trace: &mut Trace) -> Decision<ExportAction> {
    let job = &case.job;
    let early = job.created_at <= case.sync_start;
    let (created, start) = (trace.local(Some(job.created_at)), trace.local(Some(case.sync_start)));
    let answer = format_args!("{}: {created}, and the sync start is {start}", yes(!early));
    if trace.check(RuleId::L2, "Was it created after the account's sync start?", &answer, early) {
        return Decision::leave(Reason::BeforeSyncStart);
    }
    let refers = OrNo(case.foreign.as_ref());
    let question = "Does it refer to a work order that the platform does not have at its property?";
    if trace.check(RuleId::A1, question, &refers, case.foreign.is_some()) {
        let reference = case.foreign.as_ref().map(WorkOrderId::as_str).unwrap_or_default();
        return Decision::leave(Reason::HeldForAdoption).with_detail(format!(
            "it refers to work order {reference}, which the platform does not have there"
        ));
    }
    let property = OrNo(case.property.as_ref().map(UnitName));
    trace.check(RuleId::L3, "Is its property on the platform?", &property, case.property.is_none());
    let Some(property) = &case.property else { return Decision::leave(Reason::NoPropertyMatch) };
    if let Some(guard) = &case.disbelieved {
        trace.check(RuleId::A1, "Are references in Latchel the platform's?", &"not all of them", true);
        return Decision::leave(Reason::HeldForAdoption).with_detail(guard.clone());
    }
    let gone = case.standing == Standing::Gone;
    if trace.check(RuleId::L3, "Does the platform still have it?", &yes(!gone), gone) {
        return Decision::leave(Reason::NoPropertyMatch)
            .with_detail(format!("the platform no longer has {}", UnitName(property)));
    }
    if trace.check(RuleId::L4, method::QUESTION, &method::title(case.method), case.method == SyncMethod::None)
    {
        return Decision::leave(Reason::MethodNone);
    }
    let reach = match case.reach {
        Reach::Reachable => "yes",
        Reach::Unreachable => "no",
        Reach::Unknown => "the platform does not say, which counts as yes",
    };
    let unreachable = case.reach == Reach::Unreachable;
    if trace.check(RuleId::L5, "Can the Latchel user reach its property?", &reach, unreachable) {
        return Decision::leave(Reason::PropertyNotAssignedToLatchel);
    }
    let can = case.can_create;
    if trace.check(RuleId::L15, "Can the platform create work orders?", &yes(can), !can) {
        return Decision::leave(Reason::NotSupportedByPlatform).with_detail("create work orders");
    }
    let refused = case.standing == Standing::Closed;
    if trace.check(RuleId::L15, "Does the platform take writes at its property?", &yes(!refused), refused) {
        return Decision::leave(Reason::NotSupportedByPlatform).with_detail(inactive(property));
    }
    trace.check(RuleId::L6, "Is it linked with one on the platform?", &"no", true);
    Decision::act(ExportAction::Create(new_work_order(case, property)), Reason::WorkOrderCreated)
}

fn decide_linked(case: &ExportCase, link: &Link, trace: &mut Trace) -> Decision<ExportAction> {
    let unconfirmed = link.origin == Origin::FromLatchel && link.awaits_confirmation();
    if trace.check(
        RuleId::E3,
        "Was what we made on the platform confirmed by reading it back?",
        &yes(!unconfirmed),
        unconfirmed,
    ) {
        return Decision::act(ExportAction::Confirm, Reason::WorkOrderRecovered);
    }
    if trace.check(RuleId::L4, method::QUESTION, &method::title(case.method), case.method == SyncMethod::None)
    {
        return Decision::leave(Reason::MethodNone);
    }
    let unwritten = link.awaits_number();
    let writes = unwritten && !case.number_waits;
    if trace.check(
        RuleId::L7,
        "Is the platform's number still to be set in Latchel?",
        &yes(unwritten),
        writes,
    ) {
        return Decision::act(ExportAction::WriteNumberBack, Reason::NumberWrittenBack);
    }
    let decision = decide_status(case, link, trace);
    // The status goes before a number that has to wait.
    if unwritten && decision.action.is_none() {
        return Decision::leave(Reason::LatchelWritesOff)
            .with_detail("the platform's number is not set in Latchel");
    }
    decision
}

/// Decides rules L8 to L10 for a linked work order.
fn decide_status(case: &ExportCase, link: &Link, trace: &mut Trace) -> Decision<ExportAction> {
    let job = &case.job;
    let closed = job.closed();
    trace.check(RuleId::L8, "What is its status in Latchel?", &job.state, closed.is_some());
    let Some(status) = closed else {
        let forwarded = job.state == JobState::ForwardedToPm;
        if trace.check(RuleId::L9, "Is it forwarded to the property manager?", &yes(forwarded), forwarded) {
            return Decision::leave(Reason::ForwardedToPmNoWrite);
        }
        trace.check(RuleId::L10, "Is that a status that is written to the platform?", &"no", true);
        return Decision::leave(Reason::StatusNotSynced).with_detail(job.state.to_string());
    };

    let settled = settled(case, link, status);
    if trace.check(
        RuleId::L8,
        "Was this change brought over before?",
        &yes(settled.is_some()),
        settled.is_some(),
    ) {
        let decision = Decision::leave(match settled {
            Some(Reason::StatusCompleted | Reason::StatusCancelled) | None => Reason::StatusAlreadySet,
            Some(other) => other,
        });
        return match remedy(case, link) {
            Some(remedy) => decision.with_detail(remedy),
            None => decision,
        };
    }
    Decision::act(ExportAction::Close(status), closing_reason(status))
}

/// Words for what still keeps the platform from taking a close, as they were when it was held back (rule L15).
fn remedy(case: &ExportCase, link: &Link) -> Option<String> {
    let verdict = link.close.as_ref()?;
    match verdict.obstacle? {
        Obstacle::Unassigned => Some(UNASSIGNED.to_owned()),
        Obstacle::InactiveProperty => verdict.inactive.as_ref().or(case.property.as_ref()).map(inactive),
    }
}

const UNASSIGNED: &str = "it is assigned to nobody: assign a user to it on the platform";

/// Earlier verdict on the change by which the Latchel work order came to `status`, unless the property that it
/// was refused for takes writes again.
fn settled(case: &ExportCase, link: &Link, status: ClosedStatus) -> Option<Reason> {
    let reopened = |obstacle| obstacle == Obstacle::InactiveProperty && case.standing == Standing::Open;
    let verdict = link.close.as_ref().filter(|verdict| verdict.covers(&case.job, status))?;
    (!verdict.obstacle.is_some_and(reopened)).then_some(verdict.reason)
}

/// Facts about a platform work order that is about to be closed.
#[derive(Debug, Clone)]
pub struct CloseCase {
    /// The platform's work order, read afresh.
    pub platform: WorkOrder,
    /// The status to set.
    pub status: ClosedStatus,
    /// The Integration Sync Method that holds for it.
    pub method: SyncMethod,
    /// True if it is assigned to Latchel (rule M2).
    pub assigned_to_latchel: bool,
    /// True if we created it and the platform never stored the assignment, so that nobody can have taken it from
    /// Latchel.
    pub created_unassigned: bool,
    /// State of its property on the platform.
    pub standing: Standing,
    /// True if the platform can set that status.
    pub can_close: bool,
    /// True if the platform refuses to change a work order that is assigned to nobody.
    pub refuses_unassigned: bool,
}

/// Action to take on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseAction(pub ClosedStatus);

/// Decides rules L8, L11, L12 and L15 on a fresh read.
pub fn decide_close(case: &CloseCase, trace: &mut Trace) -> Decision<CloseAction> {
    let unassigned =
        case.method == SyncMethod::Assigned && !case.assigned_to_latchel && !case.created_unassigned;
    if trace.check(
        RuleId::L11,
        "Is it assigned to Latchel on the platform?",
        &method::assigned(case.method, case.assigned_to_latchel),
        unassigned,
    ) {
        return Decision::leave(Reason::UnassignedStopsUpdates);
    }
    let now = case.platform.status.closed();
    if trace.check(RuleId::L12, "What is its status on the platform?", &case.platform.status, now.is_some()) {
        let same = now == Some(case.status);
        let reason = if same { Reason::StatusAlreadySet } else { Reason::StatusConflict };
        let detail = format!("{} on the platform, {} in Latchel", case.platform.status, case.status);
        return Decision::leave(reason).with_detail(detail);
    }
    if trace.check(RuleId::L15, "Can the platform set this status?", &yes(case.can_close), !case.can_close) {
        return Decision::leave(Reason::NotSupportedByPlatform)
            .with_detail(format!("set status {}", case.status));
    }
    let obstacle = obstacle(case);
    let words = obstacle.map(|obstacle| match obstacle {
        Obstacle::Unassigned => UNASSIGNED.to_owned(),
        Obstacle::InactiveProperty => inactive(&case.platform.property),
    });
    let takes = format_args!("{}", words.as_deref().map_or("yes".to_owned(), |why| format!("no, {why}")));
    if trace.check(RuleId::L15, "Would the platform take the change?", &takes, obstacle.is_some()) {
        return Decision::leave(Reason::NotSupportedByPlatform).with_detail(words.unwrap_or_default());
    }
    Decision::act(CloseAction(case.status), closing_reason(case.status))
}

/// The state for which the platform is known to refuse the write, if people can end it (rule L15).
pub fn obstacle(case: &CloseCase) -> Option<Obstacle> {
    if case.refuses_unassigned && case.platform.assigned_users.is_empty() {
        return Some(Obstacle::Unassigned);
    }
    (case.standing == Standing::Closed).then_some(Obstacle::InactiveProperty)
}

fn inactive(property: &PropertyRef) -> String {
    format!(
        "{} is not active on the platform, which takes no changes there: activate it there",
        UnitName(property)
    )
}

fn closing_reason(status: ClosedStatus) -> Reason {
    match status {
        ClosedStatus::Completed => Reason::StatusCompleted,
        ClosedStatus::Cancelled => Reason::StatusCancelled,
    }
}

fn new_work_order(case: &ExportCase, property: &PropertyRef) -> NewWorkOrder {
    let job = &case.job;
    NewWorkOrder {
        property: property.clone(),
        title: job.name.clone(),
        description: job.description.clone(),
        vendor_instructions: job.vendor_instructions.clone(),
        severity: job.severity,
        is_vacant: job.is_vacant,
        entry_allowed: job.entry_allowed,
        access_instructions: job.access_instructions.clone(),
        requested_by: case.resident.clone(),
        assigned_to: case.latchel_user.clone(),
    }
}
