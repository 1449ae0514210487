use std::collections::BTreeSet;

use latchel_sync_core::model::Reason;

/// One reason: a case that has it, and its nearest neighbour that has not.
pub struct Case {
    pub reason: Reason,
    pub holds: Reason,
    pub fails: Reason,
}

/// Reasons that no rule function gives but the engine, with the test in `tests/tests/` that sees them.
const THROUGH_THE_ENGINE: &[Reason] = &[
    Reason::InvalidRecord, // engine/rows: an_unreadable_record_fails_alone_and_arrives_once_it_can_be_read
    Reason::LatchelOnly,   // it/both_ways: the generated world has records made by hand
    Reason::CallFailed,    // engine/faults: a_write_that_is_refused_fails_its_record_alone_and_is_tried_again
    Reason::NotConfirmed,  // engine/faults: a_write_that_was_only_pretended_is_never_shown_as_synced
    Reason::FarSidePaused, // engine/pause
    Reason::CreateUnsettled, // engine/unsettled: what_a_far_side_may_not_show_yet_is_waited_for
    Reason::MassChangeHeld, // engine/mass_change: too_many_are_held_back_and_a_person_lets_them_go
    Reason::GoneFromSource, // engine/rows: what_was_pending_and_is_gone_is_no_longer_pending
    Reason::CounterpartGone, // engine/removed: one_that_was_removed_from_the_platform_is_no_failure_and_not_tried_for_ever
    Reason::LatchelWritesOff, // it/partner_api: with_writes_off_everything_that_reads_works
    Reason::MirrorIncomplete, // it/partner_api: nothing_is_created_before_the_list_is_proven
    Reason::HeldForAdoption, // engine/adoption: an_account_that_another_program_filled_is_not_doubled
    Reason::Adopted,         // engine/adopt
    Reason::PossibleTwin,    // engine/adoption: a_twin_is_held_back_alone
    Reason::NotSupported,    // engine/rows: a_record_of_another_kind_has_its_outcome_and_is_looked_at_once
];

fn all() -> Vec<Case> {
    let mut all = crate::property::cases();
    all.extend(crate::resident::cases());
    all.extend(crate::gone::cases());
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
