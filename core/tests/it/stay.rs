//! Stays (rule R): which counts, of what tenancies it is made, and when another begins to count.

use latchel_sync_core::model::*;
use latchel_sync_core::rules::{active, current_tenancy, next_turn};
use proptest::prelude::*;

use crate::make::{day, today};

/// A tenancy in a unit, from a day to a day; empty for none.
fn stay(unit: &str, from: &str, to: &str) -> Tenancy {
    let date = |text: &str| (!text.is_empty()).then(|| day(text));
    Tenancy { unit: Some(UnitId::new(unit)), move_in: date(from), move_out: date(to) }
}

#[track_caller]
fn counts(tenancies: &[Tenancy], on: &str, expected: Tenancy) {
    let reversed: Vec<_> = tenancies.iter().rev().cloned().collect();
    for tenancies in [tenancies, &reversed] {
        assert_eq!(current_tenancy(tenancies, day(on)), Some(expected.clone()), "on {on}");
    }
}

#[test]
fn of_several_stays_the_present_then_the_next_then_the_last_counts() {
    let past = stay("1", "2024-01-01", "2025-01-01");
    let later_past = stay("2", "2025-02-01", "2025-06-01");
    let now = stay("3", "2026-01-01", "2026-03-03");
    let next = stay("4", "2026-03-05", "2026-04-01");
    let after_next = stay("5", "2026-05-01", "");
    let today = today().to_string();
    counts(&[past.clone(), later_past.clone()], &today, later_past.clone());
    counts(&[after_next.clone(), past.clone(), next.clone()], &today, next.clone());
    counts(&[next, now.clone(), past], &today, now);
    counts(&[later_past, after_next.clone()], &today, after_next);
}

#[test]
fn a_renewal_on_the_day_is_one_stay() {
    let renewed = [stay("101", "2025-03-10", "2026-03-10"), stay("101", "2026-03-10", "2027-03-10")];
    for on in ["2026-03-09", "2026-03-10", "2026-03-11"] {
        counts(&renewed, on, stay("101", "2025-03-10", "2027-03-10"));
    }
    assert_eq!(next_turn(&renewed, day("2026-03-09")), None, "nothing changes on that day");
    let three = [&renewed[..], &[stay("101", "2027-03-10", "")]].concat();
    counts(&three, "2026-01-01", stay("101", "2025-03-10", ""));
}

#[test]
fn a_transfer_on_the_day_is_one_stay_in_the_unit_of_the_day() {
    let moved = [stay("101", "2025-03-10", "2026-03-10"), stay("102", "2026-03-10", "")];
    counts(&moved, "2026-03-09", stay("101", "2025-03-10", ""));
    counts(&moved, "2026-03-10", stay("102", "2025-03-10", ""));
    assert_eq!(next_turn(&moved, day("2026-03-09")), Some(day("2026-03-10")));
    assert_eq!(next_turn(&moved, day("2026-03-10")), None);
    // Not yet there: the first unit; gone: the last.
    counts(&moved, "2025-01-01", stay("101", "2025-03-10", ""));
    let left = [stay("101", "2025-03-10", "2026-03-10"), stay("102", "2026-03-10", "2026-06-01")];
    counts(&left, "2026-07-01", stay("102", "2025-03-10", "2026-06-01"));
}

#[test]
fn a_day_between_makes_two_stays() {
    let apart = [stay("101", "2025-03-10", "2026-03-10"), stay("102", "2026-03-11", "")];
    counts(&apart, "2026-03-09", stay("101", "2025-03-10", "2026-03-10"));
    counts(&apart, "2026-03-10", stay("102", "2026-03-11", ""));
    counts(&apart, "2026-03-11", stay("102", "2026-03-11", ""));
    assert_eq!(next_turn(&apart, day("2026-03-01")), Some(day("2026-03-10")));
    assert_eq!(next_turn(&apart, day("2026-03-10")), None);
}

#[test]
fn tenancies_that_overlap_are_one_stay_to_the_last_move_out() {
    let overlap = [stay("101", "2025-03-10", "2026-03-20"), stay("102", "2026-03-10", "2026-09-01")];
    counts(&overlap, "2026-03-12", stay("102", "2025-03-10", "2026-09-01"));
    // A garage that was rented for a while.
    let within = [stay("101", "2025-03-10", "2026-09-01"), stay("G", "2026-01-01", "2026-03-01")];
    counts(&within, "2026-02-01", stay("G", "2025-03-10", "2026-09-01"));
    counts(&within, "2026-03-01", stay("101", "2025-03-10", "2026-09-01"));
    assert_eq!(next_turn(&within, day("2026-02-01")), Some(day("2026-03-01")));
}

#[test]
fn an_absent_date_is_open() {
    let no_move_in = [stay("101", "", "2026-03-10"), stay("102", "2026-03-10", "2026-09-01")];
    counts(&no_move_in, "2026-03-10", stay("102", "", "2026-09-01"));
    // Nobody moves out for a renewal, so that the tenancy before it has no move-out.
    let renewed = [
        stay("101", "2024-01-01", ""),
        stay("101", "2025-01-01", ""),
        stay("101", "2026-01-01", "2026-06-01"),
    ];
    counts(&renewed, "2026-03-02", stay("101", "2024-01-01", "2026-06-01"));
    counts(&renewed, "2026-06-01", stay("101", "2024-01-01", "2026-06-01"));
    // Another unit that was given up ends nothing.
    let two = [stay("101", "2024-01-01", ""), stay("G", "2025-01-01", "2026-01-01")];
    counts(&two, "2026-03-02", stay("101", "2024-01-01", ""));
    counts(&[stay("101", "", "")], "2026-03-02", stay("101", "", ""));
}

#[test]
fn a_tenancy_in_which_nobody_lives_joins_nothing() {
    let fell_through = [stay("101", "2025-03-10", "2026-03-10"), stay("101", "2026-03-10", "2026-03-10")];
    counts(&fell_through, "2026-03-02", stay("101", "2025-03-10", "2026-03-10"));
    let inverted = [stay("101", "2025-03-10", ""), stay("101", "2026-05-01", "2026-04-01")];
    counts(&inverted, "2026-03-02", stay("101", "2025-03-10", ""));
    counts(&[stay("101", "2026-05-01", "2026-04-01")], "2026-03-02", stay("101", "2026-05-01", "2026-04-01"));
}

#[test]
fn a_date_before_1900_or_after_2200_is_none() {
    let odd = [stay("101", "0001-01-01", "9999-12-31")];
    counts(&odd, "2026-03-02", stay("101", "", ""));
    assert_eq!(next_turn(&odd, today()), None);
    counts(&[stay("101", "1900-01-01", "2200-12-31")], "2026-03-02", stay("101", "1900-01-01", "2200-12-31"));
    counts(&[stay("101", "1899-12-31", "2201-01-01")], "2026-03-02", stay("101", "", ""));
    // A date that never was a move-out does not end a renewal either.
    let renewed = [stay("101", "2025-03-10", "0001-01-01"), stay("101", "2026-03-10", "2027-03-10")];
    counts(&renewed, "2026-03-02", stay("101", "2025-03-10", "2027-03-10"));
}

#[test]
fn nobody_stays_without_a_tenancy() {
    assert_eq!(current_tenancy(&[], today()), None);
    assert_eq!(next_turn(&[], today()), None);
}

fn tenancies() -> impl Strategy<Value = Vec<Tenancy>> {
    let dates = || prop::option::weighted(0.8, 0_i64..40);
    let tenancy = (dates(), dates(), 0_u8..3).prop_map(|(from, to, unit)| {
        let date = |days| day("2026-02-10") + chrono::TimeDelta::days(days);
        Tenancy { unit: Some(UnitId::new(unit.to_string())), move_in: from.map(date), move_out: to.map(date) }
    });
    prop::collection::vec(tenancy, 1..6)
}

proptest! {
    #[test]
    fn the_order_of_tenancies_does_not_matter(stays in tenancies()) {
        let reversed: Vec<_> = stays.iter().rev().cloned().collect();
        prop_assert_eq!(current_tenancy(&stays, today()), current_tenancy(&reversed, today()));
        prop_assert_eq!(next_turn(&stays, today()), next_turn(&reversed, today()));
    }

    #[test]
    fn somebody_stays_on_the_days_on_which_a_tenancy_with_dates_says_so(mut stays in tenancies()) {
        // All tenancies get an end here: an open one ends where a renewal follows.
        stays.iter_mut().for_each(|one| one.move_out = one.move_out.or(Some(day("2026-04-01"))));
        for on in day("2026-02-01").iter_days().take(70) {
            let chosen = current_tenancy(&stays, on).expect("one");
            let any = stays.iter().any(|one| active(one.move_in, one.move_out, on));
            prop_assert_eq!(active(chosen.move_in, chosen.move_out, on), any);
            let there = stays.iter().any(|one| one.unit == chosen.unit && active(one.move_in, one.move_out, on));
            prop_assert!(there || !any, "{:?} on {}", chosen, on);
        }
    }

    #[test]
    fn until_the_next_turn_the_same_stay_counts(stays in tenancies()) {
        let now = current_tenancy(&stays, today());
        let turn = next_turn(&stays, today());
        for on in today().iter_days().skip(1).take(60) {
            let same = current_tenancy(&stays, on) == now;
            prop_assert!(same || turn.is_some_and(|turn| turn <= on), "{}", on);
        }
        prop_assert!(turn.is_none_or(|turn| turn > today() && current_tenancy(&stays, turn) != now));
    }
}
