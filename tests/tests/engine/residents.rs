//! Stays that are made of several tenancies, move-ins, and people who come back (rules R2, R4, R6, R9), day by day.

use chrono::{NaiveDate, TimeDelta};
use latchel_sync_core::ErrorKind;
use latchel_sync_core::in_memory::Intercept;
use latchel_sync_core::ledger::Action;
use latchel_sync_core::model::*;

use tests::simulation::pair::{Done, Pair, property, resident, stamped, unit, world};

/// A pair with the units 101 and 102 of property 12, where `R12` lives in 101. It is 2 March in Los Angeles.
async fn pair() -> Pair {
    pair_with(Returning::Correct).await
}

async fn pair_with(returning: Returning) -> Pair {
    let mut world = world();
    world.properties.clear();
    world.residents.clear();
    world.work_orders.clear();
    for id in [unit("12", Some("101")), unit("12", Some("102")), unit("13", None)] {
        world.properties.insert(id.clone(), Row::Record(property(&id)));
    }
    for id in [unit("12", Some("101")), unit("13", None)] {
        let one = resident(&id);
        world.residents.insert(one.id.clone(), Row::Record(one));
    }
    let mut policy = Policy::new(SyncMethod::All);
    policy.residents.returning = returning;
    Pair::with(world, policy, |platform| platform).await
}

fn id() -> ResidentRef {
    ResidentRef::new(ResidentId::new("R12"), PropertyId::new("12"))
}

fn key() -> RecordKey {
    RecordKey::platform(Kind::Resident, id())
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn stay(unit: &str, from: &str, to: &str) -> Tenancy {
    let date = |text: &str| (!text.is_empty()).then(|| day(text));
    Tenancy { unit: Some(UnitId::new(unit)), move_in: date(from), move_out: date(to) }
}

/// Writes the resident's tenancies down on the platform.
fn note(pair: &Pair, tenancies: &[Tenancy]) {
    pair.platform.edit(|world| {
        let now = world.now;
        let Some(Row::Record(one)) = world.residents.get_mut(&id()) else { panic!("they are there") };
        (one.tenancies, one.freshness) = (tenancies.to_vec(), stamped(now));
    });
}

fn in_latchel(pair: &Pair) -> LatchelResident {
    let is_it = |one: &&LatchelResident| one.reference == Some(id());
    pair.latchel.edit(|world| world.residents.values().find(is_it).cloned()).expect("the resident")
}

fn change(pair: &Pair, change: impl Fn(&mut LatchelResident)) {
    let is_it = |one: &&mut LatchelResident| one.reference == Some(id());
    pair.latchel.edit(|world| world.residents.values_mut().find(is_it).map(change));
}

/// Unit and activity in Latchel.
fn home(pair: &Pair) -> (String, bool) {
    let one = in_latchel(pair);
    (one.unit.map(|unit| unit.to_string()).unwrap_or_default(), one.is_active)
}

fn said(done: &Done) -> Option<Reason> {
    done.outcomes.iter().find(|outcome| outcome.key == key()).map(|outcome| outcome.reason)
}

/// Syncs once a day until it is `date` in Los Angeles; returns what the last run did.
async fn daily_until(pair: &mut Pair, date: &str) -> Done {
    loop {
        pair.advance(TimeDelta::days(1));
        let done = pair.sync().await;
        if pair.now.date_naive() >= day(date) {
            return done;
        }
    }
}

fn calls(pair: &Pair, method: &str) -> usize {
    pair.journal.take().iter().filter(|call| call.method == method).count()
}

#[tokio::test]
async fn a_transfer_that_is_known_long_before_is_made_on_the_day() {
    let mut pair = pair().await;
    pair.sync().await;
    note(&pair, &[stay("101", "2025-06-01", "2026-03-10"), stay("102", "2026-03-10", "")]);
    daily_until(&mut pair, "2026-03-09").await;
    assert_eq!(home(&pair), ("101".to_owned(), true));
    let one = in_latchel(&pair);
    assert_eq!((one.move_in, one.move_out), (Some(day("2025-06-01")), None), "one stay");
    let done = daily_until(&mut pair, "2026-03-10").await;
    assert_eq!(home(&pair), ("102".to_owned(), true));
    assert_eq!(said(&done), Some(Reason::ResidentChanged));
    daily_until(&mut pair, "2026-03-15").await;
    assert_eq!(home(&pair), ("102".to_owned(), true));
}

#[tokio::test]
async fn a_renewal_on_the_day_changes_nothing_but_the_move_out() {
    let mut pair = pair().await;
    note(&pair, &[stay("101", "2025-03-10", "2026-03-10")]);
    pair.sync().await;
    daily_until(&mut pair, "2026-03-05").await;
    note(&pair, &[stay("101", "2025-03-10", "2026-03-10"), stay("101", "2026-03-10", "2027-03-10")]);
    daily_until(&mut pair, "2026-03-08").await;
    pair.journal.take();
    daily_until(&mut pair, "2026-03-12").await;
    assert_eq!(home(&pair), ("101".to_owned(), true));
    let one = in_latchel(&pair);
    assert_eq!((one.move_in, one.move_out), (Some(day("2025-03-10")), Some(day("2027-03-10"))));
    assert_eq!(pair.journal.take_writes(), [], "on no day");
}

#[tokio::test]
async fn a_day_without_a_home_lies_between_two_stays() {
    let mut pair = pair().await;
    pair.sync().await;
    note(&pair, &[stay("101", "2025-06-01", "2026-03-10"), stay("102", "2026-03-13", "")]);
    daily_until(&mut pair, "2026-03-09").await;
    assert_eq!(in_latchel(&pair).move_out, Some(day("2026-03-10")));
    let done = daily_until(&mut pair, "2026-03-10").await;
    assert_eq!((said(&done), home(&pair).1), (Some(Reason::ResidentLapsed), false));
    let done = daily_until(&mut pair, "2026-03-11").await;
    assert_eq!(said(&done), Some(Reason::ResidentReturned), "the next stay lies ahead");
    assert_eq!(home(&pair), ("102".to_owned(), false));
    assert_eq!(in_latchel(&pair).move_in, Some(day("2026-03-13")));
    let done = daily_until(&mut pair, "2026-03-13").await;
    assert_eq!((said(&done), home(&pair)), (Some(Reason::ResidentMovedIn), ("102".to_owned(), true)));
}

/// A pair whose resident was set inactive by the move-out on 10 March; it is 13 March.
async fn moved_out(returning: Returning) -> Pair {
    let mut pair = pair_with(returning).await;
    note(&pair, &[stay("101", "2025-03-10", "2026-03-10")]);
    pair.sync().await;
    let done = daily_until(&mut pair, "2026-03-10").await;
    assert_eq!((said(&done), home(&pair).1), (Some(Reason::ResidentLapsed), false));
    daily_until(&mut pair, "2026-03-13").await;
    pair
}

const RENEWED: [(&str, &str, &str); 2] = [("101", "2025-03-10", "2026-03-10"), ("102", "2026-03-10", "")];

fn renewed() -> Vec<Tenancy> {
    RENEWED.iter().map(|(unit, from, to)| stay(unit, from, to)).collect()
}

#[tokio::test]
async fn a_renewal_that_is_entered_three_days_late_brings_the_resident_back() {
    let mut pair = moved_out(Returning::Correct).await;
    note(&pair, &renewed());
    let done = daily_until(&mut pair, "2026-03-14").await;
    assert_eq!(done.reason(&key()), Reason::ResidentReturned);
    let outcome = done.outcomes.iter().find(|outcome| outcome.key == key()).expect("the outcome");
    assert_eq!(outcome.action, Action::Update);
    assert_eq!(outcome.detail.as_deref(), Some("move-out date (cleared), unit, is_active"));
    let one = in_latchel(&pair);
    assert_eq!((one.move_in, one.move_out), (Some(day("2025-03-10")), None));
    assert_eq!(home(&pair), ("102".to_owned(), true));
    daily_until(&mut pair, "2026-03-20").await;
    assert_eq!(home(&pair), ("102".to_owned(), true));
}

#[tokio::test]
async fn what_somebody_touched_in_latchel_is_not_corrected() {
    let touches: [fn(&mut LatchelResident); 3] =
        [|one| one.move_out = Some(day("2026-03-09")), |one| one.move_in = None, |one| one.is_active = true];
    for touch in touches {
        let mut pair = moved_out(Returning::Correct).await;
        change(&pair, touch);
        let before = in_latchel(&pair);
        note(&pair, &renewed());
        let done = daily_until(&mut pair, "2026-03-14").await;
        assert_eq!(said(&done), Some(Reason::ResidentMovedOut));
        daily_until(&mut pair, "2026-03-20").await;
        assert_eq!(in_latchel(&pair), before);
    }
}

#[tokio::test]
async fn what_somebody_touched_and_set_back_after_a_run_had_seen_it_is_left_too() {
    let mut pair = moved_out(Returning::Correct).await;
    change(&pair, |one| one.is_active = true);
    note(&pair, &[stay("101", "2025-03-10", "2026-03-11")]);
    daily_until(&mut pair, "2026-03-14").await;
    change(&pair, |one| one.is_active = false);
    note(&pair, &renewed());
    let done = daily_until(&mut pair, "2026-03-15").await;
    assert_eq!((said(&done), home(&pair).1), (Some(Reason::ResidentMovedOut), false));
}

#[tokio::test]
async fn whom_the_policy_leaves_and_who_is_gone_stay_inactive() {
    let mut pair = moved_out(Returning::Leave).await;
    note(&pair, &renewed());
    let done = daily_until(&mut pair, "2026-03-14").await;
    assert_eq!((said(&done), home(&pair).1), (Some(Reason::ResidentMovedOut), false));

    let mut pair = moved_out(Returning::Correct).await;
    note(&pair, &[stay("101", "2025-03-10", "2026-03-12")]);
    let done = daily_until(&mut pair, "2026-03-14").await;
    assert_eq!((said(&done), home(&pair).1), (Some(Reason::ResidentMovedOut), false), "over as well");
}

#[tokio::test]
async fn a_move_out_whose_answer_was_lost_is_ours_all_the_same() {
    let mut pair = pair().await;
    note(&pair, &[stay("101", "2025-03-10", "2026-03-10")]);
    pair.sync().await;
    daily_until(&mut pair, "2026-03-09").await;
    pair.journal.decide(|call| {
        if call.method == "update_resident" { Intercept::LoseAnswer } else { Intercept::Proceed }
    });
    daily_until(&mut pair, "2026-03-10").await;
    pair.journal.decide(|_| Intercept::Proceed);
    assert!(!home(&pair).1, "it was carried out");
    daily_until(&mut pair, "2026-03-13").await;
    note(&pair, &renewed());
    let done = daily_until(&mut pair, "2026-03-14").await;
    assert_eq!((said(&done), home(&pair)), (Some(Reason::ResidentReturned), ("102".to_owned(), true)));
}

#[tokio::test]
async fn a_renewal_that_came_in_the_run_of_the_move_out_is_not_lost_to_it() {
    let mut pair = pair().await;
    note(&pair, &[stay("101", "2025-03-10", "2026-03-10")]);
    pair.sync().await;
    daily_until(&mut pair, "2026-03-08").await;
    pair.advance(TimeDelta::hours(1));
    note(&pair, &renewed());
    // No sync comes by until the day is over, and then none for so long that the window has passed.
    pair.advance(TimeDelta::days(3));
    pair.sync().await;
    pair.advance(TimeDelta::days(9));
    pair.sync().await;
    assert_eq!(home(&pair), ("102".to_owned(), true));
}

#[tokio::test]
async fn an_adopted_resident_with_a_move_in_to_come_is_read_one_way_from_the_first_run_on() {
    let mut pair = pair().await;
    note(&pair, &[stay("102", "2026-03-10", "")]);
    pair.latchel.edit(|world| {
        let one = LatchelResident {
            id: LatchelResidentId(170),
            reference: Some(id()),
            unit: Some(UnitId::new("101")),
            name: "Ada Abara".to_owned(),
            email: None,
            phone: None,
            contact_known: true,
            move_in: Some(day("2026-03-09")),
            move_out: None,
            is_active: false,
        };
        world.residents.insert(one.id, one);
    });
    let done = pair.sync().await;
    assert_eq!(done.reason(&key()), Reason::ResidentChanged, "in the first run");
    let one = in_latchel(&pair);
    assert_eq!((one.move_in, home(&pair)), (Some(day("2026-03-10")), ("102".to_owned(), false)));
    let done = daily_until(&mut pair, "2026-03-10").await;
    assert_eq!((said(&done), home(&pair).1), (Some(Reason::ResidentMovedIn), true));
}

#[tokio::test]
async fn an_adopted_resident_who_is_to_come_by_the_platform_alone_was_set_inactive_by_somebody() {
    let mut pair = pair().await;
    pair.sync().await;
    change(&pair, |one| (one.move_in, one.is_active) = (Some(day("2025-06-01")), false));
    pair.lose_ledger().await;
    note(&pair, &[stay("101", "2026-03-10", "")]);
    let first = daily_until(&mut pair, "2026-03-03").await;
    assert_eq!(said(&first), Some(Reason::ResidentInactiveInLatchel));
    note(&pair, &[stay("101", "2026-03-11", "")]);
    let second = daily_until(&mut pair, "2026-03-04").await;
    assert_eq!(said(&second), Some(Reason::ResidentInactiveInLatchel));
    daily_until(&mut pair, "2026-03-14").await;
    assert!(!home(&pair).1);
}

#[tokio::test]
async fn who_was_seen_active_before_the_move_in_and_is_inactive_then_was_changed_by_hand() {
    let mut pair = pair().await;
    note(&pair, &[stay("101", "2026-03-10", "")]);
    pair.sync().await;
    change(&pair, |one| one.is_active = true);
    // A change of the contact alone: Latchel is looked at, and the activity is the dates' again.
    note(&pair, &[stay("101", "2026-03-10", "")]);
    daily_until(&mut pair, "2026-03-03").await;
    assert!(!home(&pair).1, "by the dates");
    daily_until(&mut pair, "2026-03-10").await;
    assert!(home(&pair).1, "and that was ours");

    let mut pair = pair_with(Returning::Correct).await;
    pair.sync().await;
    change(&pair, |one| (one.move_in, one.is_active) = (Some(day("2026-03-10")), false));
    note(&pair, &[stay("101", "2026-03-10", "")]);
    let done = daily_until(&mut pair, "2026-03-03").await;
    assert_eq!(said(&done), Some(Reason::ResidentInactiveInLatchel), "they were active");
    daily_until(&mut pair, "2026-03-12").await;
    assert!(!home(&pair).1);
}

#[tokio::test]
async fn a_lease_that_was_deleted_before_its_move_in_activates_nobody() {
    let mut pair = pair().await;
    note(&pair, &[stay("101", "2026-03-10", "")]);
    pair.sync().await;
    assert!(!home(&pair).1);
    let taken = pair.platform.edit(|world| world.residents.remove(&id())).expect("it was there");
    let before = in_latchel(&pair);
    let done = daily_until(&mut pair, "2026-03-10").await;
    assert_eq!((said(&done), in_latchel(&pair)), (Some(Reason::GoneFromSource), before));
    pair.journal.take();
    let done = daily_until(&mut pair, "2026-03-14").await;
    assert_eq!((said(&done), home(&pair).1), (None, false));
    assert_eq!(calls(&pair, "residents_by_id"), 0, "nobody is asked again");

    // It was a mistake: what comes back is a change.
    pair.platform.edit(|world| world.residents.insert(id(), taken));
    note(&pair, &[stay("101", "2026-03-10", "")]);
    let done = daily_until(&mut pair, "2026-03-15").await;
    assert_eq!((said(&done), home(&pair).1), (Some(Reason::ResidentMovedIn), true));
}

#[tokio::test]
async fn a_move_in_that_was_put_off_without_a_trace_is_put_off_in_latchel() {
    let mut pair = pair().await;
    note(&pair, &[stay("101", "2026-03-10", "")]);
    pair.sync().await;
    daily_until(&mut pair, "2026-03-08").await;
    // The platform does not say that it changed.
    pair.platform.edit(|world| {
        let Some(Row::Record(one)) = world.residents.get_mut(&id()) else { panic!("they are there") };
        one.tenancies[0].move_in = Some(day("2026-03-20"));
    });
    let done = daily_until(&mut pair, "2026-03-10").await;
    assert_eq!((said(&done), home(&pair).1), (Some(Reason::ResidentChanged), false));
    assert_eq!(in_latchel(&pair).move_in, Some(day("2026-03-20")));
    let done = daily_until(&mut pair, "2026-03-20").await;
    assert_eq!((said(&done), home(&pair).1), (Some(Reason::ResidentMovedIn), true));
}

#[tokio::test]
async fn move_ins_of_a_day_are_asked_for_together() {
    let mut pair = pair().await;
    pair.platform.edit(|world| {
        for number in 0..30 {
            let mut one = resident(&unit("12", Some("101")));
            one.id.resident = ResidentId::new(format!("N{number}"));
            one.tenancies = vec![stay("101", "2026-03-10", "")];
            world.residents.insert(one.id.clone(), Row::Record(one));
        }
    });
    pair.sync().await;
    daily_until(&mut pair, "2026-03-09").await;
    pair.journal.take();
    pair.advance(TimeDelta::days(1));
    let done = pair.sync().await;
    let moved_in = done.outcomes.iter().filter(|one| one.reason == Reason::ResidentMovedIn).count();
    assert_eq!(moved_in, 30);
    let asked = pair.journal.take();
    let of_platform =
        asked.iter().filter(|call| call.method == "residents_by_id" && call.side == Side::Platform);
    assert_eq!(of_platform.count(), 1);
}

#[tokio::test]
async fn a_move_in_whose_record_cannot_be_read_is_tried_again() {
    let mut pair = pair().await;
    note(&pair, &[stay("101", "2026-03-10", "")]);
    pair.sync().await;
    daily_until(&mut pair, "2026-03-09").await;
    pair.journal.decide(|call| {
        let by_id = call.method == "residents_by_id" && call.side == Side::Platform;
        if by_id { Intercept::Fail(ErrorKind::Refused) } else { Intercept::Proceed }
    });
    let done = daily_until(&mut pair, "2026-03-10").await;
    assert_eq!((said(&done), home(&pair).1), (Some(Reason::CallFailed), false));
    pair.journal.decide(|_| Intercept::Proceed);
    let done = daily_until(&mut pair, "2026-03-11").await;
    assert_eq!((said(&done), home(&pair).1), (Some(Reason::ResidentMovedIn), true));
}
