use latchel_sync_core::model::{Reason, *};
use latchel_sync_core::rules::{
    Decision, GoneProperty, PropertyAction, Trace, decide_gone_property, decide_gone_resident,
};

use crate::cases::Case;
use crate::make::{day, latchel_property, policy, today, unit};

fn property(change: impl FnOnce(&mut GoneProperty, &mut Policy)) -> Decision<PropertyAction> {
    let mut case =
        GoneProperty { id: unit(), latchel: Some(latchel_property()), adopted: false, excluded_by: None };
    let mut policy = policy();
    change(&mut case, &mut policy);
    decide_gone_property(&case, &policy, &mut Trace::off())
}

fn resident(change: impl FnOnce(&mut LatchelResident)) -> Reason {
    let mut latchel = crate::resident::known().latchel.expect("the resident in Latchel");
    change(&mut latchel);
    decide_gone_resident::<()>(Some(&latchel), today(), &mut Trace::off()).reason
}

fn inactive(case: &mut GoneProperty) {
    case.latchel.iter_mut().for_each(|latchel| latchel.is_active = false);
}

pub fn cases() -> Vec<Case> {
    vec![
        Case {
            reason: Reason::PropertyGoneFromSource,
            holds: property(|_, _| {}).reason,
            fails: property(|case, _| inactive(case)).reason,
        },
        Case {
            reason: Reason::PropertyGoneFromSource,
            holds: property(|_, policy| policy.properties.gone = GoneProperties::Deactivate).reason,
            fails: property(|case, _| case.latchel = None).reason,
        },
        Case {
            reason: Reason::PropertyExcluded,
            holds: property(|case, _| case.excluded_by = Some("property 12".to_owned())).reason,
            fails: property(|_, _| {}).reason,
        },
        Case {
            reason: Reason::ResidentGoneFromSource,
            holds: resident(|_| {}),
            fails: resident(|latchel| latchel.is_active = false),
        },
        Case {
            reason: Reason::ResidentGoneFromSource,
            holds: resident(|latchel| {
                (latchel.is_active, latchel.move_in) = (false, Some(day("2026-03-03")));
            }),
            fails: resident(|latchel| (latchel.is_active, latchel.move_in) = (false, Some(today()))),
        },
    ]
}

#[test]
fn only_the_policy_sets_a_property_inactive_and_none_that_somebody_gave_another_reference() {
    let deactivates = |decision: Decision<PropertyAction>| match decision.action {
        Some(PropertyAction::Update(_, patch)) => patch.deactivate,
        _ => false,
    };
    assert!(!deactivates(property(|_, _| {})));
    let asked = |policy: &mut Policy| policy.properties.gone = GoneProperties::Deactivate;
    assert!(deactivates(property(|_, policy| asked(policy))));
    for reference in [None, Some(unit())] {
        assert!(deactivates(property(|case, policy| {
            asked(policy);
            case.latchel.iter_mut().for_each(|latchel| latchel.reference = reference.clone());
        })));
    }
    // One that was taken over has had another program's reference from the beginning.
    for adopted in [false, true] {
        let done = property(|case, policy| {
            asked(policy);
            let other = PropertyRef::new(PropertyId::new("13"), unit().unit);
            case.latchel.iter_mut().for_each(|latchel| latchel.reference = Some(other.clone()));
            case.adopted = adopted;
        });
        assert_eq!(deactivates(done), adopted);
    }
}

#[test]
fn whoever_is_gone_on_both_sides_needs_nothing() {
    let gone = decide_gone_resident::<()>(None, today(), &mut Trace::off());
    assert_eq!(gone.reason, Reason::GoneFromSource);
}
