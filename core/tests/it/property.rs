use latchel_sync_core::model::{Reason, *};
use latchel_sync_core::rules::{PropertyAction, PropertyCase, Trace, decide_property};

use crate::cases::Case;
use crate::make::{address, latchel_property, policy, unit};

pub fn known() -> PropertyCase {
    let platform = Property {
        id: unit(),
        property_name: "Elm".to_owned(),
        unit_name: Some("2B".to_owned()),
        address: address(),
        is_active: true,
        freshness: Freshness::Filtered,
    };
    PropertyCase {
        platform,
        latchel: Some(latchel_property()),
        created: None,
        excluded_by: None,
        claimed_by: None,
    }
}

fn reason(change: impl FnOnce(&mut PropertyCase, &mut Policy)) -> Reason {
    let (mut case, mut policy) = (known(), policy());
    change(&mut case, &mut policy);
    decide_property(&case, &policy, &mut Trace::off()).reason
}

fn inactive_in_latchel(case: &mut PropertyCase) {
    if let Some(latchel) = &mut case.latchel {
        latchel.is_active = false;
    }
}

pub fn cases() -> Vec<Case> {
    let skip = NewRecords::Skip;
    let unknown_and_inactive = |case: &mut PropertyCase| {
        case.latchel = None;
        case.platform.is_active = false;
    };
    vec![
        Case {
            reason: Reason::PropertyNew,
            holds: reason(|c, _| c.latchel = None),
            fails: reason(|_, _| {}),
        },
        Case {
            reason: Reason::PropertyNew,
            holds: reason(|c, _| unknown_and_inactive(c)),
            fails: reason(|_, _| {}),
        },
        Case {
            reason: Reason::PropertyNewInactive,
            holds: reason(|c, p| {
                unknown_and_inactive(c);
                p.properties.new_inactive = skip;
            }),
            fails: reason(|c, p| {
                c.latchel = None;
                p.properties.new_inactive = skip;
            }),
        },
        Case {
            reason: Reason::PropertyChanged,
            holds: reason(|c, _| c.platform.unit_name = Some("2C".to_owned())),
            fails: reason(|_, _| {}),
        },
        Case {
            reason: Reason::PropertyUnchanged,
            holds: reason(|_, _| {}),
            fails: reason(|c, _| c.platform.address.line2 = Some("rear".to_owned())),
        },
        Case {
            reason: Reason::PropertyDeactivated,
            holds: reason(|c, _| c.platform.is_active = false),
            fails: reason(|c, _| {
                c.platform.is_active = false;
                inactive_in_latchel(c);
            }),
        },
        Case {
            reason: Reason::PropertyInactiveInLatchel,
            holds: reason(|c, _| inactive_in_latchel(c)),
            fails: reason(|c, _| c.platform.is_active = false),
        },
        Case {
            reason: Reason::PropertyExcluded,
            holds: reason(|c, _| c.excluded_by = Some("property 12".to_owned())),
            fails: reason(|_, _| {}),
        },
        Case {
            reason: Reason::PropertyAddressIncomplete,
            holds: reason(|c, _| c.platform.address.state = Some("  ".to_owned())),
            fails: reason(|c, _| c.platform.address.line2 = None),
        },
        Case {
            reason: Reason::PropertyPossibleDuplicate,
            holds: reason(|c, _| c.claimed_by = Some(PropertyRef::new(PropertyId::new("77"), None))),
            fails: reason(|_, _| {}),
        },
    ]
}

#[test]
fn a_deactivation_changes_nothing_else_and_needs_no_address() {
    let mut case = known();
    case.platform.is_active = false;
    case.platform.property_name = "Another name".to_owned();
    case.platform.address = Address::default();
    let decision = decide_property(&case, &policy(), &mut Trace::off());
    let patch = PropertyPatch { deactivate: true, ..PropertyPatch::default() };
    assert_eq!(decision.action, Some(PropertyAction::Update(LatchelPropertyId(5), patch)));
}

#[test]
fn texts_are_compared_as_both_sides_store_them() {
    let with_name = |name: &str| reason(|case, _| case.platform.property_name = name.to_owned());
    assert_eq!(with_name("Elm"), Reason::PropertyUnchanged);
    assert_eq!(with_name(" Elm"), Reason::PropertyUnchanged, "blanks at an end");
    assert_eq!(with_name("El m"), Reason::PropertyChanged);
    let with_line = |line: &str| {
        reason(|case, _| {
            case.platform.address.line1 = Some(line.to_owned());
            case.latchel.as_mut().expect("it").source_address.line1 =
                Some("1 Elm Street\nBack yard".to_owned());
        })
    };
    assert_eq!(with_line("1 Elm Street\r\nBack yard "), Reason::PropertyUnchanged, "line ends of one kind");
    assert_eq!(with_line("1 Elm Street Back yard"), Reason::PropertyChanged);
    let blank = |line: Option<&str>| reason(|case, _| case.platform.address.line2 = line.map(str::to_owned));
    assert_eq!(blank(Some(" ")), Reason::PropertyUnchanged, "a blank part is none");
    assert_eq!(blank(Some("Unit B")), Reason::PropertyChanged);
}

#[test]
fn a_property_whose_name_is_not_known_keeps_the_one_that_it_has() {
    assert_eq!(reason(|case, _| case.platform.property_name = " ".to_owned()), Reason::PropertyUnchanged);
    let renamed_and_moved = reason(|case, _| {
        case.platform.property_name = String::new();
        case.platform.address.city = Some("Meridian".to_owned());
    });
    assert_eq!(renamed_and_moved, Reason::PropertyChanged);
}
