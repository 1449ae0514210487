use latchel_sync_core::model::{Reason, *};
use latchel_sync_core::rules::{Remembered, Trace, WindowVerdict, coverage, judge_unlinked, judge_window};

use crate::cases::Case;
use crate::make::instant;

const NOW: &str = "2026-03-05T12:00:00Z";
const EDGE: &str = "2026-03-02T12:00:00Z";
const BEFORE: &str = "2026-03-02T11:59:59Z";

/// The reason of the verdict; a record inside goes on to its rule, here one that has nothing to do.
fn verdict(freshness: &Freshness, remembered: Option<&Fingerprint>) -> Reason {
    verdict_of(freshness, remembered.map_or(Remembered::Nothing, Remembered::Fingerprint))
}

fn verdict_of(freshness: &Freshness, remembered: Remembered<'_>) -> Reason {
    let window = coverage(&WindowPolicy::default(), None, instant(NOW)).window;
    match judge_window(freshness, window, remembered, &mut Trace::off()) {
        WindowVerdict::Inside => Reason::PropertyUnchanged,
        WindowVerdict::Outside(reason) => reason,
    }
}

fn stamped(created: &str, updated: &str) -> Freshness {
    Freshness::Stamped { created_at: Some(instant(created)), updated_at: Some(instant(updated)) }
}

pub fn cases() -> Vec<Case> {
    let seen = Fingerprint::of(&serde_json::json!({"Title": "Tap"}));
    let changed = Fingerprint::of(&serde_json::json!({"Title": "Taps"}));
    let of = |fingerprint: &Fingerprint, at_least: Option<&str>| Freshness::Fingerprint {
        fingerprint: fingerprint.clone(),
        at_least: at_least.map(instant),
    };
    vec![
        Case {
            reason: Reason::OutsideWindow,
            holds: verdict(&stamped(BEFORE, BEFORE), None),
            fails: verdict(&stamped(BEFORE, EDGE), None),
        },
        Case {
            reason: Reason::OutsideWindow,
            holds: verdict(&stamped(BEFORE, BEFORE), None),
            fails: verdict(&stamped(EDGE, BEFORE), None),
        },
        Case {
            reason: Reason::UnchangedSinceLastSeen,
            holds: verdict(&of(&seen, Some(BEFORE)), Some(&seen)),
            fails: verdict(&of(&changed, Some(BEFORE)), Some(&seen)),
        },
        Case {
            reason: Reason::UnchangedSinceLastSeen,
            holds: verdict(&of(&seen, None), Some(&seen)),
            fails: verdict(&of(&seen, Some(EDGE)), Some(&seen)),
        },
        // The first run of an account: the stamp decides, and without one everything is taken.
        Case {
            reason: Reason::OutsideWindow,
            holds: verdict_of(&of(&seen, Some(BEFORE)), Remembered::NothingYet),
            fails: verdict_of(&of(&seen, Some(EDGE)), Remembered::NothingYet),
        },
        Case {
            reason: Reason::OutsideWindow,
            holds: verdict_of(&of(&seen, Some(BEFORE)), Remembered::NothingYet),
            fails: verdict_of(&of(&seen, None), Remembered::NothingYet),
        },
        Case {
            reason: Reason::OutsideWindow,
            holds: verdict_of(&of(&seen, Some(BEFORE)), Remembered::NothingYet),
            fails: verdict_of(&of(&seen, Some(BEFORE)), Remembered::Nothing),
        },
    ]
}

#[test]
fn a_window_catches_up_or_says_what_it_leaves_out() {
    let mut policy = WindowPolicy::default();
    let (now, edge) = (instant(NOW), instant(EDGE));
    let from = |policy: &WindowPolicy, last| coverage(policy, last, now).window.from;
    assert_eq!(from(&policy, None), edge, "the first run");
    assert_eq!(from(&policy, Some(edge)), edge, "exactly covered");
    let last = instant(BEFORE);
    assert_eq!(from(&policy, Some(last)), last - chrono::TimeDelta::minutes(15));
    policy.catch_up = false;
    assert_eq!(coverage(&policy, Some(last), now).gap, Some((last, edge)));
    assert_eq!(from(&policy, Some(last)), edge);
    assert_eq!(coverage(&policy, Some(edge), now).gap, None);
}

#[test]
fn of_a_whole_list_what_is_not_linked_counts_only_if_it_is_known_to_be_new() {
    let window = coverage(&WindowPolicy::default(), None, instant(NOW)).window;
    let verdict = |freshness: Freshness| judge_unlinked(&freshness, window, &mut Trace::off());
    let print = |at_least: Option<&str>| Freshness::Fingerprint {
        fingerprint: Fingerprint::of(&serde_json::json!("Tap")),
        at_least: at_least.map(instant),
    };
    let outside = WindowVerdict::Outside(Reason::OutsideWindow);
    assert_eq!(verdict(stamped(BEFORE, EDGE)), WindowVerdict::Inside);
    assert_eq!(verdict(stamped(BEFORE, BEFORE)), outside);
    assert_eq!(verdict(print(Some(EDGE))), WindowVerdict::Inside);
    assert_eq!(verdict(print(Some(BEFORE))), outside);
    assert_eq!(verdict(print(None)), outside);
    assert_eq!(verdict(Freshness::Filtered), outside);
}
