use chrono::{DateTime, Utc};

use super::{Decision, Reason, RuleId, Trace, trace::OrNone};
use crate::ledger::{Link, Obstacle, Origin};
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
    /// How its property stands on the platform.
    pub standing: Standing,
    /// The Latchel user; `None` where the platform cannot assign.
    pub latchel_user: Option<UserId>,
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

/// What to do on the platform.
#[derive(Debug, Clone, PartialEq)]
pub enum ExportAction {
    /// Create it, and write its number back.
    Create(NewWorkOrder),
    /// Read back what was made of it and is not confirmed yet, and go on with what follows a creation.
    Confirm,
    /// Write its number back to Latchel.
    WriteNumberBack,
    /// Close it, if [`decide_close`] agrees on a fresh read.
    Close(ClosedStatus),
}

/// Decides rules L2 to L10 and L15. What depends on a fresh read of the platform is left to [`decide_close`].
pub fn decide_export(case: &ExportCase, trace: &mut Trace) -> Decision<ExportAction> {
    match &case.link {
        Some(link) => decide_linked(case, link, trace),
        None => decide_unlinked(case, trace),
    }
}

fn decide_unlinked(case: &ExportCase, trace: &mut Trace) -> Decision<ExportAction> {
    let job = &case.job;
    let early = job.created_at <= case.sync_start;
    if trace.check(RuleId::L2, "created at or before the sync start", &job.created_at, early) {
        return Decision::leave(Reason::BeforeSyncStart)
            .with_detail(format!("sync start: {}", case.sync_start.format("%Y-%m-%d %H:%M:%S UTC")));
    }
    let property = OrNone(case.property.as_ref());
    trace.check(RuleId::L3, "its property is not on the platform", &property, case.property.is_none());
    let Some(property) = &case.property else { return Decision::leave(Reason::NoPropertyMatch) };
    if trace.check(RuleId::L3, "the platform no longer has it", &property, case.standing == Standing::Gone) {
        return Decision::leave(Reason::NoPropertyMatch)
            .with_detail(format!("the platform no longer has {property}"));
    }
    if trace.check(RuleId::L4, "the method is none", &case.method, case.method == SyncMethod::None) {
        return Decision::leave(Reason::MethodNone);
    }
    let reach = match case.reach {
        Reach::Reachable => "reachable",
        Reach::Unreachable => "not reachable",
        Reach::Unknown => "unknown, which counts as reachable",
    };
    let unreachable = case.reach == Reach::Unreachable;
    if trace.check(RuleId::L5, "the Latchel user cannot reach its property", &reach, unreachable) {
        return Decision::leave(Reason::PropertyNotAssignedToLatchel);
    }
    let refused = case.standing == Standing::Closed;
    if trace.check(RuleId::L15, "the platform refuses writes at its property", &property, refused) {
        return Decision::leave(Reason::NotSupportedByPlatform).with_detail(inactive(property));
    }
    trace.check(RuleId::L6, "not linked", &"no counterpart", true);
    Decision::act(ExportAction::Create(new_work_order(case, property)), Reason::WorkOrderCreated)
}

fn decide_linked(case: &ExportCase, link: &Link, trace: &mut Trace) -> Decision<ExportAction> {
    let unconfirmed = link.origin == Origin::FromLatchel && link.awaits_confirmation();
    if trace.check(
        RuleId::E3,
        "made by us, and not confirmed by reading it back",
        &link.platform_id,
        unconfirmed,
    ) {
        return Decision::act(ExportAction::Confirm, Reason::WorkOrderRecovered);
    }
    let unwritten = link.origin == Origin::FromLatchel && link.number_written_at.is_none();
    if trace.check(
        RuleId::L7,
        "made by us, number not written back",
        &OrNone(link.number_written_at),
        unwritten,
    ) {
        return Decision::act(ExportAction::WriteNumberBack, Reason::NumberWrittenBack);
    }
    if trace.check(RuleId::L4, "the method is none", &case.method, case.method == SyncMethod::None) {
        return Decision::leave(Reason::MethodNone);
    }

    let job = &case.job;
    let closed = job.closed();
    trace.check(RuleId::L8, "Completed or Cancelled in Latchel", &job.state, closed.is_some());
    let Some(status) = closed else {
        let forwarded = job.state == JobState::ForwardedToPm;
        if trace.check(RuleId::L9, "Forwarded to PM in Latchel", &job.state, forwarded) {
            return Decision::leave(Reason::ForwardedToPmNoWrite);
        }
        trace.check(RuleId::L10, "any other status in Latchel", &job.state, true);
        return Decision::leave(Reason::StatusNotSynced).with_detail(job.state.to_string());
    };

    let settled = settled(case, link, status);
    if trace.check(RuleId::L8, "this change was brought over before", &OrNone(settled), settled.is_some()) {
        return Decision::leave(match settled {
            Some(Reason::StatusCompleted | Reason::StatusCancelled) | None => Reason::StatusAlreadySet,
            Some(other) => other,
        });
    }
    Decision::act(ExportAction::Close(status), closing_reason(status))
}

/// What was decided before of the change by which the Latchel work order came to `status`, unless the property that it
/// was refused for takes writes again.
fn settled(case: &ExportCase, link: &Link, status: ClosedStatus) -> Option<Reason> {
    let reopened = |obstacle| obstacle == Obstacle::InactiveProperty && case.standing == Standing::Open;
    let verdict = link.close.as_ref().filter(|verdict| verdict.covers(&case.job, status))?;
    (!verdict.obstacle.is_some_and(reopened)).then_some(verdict.reason)
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
    /// Whether we created it and the platform never stored the assignment, so that nobody can have taken it from
    /// Latchel.
    pub created_unassigned: bool,
    /// How its property stands on the platform.
    pub standing: Standing,
    /// True if the platform can set that status.
    pub can_close: bool,
    /// True if the platform refuses to change a work order that is assigned to nobody.
    pub refuses_unassigned: bool,
}

/// What to do on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseAction(pub ClosedStatus);

/// Decides rules L8, L11, L12 and L15 on a fresh read.
pub fn decide_close(case: &CloseCase, trace: &mut Trace) -> Decision<CloseAction> {
    let unassigned =
        case.method == SyncMethod::Assigned && !case.assigned_to_latchel && !case.created_unassigned;
    if trace.check(
        RuleId::L11,
        "no longer assigned to Latchel, and must be",
        &case.assigned_to_latchel,
        unassigned,
    ) {
        return Decision::leave(Reason::UnassignedStopsUpdates);
    }
    let now = case.platform.status.closed();
    if trace.check(RuleId::L12, "closed on the platform already", &case.platform.status, now.is_some()) {
        let same = now == Some(case.status);
        let reason = if same { Reason::StatusAlreadySet } else { Reason::StatusConflict };
        let detail = format!("{} on the platform, {} in Latchel", case.platform.status, case.status);
        return Decision::leave(reason).with_detail(detail);
    }
    if trace.check(RuleId::L15, "the platform cannot set this status", &case.status, !case.can_close) {
        return Decision::leave(Reason::NotSupportedByPlatform)
            .with_detail(format!("set status {}", case.status));
    }
    let obstacle = obstacle(case);
    let words = obstacle.map(|obstacle| match obstacle {
        Obstacle::Unassigned => "it is assigned to nobody: assign a user to it on the platform".to_owned(),
        Obstacle::InactiveProperty => inactive(&case.platform.property),
    });
    if trace.check(RuleId::L15, "the platform would refuse it", &OrNone(words.as_ref()), obstacle.is_some()) {
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
    format!("{property} is not active on the platform, which takes no changes there: activate it there")
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
