//! Dates near midnight in the account's time zone, and the window's edges, through the engine.

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::ErrorKind;
use latchel_sync_core::engine::{Mode, Quiet, Request};
use latchel_sync_core::in_memory::{Intercept, PlatformWorld};
use latchel_sync_core::ledger::{Action, RunStatus};
use latchel_sync_core::model::{Phase, Reason, RuleId, *};

use tests::simulation::pair::{Pair, noon, stamped, unit, world};

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// A world in which the resident at property 13 moves out on 3 March, at this instant.
fn moving_out(now: DateTime<Utc>) -> PlatformWorld {
    let mut world = PlatformWorld { now, ..world() };
    for row in world.residents.values_mut() {
        let Row::Record(one) = row else { continue };
        one.freshness = stamped(now);
        one.tenancies[0].move_out = "2026-03-03".parse().ok();
    }
    for row in world.properties.values_mut() {
        let Row::Record(one) = row else { continue };
        one.freshness = stamped(now);
    }
    world
}

fn active(pair: &Pair) -> Vec<bool> {
    pair.latchel.edit(|world| world.residents.values().map(|one| one.is_active).collect())
}

#[tokio::test]
async fn the_move_out_day_begins_at_midnight_in_the_accounts_time_zone() {
    // Los Angeles is eight hours behind UTC in early March.
    let before = Pair::new(moving_out(instant("2026-03-03T07:59:59Z"))).await;
    before.sync().await;
    assert_eq!(active(&before), [true, true], "it is still 2 March there");
    let after = Pair::new(moving_out(instant("2026-03-03T08:00:00Z"))).await;
    after.sync().await;
    assert_eq!(active(&after), [false, false], "it is 3 March there");
}

#[tokio::test]
async fn a_move_out_passes_without_any_change_on_the_platform() {
    let mut pair = Pair::new(moving_out(instant("2026-03-01T20:00:00Z"))).await;
    pair.sync().await;
    pair.advance(instant("2026-03-03T07:59:00Z") - pair.now);
    pair.sync().await;
    assert_eq!(active(&pair), [true, true]);
    pair.advance(TimeDelta::minutes(1));
    let explained = pair.engine.explain(Kind::Resident, "R13@13", pair.now).await.expect("explained");
    let foretold: Vec<_> = explained.iter().map(|one| (one.reason, one.action)).collect();
    assert_eq!(foretold, [(Reason::ResidentLapsed, Action::Deactivate)]);
    assert!(explained[0].checks.iter().any(|one| one.decided && one.rule == RuleId::R6), "{explained:?}");
    let done = pair.sync().await;
    assert_eq!(active(&pair), [false, false]);
    assert_eq!(done.reason(&RecordKey::platform(Kind::Resident, "R13@13")), Reason::ResidentLapsed);
}

#[tokio::test]
async fn somebody_reactivated_by_hand_after_the_move_out_stays_active() {
    let mut pair = Pair::new(moving_out(instant("2026-03-01T20:00:00Z"))).await;
    pair.sync().await;
    pair.advance(TimeDelta::days(3));
    pair.sync().await;
    pair.latchel.edit(|world| world.residents.values_mut().for_each(|one| one.is_active = true));
    for _ in 0..3 {
        pair.advance(TimeDelta::days(1));
        pair.sync().await;
        assert_eq!(active(&pair), [true, true], "a person's word stays");
    }
}

#[tokio::test]
async fn what_changed_exactly_72_hours_ago_is_inside() {
    for (age, expected) in
        [(TimeDelta::hours(72), true), (TimeDelta::hours(72) + TimeDelta::seconds(1), false)]
    {
        let mut world = world();
        let Some(Row::Record(one)) = world.properties.get_mut(&unit("13", None)) else { panic!() };
        one.freshness = stamped(noon() - age);
        let pair = Pair::new(world).await;
        pair.sync().await;
        let there = pair.latchel.edit(|world| world.properties.len() == 2);
        assert_eq!(there, expected, "{age}");
    }
}

#[tokio::test]
async fn a_work_order_made_exactly_at_the_sync_start_stays_in_latchel() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    let (at, after) = (pair.add_job("Diagnosing Issue"), pair.add_job("Diagnosing Issue"));
    let later = pair.now + TimeDelta::microseconds(1);
    pair.latchel.edit(|world| world.jobs.get_mut(&after).expect("the job").created_at = later);
    pair.advance(TimeDelta::minutes(15));
    let done = pair.sync().await;
    assert_eq!(done.reason(&RecordKey::latchel(Kind::WorkOrder, at)), Reason::BeforeSyncStart);
    assert_eq!(done.reason(&RecordKey::latchel(Kind::WorkOrder, after)), Reason::WorkOrderCreated);
}

#[tokio::test]
async fn a_gap_is_covered_or_warned_of() {
    for catch_up in [true, false] {
        let mut policy = Policy::new(SyncMethod::All);
        policy.window.catch_up = catch_up;
        let mut pair = Pair::with(world(), policy, |platform| platform).await;
        pair.sync().await;
        pair.advance(TimeDelta::hours(20));
        pair.add_property(&unit("14", None));
        pair.advance(TimeDelta::days(10));
        let done = pair.sync().await;
        let arrived = pair.latchel.edit(|world| world.properties.len() == 3);
        assert_eq!(arrived, catch_up);
        let warned =
            done.run.warnings.iter().any(|one| one.contains("sync --account main --since 2026-03-02"));
        assert_eq!(warned, !catch_up, "{:?}", done.run.warnings);

        if !catch_up {
            let mut request = Request::everything(Mode::Apply, pair.now);
            request.phases = vec![Phase::Properties];
            request.since = Some(noon());
            pair.engine.run(&request, &Quiet).await.expect("a run");
            let arrived = pair.latchel.edit(|world| world.properties.len() == 3);
            assert!(arrived, "by the command that the warning names");
        }
    }
}

#[tokio::test]
async fn a_move_out_that_latchel_only_pretends_to_have_taken_is_not_confirmed() {
    for intercept in [Intercept::Pretend, Intercept::Fail(ErrorKind::Refused)] {
        let mut pair = Pair::new(moving_out(instant("2026-03-01T20:00:00Z"))).await;
        pair.sync().await;
        pair.advance(TimeDelta::days(3));
        pair.journal.decide(
            move |call| if call.method == "update_resident" { intercept } else { Intercept::Proceed },
        );
        let done = pair.sync().await;
        let expected =
            if intercept == Intercept::Pretend { Reason::NotConfirmed } else { Reason::CallFailed };
        assert_eq!(done.reason(&RecordKey::platform(Kind::Resident, "R13@13")), expected);
        pair.journal.decide(|_| Intercept::Proceed);
        pair.advance(TimeDelta::minutes(15));
        let done = pair.sync().await;
        assert_eq!(done.reason(&RecordKey::platform(Kind::Resident, "R13@13")), Reason::ResidentLapsed);
        assert_eq!(active(&pair), [false, false]);
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_warned_of_once_for_each_side_and_does_not_stop_the_run() {
    for (seconds, warned) in [(0, 0), (110, 0), (-110, 0), (130, 2), (-130, 2), (3_600, 2)] {
        let mut pair = Pair::new(world()).await;
        // The clock here is slow by so much, or fast.
        pair.now -= TimeDelta::seconds(seconds);
        let done = pair.sync().await;
        assert_eq!(done.run.status, RunStatus::Success, "{seconds}");
        let warnings: Vec<_> = done.run.warnings.iter().filter(|one| one.contains("clock")).collect();
        assert_eq!(warnings.len(), warned, "{seconds}: {warnings:?}");
        let names = ["Latchel: clock: ", "platform: clock: "];
        assert!(warnings.iter().zip(names).all(|(one, name)| one.starts_with(name)), "{warnings:?}");
    }
}

#[tokio::test]
async fn who_waits_for_a_unit_waits_for_the_one_of_the_day() {
    let mut world = world();
    let home = |name: &str, from: &str, to: &str| Tenancy {
        unit: Some(UnitId::new(name)),
        move_in: from.parse().ok(),
        move_out: to.parse().ok(),
    };
    let Some(Row::Record(one)) = world.residents.values_mut().next() else { panic!("the resident of 12") };
    one.tenancies = vec![home("not synced", "2025-06-01", "2026-03-05"), home("34", "2026-03-05", "")];
    let mut pair = Pair::new(world).await;
    let key = RecordKey::platform(Kind::Resident, "R12@12");
    assert_eq!(pair.sync().await.reason(&key), Reason::NoPropertyMatch);
    pair.advance(TimeDelta::days(2));
    pair.sync().await;
    assert_eq!(active(&pair), [true], "of the other alone");
    pair.advance(TimeDelta::days(1));
    assert_eq!(pair.sync().await.reason(&key), Reason::ResidentNew);
}
