use std::collections::BTreeSet;

use latchel_sync_core::rules::Reason;

/// One reason: a case that has it, and its nearest neighbour that has not.
pub struct Case {
    pub reason: Reason,
    pub holds: Reason,
    pub fails: Reason,
}

/// Reasons that no rule function gives but the engine, with the test in `tests/` that sees them.
const THROUGH_THE_ENGINE: &[Reason] = &[
    Reason::InvalidRecord,  // inputs::one_bad_record_fails_alone_and_is_tried_again
    Reason::LatchelOnly,    // both_ways: the generated world has records made by hand
    Reason::CallFailed,     // not yet through the engine
    Reason::NotConfirmed,   // not yet through the engine
    Reason::GoneFromSource, // not yet through the engine
    Reason::NotSupported,   // said by `explain lease` and `explain file`
];

fn all() -> Vec<Case> {
    let mut all = crate::property::cases();
    all.extend(crate::resident::cases());
    all.extend(crate::import::cases());
    all.extend(crate::export::cases());
    all.extend(crate::window::cases());
    all
}

#[test]
fn each_reason_holds_where_it_should_and_not_beside_it() {
    for case in all() {
        assert_eq!(case.holds, case.reason, "{} should hold", case.reason);
        assert_ne!(case.fails, case.reason, "{} should not hold", case.reason);
    }
}

#[test]
fn no_reason_is_without_a_case() {
    let tested: BTreeSet<Reason> =
        all().iter().map(|case| case.reason).chain(THROUGH_THE_ENGINE.iter().copied()).collect();
    let missing: Vec<_> = Reason::ALL.iter().filter(|reason| !tested.contains(reason)).collect();
    assert!(missing.is_empty(), "reasons without a case: {missing:?}");
}
