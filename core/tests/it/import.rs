use latchel_sync_core::model::{Reason, *};
use latchel_sync_core::rules::{
    Assignees, Counterpart, ImportAction, ImportCase, Trace, Whereabouts, choose_latchel_user, decide_import,
};

use crate::cases::Case;
use crate::make::{latchel_property, policy, unit};

fn new() -> ImportCase {
    let platform = WorkOrder {
        id: WorkOrderId::new("900"),
        number: "900".to_owned(),
        title: "Tap".to_owned(),
        description: "é".repeat(80),
        property: unit(),
        requested_by: None,
        assigned_users: vec![UserId::new("1")],
        status: WorkOrderStatus::Open("New".to_owned()),
        severity: Severity::Normal,
        scheduled_start: None,
        entry_allowed: None,
        access_instructions: None,
        marker: None,
        freshness: Freshness::Filtered,
    };
    ImportCase {
        platform,
        counterpart: Counterpart::None,
        place: Whereabouts::At(unit()),
        property: Some(latchel_property()),
        resident: Some(LatchelResidentId(70)),
        method: SyncMethod::Assigned,
        assigned_to_latchel: true,
    }
}

fn reason(change: impl FnOnce(&mut ImportCase, &mut Policy)) -> Reason {
    let (mut case, mut policy) = (new(), policy());
    change(&mut case, &mut policy);
    decide_import(&case, &policy, &mut Trace::off()).reason
}

pub fn cases() -> Vec<Case> {
    let closed =
        |case: &mut ImportCase| case.platform.status = WorkOrderStatus::Closed(ClosedStatus::Completed);
    vec![
        Case {
            reason: Reason::MethodNone,
            holds: reason(|c, _| c.method = SyncMethod::None),
            fails: reason(|c, _| c.method = SyncMethod::All),
        },
        Case {
            reason: Reason::NotAssignedToLatchel,
            holds: reason(|c, _| c.assigned_to_latchel = false),
            fails: reason(|c, _| {
                c.assigned_to_latchel = false;
                c.method = SyncMethod::All;
            }),
        },
        Case {
            reason: Reason::NoPropertyMatch,
            holds: reason(|c, _| c.property = None),
            fails: reason(|_, _| {}),
        },
        Case { reason: Reason::WorkOrderImported, holds: reason(|_, _| {}), fails: reason(|c, _| closed(c)) },
        Case {
            reason: Reason::ExistingWorkOrderNotUpdated,
            holds: reason(|c, _| c.counterpart = Counterpart::Linked(JobId(1))),
            fails: reason(|c, _| c.counterpart = Counterpart::Found(JobId(1))),
        },
        Case {
            reason: Reason::WorkOrderRecovered,
            holds: reason(|c, _| c.counterpart = Counterpart::Found(JobId(1))),
            fails: reason(|_, _| {}),
        },
        Case {
            reason: Reason::WorkOrderRecovered,
            holds: reason(|c, _| c.counterpart = Counterpart::Created(JobId(1))),
            fails: reason(|c, _| c.counterpart = Counterpart::Linked(JobId(1))),
        },
        Case {
            reason: Reason::MarkerAmbiguous,
            holds: reason(|c, _| c.counterpart = Counterpart::Ambiguous("1 and 2".to_owned())),
            fails: reason(|c, _| c.counterpart = Counterpart::Found(JobId(1))),
        },
        Case {
            reason: Reason::WorkOrderImportedClosed,
            holds: reason(|c, _| closed(c)),
            fails: reason(|_, _| {}),
        },
        Case {
            reason: Reason::WorkOrderClosedSkipped,
            holds: reason(|c, p| {
                closed(c);
                p.work_orders.closed = ClosedWorkOrders::Skip;
            }),
            fails: reason(|_, p| p.work_orders.closed = ClosedWorkOrders::Skip),
        },
    ]
}

#[test]
fn an_import_has_the_platforms_number_the_resident_and_fifty_characters_of_the_description() {
    let decision = decide_import(&new(), &policy(), &mut Trace::off());
    let Some(ImportAction::Create(job)) = decision.action else { panic!("{decision:?}") };
    assert_eq!((job.number.as_str(), job.resident), ("900", Some(LatchelResidentId(70))));
    assert_eq!(job.name.chars().count(), 50);
    assert_eq!(job.closed, None);
}

#[test]
fn the_latchel_user_is_found_by_name_or_named() {
    let user =
        |id: &str, name: &str, is_active| User { id: UserId::new(id), name: name.to_owned(), is_active };
    let users =
        [user("1", "LATCHEL maintenance", true), user("2", "Robin", true), user("3", "Old Latchel", false)];
    let mut policy = policy();
    assert_eq!(choose_latchel_user(&users, &policy).map(|user| user.id.as_str()), Ok("1"));
    assert!(choose_latchel_user(&users[1..], &policy).is_err(), "none is active");
    let two = [user("1", "Latchel A", true), user("2", "Latchel B", true)];
    assert!(choose_latchel_user(&two, &policy).is_err(), "several");
    policy.latchel_user = Some("2".to_owned());
    assert_eq!(choose_latchel_user(&two, &policy).map(|user| user.id.as_str()), Ok("2"));

    let assignees = Assignees::among(&users, &Policy::new(SyncMethod::All));
    assert!(assignees.any_of(&[UserId::new("1")]) && assignees.any_of(&[UserId::new("3")]));
    assert!(!assignees.any_of(&[UserId::new("2")]));
}
