//! Stays: the times in which somebody lives at a property, put together from the platform's tenancies.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use crate::model::{Tenancy, UnitId};

/// Years in which a date is taken as one; outside of them it stands for no known date.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// True if somebody with these dates lives there on `day`: `move_in <= day < move_out`, an absent date being open.
pub fn active(move_in: Option<NaiveDate>, move_out: Option<NaiveDate>, day: NaiveDate) -> bool {
    move_in.is_none_or(|date| date <= day) && move_out.is_none_or(|date| day < date)
}

/// The stay that counts on `day`: the one that goes on then, or else the next, or else the last.
///
/// Tenancies of which the next begins on or before the day on which the one before ends (a renewal, a transfer to another
/// unit) are one stay, from the first move-in to the last move-out, in the unit of the tenancy that counts on `day`. A
/// renewal leaves the tenancy before it without a move-out: one without ends as the next at the same unit does. A tenancy
/// that ends on the day it begins, or before, counts only where there is no other. The order of `tenancies` does not matter.
pub fn current_tenancy(tenancies: &[Tenancy], day: NaiveDate) -> Option<Tenancy> {
    let stays = stays(tenancies);
    let is_current = |stay: &&Stay| active(stay.move_in, stay.move_out, day);
    let is_next = |stay: &&Stay| stay.move_in.is_some_and(|date| date > day);
    let current = stays.iter().find(is_current);
    let next = || stays.iter().filter(is_next).min_by_key(|stay| stay.move_in);
    let last = || stays.iter().max_by_key(|stay| stay.move_out);
    let stay = current.or_else(next).or_else(last)?;
    Some(Tenancy { unit: stay.part_on(day)?.unit.clone(), move_in: stay.move_in, move_out: stay.move_out })
}

/// The first day after `day` on which another stay or another unit counts than on `day`.
pub fn next_turn(tenancies: &[Tenancy], day: NaiveDate) -> Option<NaiveDate> {
    let now = current_tenancy(tenancies, day);
    let dates = tenancies.iter().flat_map(|one| [one.move_in, one.move_out]);
    let mut later: Vec<_> =
        dates.filter_map(|date| date.and_then(known)).filter(|date| *date > day).collect();
    later.sort();
    later.into_iter().find(|date| current_tenancy(tenancies, *date) != now)
}

/// Tenancies that follow each other without a gap, in the order in which they begin.
struct Stay {
    parts: Vec<Tenancy>,
    move_in: Option<NaiveDate>,
    move_out: Option<NaiveDate>,
}

impl Stay {
    fn of(tenancy: Tenancy) -> Self {
        Self { move_in: tenancy.move_in, move_out: tenancy.move_out, parts: vec![tenancy] }
    }

    /// True if `later`, which begins no earlier, begins before this stay is over or on the day on which it ends.
    fn reaches(&self, later: &Tenancy) -> bool {
        self.move_out.is_none_or(|out| later.move_in.is_none_or(|date| date <= out))
    }

    fn add(&mut self, later: Tenancy) {
        self.move_out = self.move_out.and_then(|out| later.move_out.map(|date| date.max(out)));
        self.parts.push(later);
    }

    /// The tenancy that counts on `day`: the last to begin of those that go on then, else the first to come, else the
    /// last to end.
    fn part_on(&self, day: NaiveDate) -> Option<&Tenancy> {
        let current = self.parts.iter().rfind(|part| active(part.move_in, part.move_out, day));
        let next = || self.parts.iter().find(|part| part.move_in.is_some_and(|date| date > day));
        let last = || self.parts.iter().max_by_key(|part| part.move_out);
        current.or_else(next).or_else(last)
    }
}

fn stays(tenancies: &[Tenancy]) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    for tenancy in with_ends(tenancies) {
        match stays.last_mut().filter(|stay| stay.reaches(&tenancy)) {
            Some(stay) => stay.add(tenancy),
            None => stays.push(Stay::of(tenancy)),
        }
    }
    stays
}

/// The tenancies in the order of their beginnings, without those that nobody lives in. One without a move-out that was
/// renewed ends as its renewal does.
fn with_ends(tenancies: &[Tenancy]) -> Vec<Tenancy> {
    let mut all: Vec<_> = tenancies
        .iter()
        .map(|one| Tenancy {
            unit: one.unit.clone(),
            move_in: one.move_in.and_then(known),
            move_out: one.move_out.and_then(known),
        })
        .collect();
    if all.iter().any(is_lived_in) {
        all.retain(is_lived_in);
    }
    all.sort_by(|one, other| {
        (one.move_in, one.move_out, &one.unit).cmp(&(other.move_in, other.move_out, &other.unit))
    });
    let mut ends: HashMap<Option<UnitId>, Option<NaiveDate>> = HashMap::new();
    for one in all.iter_mut().rev() {
        one.move_out = one.move_out.or_else(|| ends.get(&one.unit).copied().flatten());
        ends.insert(one.unit.clone(), one.move_out);
    }
    all
}

fn is_lived_in(tenancy: &Tenancy) -> bool {
    tenancy.move_in.zip(tenancy.move_out).is_none_or(|(date, out)| date < out)
}

fn known(date: NaiveDate) -> Option<NaiveDate> {
    YEARS.contains(&date.year()).then_some(date)
}
