use latchel_sync_core::model::{CloseVerdict, Link, Obstacle, Origin, Reason, RunId, *};
use latchel_sync_core::rules::{
    CloseCase, ExportAction, ExportCase, Standing, Trace, decide_close, decide_export,
};

use crate::cases::Case;
use crate::make::{instant, unit};

fn job() -> Job {
    Job {
        id: JobId(1),
        number: None,
        work_order: None,
        name: "Fence".to_owned(),
        description: "It fell over.".to_owned(),
        vendor_instructions: None,
        access_instructions: None,
        entry_allowed: None,
        severity: Severity::Normal,
        state: JobState::from_name("Diagnosing Issue"),
        is_archived: false,
        is_vacant: false,
        property: Some(LatchelPropertyId(5)),
        resident: None,
        created_at: instant("2026-03-02T12:00:01Z"),
        updated_at: instant("2026-03-02T12:00:01Z"),
        state_updated_at: Some(instant("2026-03-02T12:00:01Z")),
        slug: None,
    }
}

fn new() -> ExportCase {
    ExportCase {
        job: job(),
        link: None,
        disbelieved: None,
        property: Some(unit()),
        resident: None,
        method: SyncMethod::Assigned,
        reach: Reach::Unknown,
        can_create: true,
        standing: Standing::Open,
        number_waits: false,
        foreign: None,
        latchel_user: Some(UserId::new("1")),
        sync_start: instant("2026-03-02T12:00:00Z"),
    }
}

fn link() -> Link {
    Link {
        kind: Kind::WorkOrder,
        platform_id: "900".to_owned(),
        latchel_id: 1,
        origin: Origin::FromLatchel,
        run: serde_json::from_str::<RunId>("\"01a20b69-7d00-7683-847f-bee54ab0016e\"").expect("an id"),
        created_at: instant("2026-03-02T12:00:00Z"),
        verified_at: Some(instant("2026-03-02T12:00:00Z")),
        platform_number: None,
        latchel_number: None,
        number_written_at: Some(instant("2026-03-02T12:00:00Z")),
        close: None,
        resident: None,
        sent_for: None,
        not_stored: Vec::new(),
    }
}

fn reason(change: impl FnOnce(&mut ExportCase)) -> Reason {
    let mut case = new();
    change(&mut case);
    decide_export(&case, &mut Trace::off()).reason
}

fn linked(state: &str, change: impl FnOnce(&mut ExportCase)) -> Reason {
    reason(|case| {
        case.link = Some(link());
        case.job.state = JobState::from_name(state);
        change(case);
    })
}

fn closing(change: impl FnOnce(&mut CloseCase)) -> Reason {
    let platform = WorkOrder {
        id: WorkOrderId::new("900"),
        number: "900".to_owned(),
        title: "Fence".to_owned(),
        description: String::new(),
        property: unit(),
        requested_by: None,
        assigned_users: Vec::new(),
        status: WorkOrderStatus::Open("New".to_owned()),
        severity: Severity::Normal,
        scheduled_start: None,
        entry_allowed: None,
        access_instructions: None,
        marker: None,
        freshness: Freshness::Filtered,
    };
    let status = ClosedStatus::Completed;
    let method = SyncMethod::Assigned;
    let mut case = CloseCase {
        platform,
        status,
        method,
        assigned_to_latchel: true,
        created_unassigned: false,
        standing: Standing::Open,
        can_close: true,
        refuses_unassigned: false,
    };
    change(&mut case);
    decide_close(&case, &mut Trace::off()).reason
}

pub fn cases() -> Vec<Case> {
    let is = |case: &mut CloseCase, status| case.platform.status = WorkOrderStatus::Closed(status);
    let settled = |case: &mut ExportCase| {
        let job_updated_at = case.job.updated_at;
        let reason = Reason::StatusCompleted;
        let verdict = CloseVerdict {
            status: ClosedStatus::Completed,
            job_updated_at,
            reason,
            obstacle: None,
            inactive: None,
        };
        case.link = Some(Link { close: Some(verdict), ..link() });
    };
    let refused = |case: &mut ExportCase| {
        settled(case);
        if let Some(verdict) = case.link.as_mut().and_then(|link| link.close.as_mut()) {
            verdict.reason = Reason::NotSupportedByPlatform;
            verdict.obstacle = Some(Obstacle::InactiveProperty);
        }
    };
    vec![
        Case {
            reason: Reason::BeforeSyncStart,
            holds: reason(|c| c.job.created_at = c.sync_start),
            fails: reason(|_| {}),
        },
        Case { reason: Reason::NoPropertyMatch, holds: reason(|c| c.property = None), fails: reason(|_| {}) },
        Case {
            reason: Reason::MethodNone,
            holds: reason(|c| c.method = SyncMethod::None),
            fails: reason(|c| c.method = SyncMethod::Assigned),
        },
        Case {
            reason: Reason::MethodNone,
            holds: linked("Completed", |c| c.method = SyncMethod::None),
            fails: linked("Completed", |_| {}),
        },
        Case {
            reason: Reason::PropertyNotAssignedToLatchel,
            holds: reason(|c| c.reach = Reach::Unreachable),
            fails: reason(|c| c.reach = Reach::Unknown),
        },
        Case {
            reason: Reason::NotSupportedByPlatform,
            holds: reason(|c| c.can_create = false),
            fails: linked("Completed", |c| c.can_create = false),
        },
        Case { reason: Reason::WorkOrderCreated, holds: reason(|_| {}), fails: linked("Completed", |_| {}) },
        Case {
            reason: Reason::NumberWrittenBack,
            holds: linked("Completed", |c| c.link = Some(Link { number_written_at: None, ..link() })),
            fails: linked("Completed", |c| {
                c.link = Some(Link { number_written_at: None, origin: Origin::FromPlatform, ..link() });
            }),
        },
        Case {
            reason: Reason::StatusCompleted,
            holds: linked("completed", |_| {}),
            fails: linked("Awaiting Invoice", |_| {}),
        },
        Case {
            reason: Reason::StatusCancelled,
            holds: linked("Canceled", |_| {}),
            fails: linked("Completed", |c| c.job.is_archived = true),
        },
        Case {
            reason: Reason::StatusCancelled,
            holds: linked("Pending", |c| c.job.is_archived = true),
            fails: linked("Pending", |_| {}),
        },
        Case {
            reason: Reason::ForwardedToPmNoWrite,
            holds: linked("Forwarded to PM", |_| {}),
            fails: linked("Waiting for PM", |_| {}),
        },
        Case {
            reason: Reason::StatusNotSynced,
            holds: linked("Awaiting Invoice", |_| {}),
            fails: linked("Cancelled", |_| {}),
        },
        Case {
            reason: Reason::StatusAlreadySet,
            holds: linked("Completed", settled),
            fails: linked("Completed", |c| {
                settled(c);
                c.job.state_updated_at = Some(instant("2026-03-02T12:00:02Z"));
            }),
        },
        // A note or an invoice changes the work order, and not its status.
        Case {
            reason: Reason::StatusAlreadySet,
            holds: linked("Completed", |c| {
                settled(c);
                c.job.updated_at = instant("2026-03-02T12:00:02Z");
            }),
            fails: linked("Cancelled", settled),
        },
        // If Latchel does not tell the instant of the status, the status itself tells of a change.
        Case {
            reason: Reason::StatusAlreadySet,
            holds: linked("Completed", |c| {
                settled(c);
                c.job.state_updated_at = None;
            }),
            fails: linked("Cancelled", |c| {
                settled(c);
                c.job.state_updated_at = None;
            }),
        },
        Case {
            reason: Reason::NotSupportedByPlatform,
            holds: linked("Completed", |c| {
                refused(c);
                c.standing = Standing::Closed;
            }),
            fails: linked("Completed", refused),
        },
        Case {
            reason: Reason::NotSupportedByPlatform,
            holds: reason(|c| c.standing = Standing::Closed),
            fails: reason(|_| {}),
        },
        Case {
            reason: Reason::NoPropertyMatch,
            holds: reason(|c| c.standing = Standing::Gone),
            fails: reason(|c| c.standing = Standing::NotAsked),
        },
        Case {
            reason: Reason::WorkOrderRecovered,
            holds: linked("Completed", |c| c.link = Some(Link { verified_at: None, ..link() })),
            fails: linked("Completed", |c| {
                c.link = Some(Link { verified_at: None, origin: Origin::Found, ..link() });
            }),
        },
        Case {
            reason: Reason::UnassignedStopsUpdates,
            holds: closing(|c| c.assigned_to_latchel = false),
            fails: closing(|c| {
                c.assigned_to_latchel = false;
                c.method = SyncMethod::All;
            }),
        },
        Case {
            reason: Reason::UnassignedStopsUpdates,
            holds: closing(|c| c.assigned_to_latchel = false),
            fails: closing(|c| {
                c.assigned_to_latchel = false;
                c.created_unassigned = true;
            }),
        },
        Case {
            reason: Reason::StatusAlreadySet,
            holds: closing(|c| is(c, ClosedStatus::Completed)),
            fails: closing(|c| is(c, ClosedStatus::Cancelled)),
        },
        Case {
            reason: Reason::StatusConflict,
            holds: closing(|c| is(c, ClosedStatus::Cancelled)),
            fails: closing(|_| {}),
        },
        Case {
            reason: Reason::NotSupportedByPlatform,
            holds: closing(|c| c.can_close = false),
            fails: closing(|_| {}),
        },
        Case {
            reason: Reason::NotSupportedByPlatform,
            holds: closing(|c| {
                c.refuses_unassigned = true;
                c.platform.assigned_users.clear();
            }),
            fails: closing(|c| {
                c.refuses_unassigned = true;
                c.platform.assigned_users = vec![UserId::new("2")];
            }),
        },
        Case {
            reason: Reason::NotSupportedByPlatform,
            holds: closing(|c| c.standing = Standing::Closed),
            fails: closing(|c| c.standing = Standing::Gone),
        },
    ]
}

#[test]
fn under_method_none_nothing_is_decided_that_writes_to_the_platform() {
    let states = ["Completed", "Cancelled", "Forwarded to PM", "Pending"];
    for (state, has_link) in states.into_iter().flat_map(|state| [(state, true), (state, false)]) {
        let mut case = new();
        case.method = SyncMethod::None;
        case.job.state = JobState::from_name(state);
        case.link = has_link.then(link);
        let decision = decide_export(&case, &mut Trace::off());
        let writes = matches!(decision.action, Some(ExportAction::Create(_) | ExportAction::Close(_)));
        assert!(!writes, "{state}: {decision:?}");
    }
}
