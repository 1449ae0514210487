use chrono::{DateTime, Utc};

use super::trace::{OrNo, Place, yes};
use super::{Decision, Reason, RuleId, Trace, method};
use crate::ledger::{Link, Origin};
use crate::model::{
    ClosedStatus, Job, JobState, NewWorkOrder, PropertyRef, Reach, ResidentId, SyncMethod, UserId, WorkOrder,
};

/// What is known of one Latchel work order.
#[derive(Debug, Clone)]
pub struct ExportCase {
    /// What Latchel has.
    pub job: Job,
    /// The pair that it is part of.
    pub link: Option<Link>,
    /// Its property on the platform.
    pub property: Option<PropertyRef>,
    /// The resident on the platform who asked for it.
    pub resident: Option<ResidentId>,
    /// The Integration Sync Method that holds for it.
    pub method: SyncMethod,
    /// Whether the Latchel user can reach its property.
    pub reach: Reach,
    /// The Latchel user; `None` where the platform cannot assign.
    pub latchel_user: Option<UserId>,
    /// The account's sync start, UTC.
    pub sync_start: DateTime<Utc>,
}

/// What to do on the platform.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportAction {
    /// Create it, and write its number back.
    Create(NewWorkOrder),
    /// Write its number back to Latchel.
    WriteNumberBack,
    /// Close it, if [`decide_close`] agrees on a fresh read.
    Close(ClosedStatus),
}

/// Decides rules L2 to L10. What depends on a fresh read of the platform is left to [`decide_close`].
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
    let property = OrNo(case.property.as_ref().map(Place));
    trace.check(RuleId::L3, "Is its property on the platform?", &property, case.property.is_none());
    let Some(property) = &case.property else { return Decision::leave(Reason::NoPropertyMatch) };
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
    trace.check(RuleId::L6, "Is it linked with one on the platform?", &"no", true);
    Decision::act(ExportAction::Create(new_work_order(case, property)), Reason::WorkOrderCreated)
}

fn decide_linked(case: &ExportCase, link: &Link, trace: &mut Trace) -> Decision<ExportAction> {
    let unwritten = link.origin == Origin::FromLatchel && link.number_written_at.is_none();
    if trace.check(
        RuleId::L7,
        "Is the platform's number still to be set in Latchel?",
        &yes(unwritten),
        unwritten,
    ) {
        return Decision::act(ExportAction::WriteNumberBack, Reason::NumberWrittenBack);
    }
    if trace.check(RuleId::L4, method::QUESTION, &method::title(case.method), case.method == SyncMethod::None)
    {
        return Decision::leave(Reason::MethodNone);
    }

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

    let settled = link
        .close
        .as_ref()
        .filter(|verdict| verdict.status == status && verdict.job_updated_at == job.updated_at)
        .map(|verdict| verdict.reason);
    if trace.check(
        RuleId::L8,
        "Was this change brought over before?",
        &yes(settled.is_some()),
        settled.is_some(),
    ) {
        return Decision::leave(match settled {
            Some(Reason::StatusCompleted | Reason::StatusCancelled) | None => Reason::StatusAlreadySet,
            Some(other) => other,
        });
    }
    Decision::act(ExportAction::Close(status), closing_reason(status))
}

/// What is known when a platform work order is about to be closed.
#[derive(Debug, Clone)]
pub struct CloseCase {
    /// The platform's work order, read afresh.
    pub platform: WorkOrder,
    /// The status to set.
    pub status: ClosedStatus,
    /// The Integration Sync Method that holds for it.
    pub method: SyncMethod,
    /// Whether it is assigned to Latchel (rule M2).
    pub assigned_to_latchel: bool,
    /// Whether we created it on a platform that cannot assign, so that nobody can have taken it from Latchel.
    pub created_unassigned: bool,
    /// Whether the platform can set that status.
    pub can_close: bool,
}

/// What to do on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseAction(pub ClosedStatus);

/// Decides rules L8, L11 and L12 on a fresh read.
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
    if trace.check(RuleId::L8, "Can the platform set this status?", &yes(case.can_close), !case.can_close) {
        return Decision::leave(Reason::NotSupportedByPlatform)
            .with_detail(format!("set status {}", case.status));
    }
    Decision::act(CloseAction(case.status), closing_reason(case.status))
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
