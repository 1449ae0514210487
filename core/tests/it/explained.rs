//! What decisions say beside the reason: details, traces, and the guard's boundary.

use latchel_sync_core::model::*;
use latchel_sync_core::rules::{
    PropertyCase, Reason, ResidentAction, RuleId, Trace, decide_lapse, decide_property, decide_resident,
    is_mass_change,
};

use crate::make::{day, latchel_property, memory, policy, today};
use crate::resident::known;

#[test]
fn a_mass_change_is_more_than_the_share_and_at_least_the_number() {
    let policy = MassChangePolicy::default();
    for (deactivations, active, expected) in [
        (10, 50, false),
        (11, 50, true),
        (10, 49, true),
        (9, 12, false),
        (10, 12, true),
        (10, 0, true),
        (0, 0, false),
    ] {
        for kind in [Kind::Property, Kind::Resident] {
            let found = is_mass_change(kind, deactivations, active, &policy);
            assert_eq!(found, expected, "{deactivations} of {active}");
        }
    }
    for (deactivations, active, expected) in [(2, 2, false), (3, 3, true), (9, 9, true), (4, 5, false)] {
        assert_eq!(is_mass_change(Kind::Property, deactivations, active, &policy), expected);
        assert!(!is_mass_change(Kind::Resident, deactivations, active, &policy), "people move together");
    }
}

#[test]
fn dates_that_differ_after_a_move_out_are_told() {
    let mut case = known();
    case.latchel.as_mut().expect("known").move_out = Some(day("2026-02-01"));
    case.tenancy.move_out = Some(day("2026-05-01"));
    let decision = decide_resident(&case, &policy(), today(), &mut Trace::off());
    assert_eq!(decision.reason, Reason::ResidentMovedOut);
    let told = decision.detail.as_deref();
    assert_eq!(told, Some("move-out: 2026-05-01 on the platform, 2026-02-01 in Latchel"));
    case.tenancy.move_out = Some(day("2026-02-01"));
    assert_eq!(decide_resident(&case, &policy(), today(), &mut Trace::off()).detail, None);
}

#[test]
fn a_lapse_changes_the_activity_and_nothing_else() {
    let mut resident = known().latchel.expect("known");
    resident.move_out = Some(today());
    let memory = memory(&resident, "2026-03-01");
    let decision = decide_lapse(&resident, &memory, today(), &mut Trace::off());
    let only = ResidentPatch { is_active: Some(false), ..ResidentPatch::default() };
    assert_eq!(decision.action, Some(ResidentAction::Update(resident.id, only)));
}

#[test]
fn a_trace_holds_every_condition_with_its_value_and_costs_nothing_when_off() {
    let case = PropertyCase {
        latchel: Some(LatchelProperty { is_active: false, ..latchel_property() }),
        ..crate::property::known()
    };
    let mut trace = Trace::on();
    decide_property(&case, &policy(), &mut trace);
    let checks = trace.into_checks();
    let told: Vec<_> = checks.iter().map(|check| (check.rule, check.value.as_str(), check.holds)).collect();
    assert_eq!(
        told,
        [(RuleId::P5, "none", false), (RuleId::P7, "none", false), (RuleId::P4, "inactive", true)]
    );
    let active = PropertyCase { latchel: Some(latchel_property()), ..case };
    let mut trace = Trace::on();
    decide_property(&active, &policy(), &mut trace);
    let checks = trace.into_checks();
    assert!(checks.iter().any(|check| check.rule == RuleId::P4 && check.value == "active" && !check.holds));
    assert!(checks.iter().any(|check| check.rule == RuleId::P6 && check.value == "none"), "{checks:?}");
    let mut off = Trace::off();
    decide_property(&active, &policy(), &mut off);
    assert!(off.into_checks().is_empty());
}

#[test]
fn reasons_and_rules_find_each_other() {
    for reason in Reason::ALL {
        assert_eq!(Reason::from_code(reason.code()), Some(*reason));
        assert_eq!(reason.to_string(), reason.code());
        assert!(reason.rules().count() > 0);
        for rule in reason.rules() {
            assert!(rule.reasons().any(|one| one == *reason), "{rule} and {reason}");
        }
    }
    assert_eq!(Reason::from_code("no_such_reason"), None);
    let rules = |reason: Reason| reason.rules().collect::<Vec<_>>();
    assert_eq!(rules(Reason::NoPropertyMatch), [RuleId::R5, RuleId::WP3, RuleId::L3]);
    assert_eq!(rules(Reason::PropertyNew), [RuleId::P1]);
    let key = |side| RecordKey { kind: Kind::WorkOrder, side, id: String::new() };
    assert_eq!(Reason::NoPropertyMatch.rule_for(&key(Side::Platform)), RuleId::WP3);
    assert_eq!(Reason::NoPropertyMatch.rule_for(&key(Side::Latchel)), RuleId::L3);
    let resident = RecordKey { kind: Kind::Resident, side: Side::Platform, id: String::new() };
    assert_eq!(Reason::NoPropertyMatch.rule_for(&resident), RuleId::R5);
    for rule in RuleId::ALL {
        assert_eq!(rule.to_string(), rule.as_str());
        assert!(!rule.section().title().is_empty());
    }
    assert_ne!(RuleId::W1.section().title(), RuleId::P1.section().title());
}
