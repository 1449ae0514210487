use latchel_sync_core::model::*;
use latchel_sync_core::rules::{ResidentAction, ResidentCase, Trace, decide_move_out, decide_resident};

use crate::cases::Case;
use crate::make::{day, memory, policy, today, unit};

pub fn known() -> ResidentCase {
    let tenancy = Tenancy { unit: unit().unit, move_in: Some(day("2025-01-01")), move_out: None };
    let id = ResidentRef::new(ResidentId::new("7"), PropertyId::new("12"));
    let latchel = LatchelResident {
        id: LatchelResidentId(70),
        reference: Some(id.clone()),
        unit: unit().unit,
        name: "Ada Ek".to_owned(),
        email: None,
        phone: None,
        contact_known: true,
        move_in: tenancy.move_in,
        move_out: None,
        is_active: true,
    };
    let platform = Resident {
        id,
        name: "Ada Ek".to_owned(),
        email: None,
        phone: None,
        tenancies: vec![tenancy.clone()],
        freshness: Freshness::Filtered,
    };
    ResidentCase {
        platform,
        tenancy,
        latchel: Some(latchel),
        created: None,
        home: Some(LatchelPropertyId(35)),
        memory: None,
    }
}

fn reason(change: impl FnOnce(&mut ResidentCase, &mut Policy)) -> Reason {
    let (mut case, mut policy) = (known(), policy());
    change(&mut case, &mut policy);
    decide_resident(&case, &policy, today(), &mut Trace::off()).reason
}

fn latchel(case: &mut ResidentCase) -> &mut LatchelResident {
    case.latchel.as_mut().expect("known")
}

fn move_out_reached(move_out: &str, wrote: bool, holds: bool) -> Reason {
    let mut resident = known().latchel.expect("known");
    (resident.move_out, resident.is_active) = (Some(day(move_out)), holds);
    let memory = ResidentMemory { is_active: wrote, ..memory(&resident, "2026-03-01") };
    decide_move_out(&resident, &memory, today(), &mut Trace::off()).reason
}

/// Inactive in Latchel with this move-in, which the platform has too, last looked at on `seen` if at all.
fn arrives(move_in: &str, seen: Option<&str>, change: impl FnOnce(&mut ResidentMemory)) -> ResidentCase {
    let mut case = known();
    case.tenancy.move_in = Some(day(move_in));
    let latchel = latchel(&mut case);
    (latchel.move_in, latchel.is_active) = (Some(day(move_in)), false);
    case.memory = seen.map(|seen| memory(case.latchel.as_ref().expect("known"), seen));
    case.memory.iter_mut().for_each(change_once(change));
    case
}

/// Set inactive by us on the move-out day, 1 March, while by the platform the stay goes on as `change` says.
fn with_move_out_reached(change: impl FnOnce(&mut ResidentCase)) -> ResidentCase {
    let mut case = known();
    let latchel = latchel(&mut case);
    (latchel.move_out, latchel.is_active) = (Some(day("2026-03-01")), false);
    let ours = memory(latchel, "2026-03-01");
    case.memory = Some(ResidentMemory { by_date: true, ..ours });
    change(&mut case);
    case
}

fn change_once<T>(change: impl FnOnce(&mut T)) -> impl FnMut(&mut T) {
    let mut change = Some(change);
    move |it| change.take().into_iter().for_each(|change| change(it))
}

fn reason_of(case: &ResidentCase) -> Reason {
    decide_resident(case, &policy(), today(), &mut Trace::off()).reason
}

#[test]
fn a_move_in_to_come_explains_an_inactive_resident_whoever_wrote_it() {
    let nothing = |_: &mut ResidentMemory| {};
    let unchanged = Reason::ResidentUnchanged;
    assert_eq!(reason_of(&arrives("2026-03-03", None, nothing)), unchanged, "adopted");
    assert_eq!(reason_of(&arrives("2026-03-03", Some("2026-03-01"), nothing)), unchanged, "known");
    // The move-in was still to come when we last looked.
    assert_eq!(reason_of(&arrives("2026-03-02", Some("2026-03-01"), nothing)), Reason::ResidentMovedIn);
    let left = Reason::ResidentInactiveInLatchel;
    assert_eq!(reason_of(&arrives("2026-03-02", None, nothing)), left, "nobody knows why");
    assert_eq!(reason_of(&arrives("2026-03-01", Some("2026-03-01"), nothing)), left, "it had come");
    assert_eq!(reason_of(&arrives("2026-03-05", Some("2026-03-01"), |one| one.is_active = true)), left);
    assert_eq!(reason_of(&arrives("2026-03-05", Some("2026-03-01"), |one| one.seen_active = true)), left);
    // The opposite was sent last, and not confirmed.
    let mut case = arrives("2026-03-05", Some("2026-03-01"), |one| {
        (one.is_active, one.sent) = (true, Some(false));
    });
    let known = case.memory.take().expect("it is known");
    case.memory = case.latchel.as_ref().map(|latchel| known.confirmed_by(latchel));
    assert_eq!(reason_of(&case), unchanged);
}

#[test]
fn what_we_set_inactive_by_a_date_is_corrected_once_the_stay_goes_on() {
    let case = with_move_out_reached(|case| case.tenancy.unit = Some(UnitId::new("35")));
    let decision = decide_resident(&case, &policy(), today(), &mut Trace::off());
    let patch = ResidentPatch {
        move_in: None,
        move_out: Some(None),
        unit: Some(Home { unit: Some(UnitId::new("35")), property: LatchelPropertyId(35) }),
        is_active: Some(true),
    };
    assert_eq!(decision.action, Some(ResidentAction::Update(LatchelResidentId(70), patch)));
    assert_eq!(decision.reason, Reason::ResidentReturned);

    let returns = with_move_out_reached(|case| case.tenancy.move_in = Some(day("2026-04-01")));
    let decision = decide_resident(&returns, &policy(), today(), &mut Trace::off());
    assert_eq!(decision.reason, Reason::ResidentReturned);
    let Some(ResidentAction::Update(_, patch)) = decision.action else { panic!("a correction") };
    assert_eq!((patch.move_in, patch.is_active), (Some(Some(day("2026-04-01"))), None), "not yet active");

    let over = with_move_out_reached(|case| case.tenancy.move_out = Some(today()));
    assert_eq!(reason_of(&over), Reason::ResidentMovedOut);
    let waits = with_move_out_reached(|case| case.home = None);
    assert_eq!(reason_of(&waits), Reason::NoPropertyMatch);
}

#[test]
fn what_somebody_touched_or_the_policy_leaves_is_not_corrected() {
    let not_ours = with_move_out_reached(|case| case.memory.iter_mut().for_each(|one| one.by_date = false));
    assert_eq!(reason_of(&not_ours), Reason::ResidentMovedOut);
    let touched = with_move_out_reached(|case| latchel(case).move_out = Some(day("2026-02-20")));
    assert_eq!(reason_of(&touched), Reason::ResidentMovedOut);
    let active_again = with_move_out_reached(|case| latchel(case).is_active = true);
    assert_eq!(reason_of(&active_again), Reason::ResidentMovedOut);
    let adopted = with_move_out_reached(|case| case.memory = None);
    assert_eq!(reason_of(&adopted), Reason::ResidentMovedOut);
    let mut leave = policy();
    leave.residents.returning = Returning::Leave;
    let decision = decide_resident(&with_move_out_reached(|_| {}), &leave, today(), &mut Trace::off());
    assert_eq!((decision.action, decision.reason), (None, Reason::ResidentMovedOut));
}

#[test]
fn a_ledger_of_an_earlier_version_is_read() {
    let old =
        r#"{"move_in": null, "move_out": "2026-03-01", "is_active": false, "evaluated_on": "2026-03-01"}"#;
    let memory: ResidentMemory = serde_json::from_str(old).expect("read");
    assert_eq!((memory.by_date, memory.seen_active, memory.turns_on), (false, false, None));
    let written = serde_json::to_string(&memory).expect("written");
    assert!(!written.contains("by_date") && !written.contains("turns_on"), "{written}");
}

pub fn cases() -> Vec<Case> {
    let moves_out = |case: &mut ResidentCase, date: &str| {
        case.latchel = None;
        case.tenancy.move_out = Some(day(date));
    };
    vec![
        Case {
            reason: Reason::ResidentNew,
            holds: reason(|c, _| c.latchel = None),
            fails: reason(|_, _| {}),
        },
        Case {
            reason: Reason::ResidentNewMovedOut,
            holds: reason(|c, p| {
                moves_out(c, "2026-03-02");
                p.residents.new_moved_out = NewRecords::Skip;
            }),
            fails: reason(|c, p| {
                moves_out(c, "2026-03-03");
                p.residents.new_moved_out = NewRecords::Skip;
            }),
        },
        Case {
            reason: Reason::ResidentChanged,
            holds: reason(|c, _| c.tenancy.move_out = Some(day("2026-02-01"))),
            fails: reason(|c, _| c.platform.email = Some("new@example.com".to_owned())),
        },
        Case {
            reason: Reason::ResidentUnchanged,
            holds: reason(|_, _| {}),
            fails: reason(|c, _| c.tenancy.unit = Some(UnitId::new("35"))),
        },
        Case {
            reason: Reason::ResidentMovedOut,
            holds: reason(|c, _| latchel(c).move_out = Some(day("2026-03-02"))),
            fails: reason(|c, _| latchel(c).move_out = Some(day("2026-03-03"))),
        },
        Case {
            reason: Reason::ResidentInactiveInLatchel,
            holds: reason(|c, _| latchel(c).is_active = false),
            fails: reason_of(&arrives("2026-03-03", None, |_| {})),
        },
        Case {
            reason: Reason::NoPropertyMatch,
            holds: reason(|c, _| {
                c.latchel = None;
                c.home = None;
            }),
            fails: reason(|c, _| c.latchel = None),
        },
        Case {
            reason: Reason::ResidentLapsed,
            holds: move_out_reached("2026-03-02", true, true),
            fails: move_out_reached("2026-03-03", true, true),
        },
        Case {
            reason: Reason::ResidentMovedIn,
            holds: reason_of(&arrives("2026-03-02", Some("2026-03-01"), |_| {})),
            fails: reason_of(&arrives("2026-03-03", Some("2026-03-01"), |_| {})),
        },
        Case {
            reason: Reason::ResidentReturned,
            holds: reason_of(&with_move_out_reached(|_| {})),
            fails: reason_of(&with_move_out_reached(|case| case.tenancy.move_out = Some(day("2026-03-01")))),
        },
        Case {
            reason: Reason::ResidentContactNotSynced,
            holds: reason(|c, _| c.platform.phone = Some("+1 503 555 0100".to_owned())),
            fails: reason(|c, _| {
                c.platform.phone = Some("+1 503 555 0100".to_owned());
                c.tenancy.move_out = Some(day("2026-05-01"));
            }),
        },
    ]
}
