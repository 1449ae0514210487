use latchel_sync_core::ledger::ResidentMemory;
use latchel_sync_core::model::*;
use latchel_sync_core::rules::{
    Reason, ResidentCase, Trace, active, current_tenancy, decide_lapse, decide_resident,
};
use proptest::prelude::*;

use crate::cases::Case;
use crate::make::{day, policy, today, unit};

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
        unit_in_latchel: true,
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

fn lapse(move_in: &str, move_out: Option<&str>, wrote: bool, holds: bool) -> Reason {
    let mut resident = known().latchel.expect("known");
    (resident.move_in, resident.move_out) = (Some(day(move_in)), move_out.map(day));
    resident.is_active = holds;
    let memory = ResidentMemory {
        move_in: resident.move_in,
        move_out: resident.move_out,
        is_active: wrote,
        sent: None,
        evaluated_on: day("2026-03-01"),
    };
    decide_lapse(&resident, &memory, today(), &mut Trace::off()).reason
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
            fails: reason(|c, _| {
                latchel(c).is_active = false;
                c.memory = Some(ResidentMemory {
                    move_in: Some(day("2026-03-05")),
                    move_out: None,
                    is_active: false,
                    sent: None,
                    evaluated_on: day("2026-03-01"),
                });
            }),
        },
        Case {
            reason: Reason::NoPropertyMatch,
            holds: reason(|c, _| {
                c.latchel = None;
                c.unit_in_latchel = false;
            }),
            fails: reason(|c, _| c.latchel = None),
        },
        Case {
            reason: Reason::ResidentLapsed,
            holds: lapse("2025-01-01", Some("2026-03-02"), true, true),
            fails: lapse("2025-01-01", Some("2026-03-03"), true, true),
        },
        Case {
            reason: Reason::ResidentMovedIn,
            holds: lapse("2026-03-02", None, false, false),
            fails: lapse("2026-03-02", None, true, false),
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

proptest! {
    #[test]
    fn the_order_of_tenancies_does_not_matter(
        mut stays in prop::collection::vec((0_i64..40, prop::option::of(0_i64..40), 0_u8..3), 1..6),
    ) {
        let tenancy = |(from, length, unit): &(i64, Option<i64>, u8)| {
            let move_in = day("2026-02-10") + chrono::TimeDelta::days(*from);
            let move_out = length.map(|days| move_in + chrono::TimeDelta::days(days));
            Tenancy { unit: Some(UnitId::new(unit.to_string())), move_in: Some(move_in), move_out }
        };
        let one: Vec<_> = stays.iter().map(tenancy).collect();
        stays.reverse();
        let other: Vec<_> = stays.iter().map(tenancy).collect();
        let chosen = current_tenancy(&one, today()).expect("one");
        prop_assert_eq!(Some(chosen), current_tenancy(&other, today()));
        let any_active = one.iter().any(|stay| active(stay.move_in, stay.move_out, today()));
        prop_assert_eq!(active(chosen.move_in, chosen.move_out, today()), any_active);
    }
}
