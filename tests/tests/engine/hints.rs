//! Platforms that give no instant of a change: hints instead of work orders, and fingerprints of residents.

use chrono::TimeDelta;
use latchel_sync_core::Ledger;
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::*;

use tests::simulation::pair::{LATCHEL_USER, Pair, unit, world};

fn print(text: &str) -> Fingerprint {
    Fingerprint::of(&serde_json::json!(text))
}

/// Lets the list show no more of the work order than this.
fn hint(pair: &Pair, id: &WorkOrderId, text: &str) {
    pair.platform.edit(|world| {
        let at_least = Some(world.now);
        let Some(Row::Record(one)) = world.work_orders.get_mut(id) else { panic!() };
        one.freshness = Freshness::Fingerprint { fingerprint: print(text), at_least };
        world.hinted.insert(id.clone(), print(text));
    });
}

fn assign(pair: &Pair, id: &WorkOrderId, users: &[&str]) {
    let users = users.iter().map(|user| UserId::new(*user)).collect();
    pair.platform.edit(|world| world.change_work_order(id, |one| one.assigned_users = users));
}

#[tokio::test]
async fn a_hint_that_a_work_order_is_latchels_again_takes_back_that_updates_were_stopped() {
    for again in [true, false] {
        let policy = Policy::new(SyncMethod::Assigned);
        let mut pair = Pair::with(world(), policy, |platform| platform).await;
        let id = WorkOrderId::new("W13");
        hint(&pair, &id, "as it was");
        pair.sync().await;
        let job = pair.latchel.edit(|world| {
            let of_it = world.jobs.values().find(|job| job.work_order.as_ref() == Some(&id));
            of_it.expect("it was brought over").id
        });

        pair.advance(TimeDelta::minutes(15));
        assign(&pair, &id, &["2"]);
        hint(&pair, &id, "taken from Latchel");
        pair.latchel.edit(|world| world.change_job(job, |job| job.state = JobState::Completed));
        pair.advance(TimeDelta::minutes(15));
        let key = RecordKey::latchel(Kind::WorkOrder, job);
        assert_eq!(pair.sync().await.reason(&key), Reason::UnassignedStopsUpdates);

        pair.advance(TimeDelta::minutes(15));
        assign(&pair, &id, if again { &[LATCHEL_USER] } else { &["2", "3"] });
        hint(&pair, &id, "given to somebody");
        pair.advance(TimeDelta::minutes(15));
        pair.journal.take();
        let done = pair.sync().await;
        let (reason, closes) = match again {
            true => (Reason::StatusCompleted, 1),
            false => (Reason::UnassignedStopsUpdates, 0),
        };
        assert_eq!(done.reason(&key), reason);
        assert_eq!(pair.journal.take_writes().len(), closes);

        // What is hinted at as it was costs no call.
        pair.advance(TimeDelta::minutes(15));
        pair.journal.take();
        pair.sync().await;
        assert!(!pair.journal.take().iter().any(|call| call.on == id.as_str()));
    }
}

#[tokio::test]
async fn a_hinted_work_order_that_cannot_be_read_rests_until_its_hint_changes() {
    use latchel_sync_core::ErrorKind;
    use latchel_sync_core::in_memory::Intercept;
    let mut pair = Pair::new(world()).await;
    let id = WorkOrderId::new("W13");
    hint(&pair, &id, "as it was");
    pair.journal.decide(|call| match call.method == "work_orders_by_id" && call.on == "W13" {
        true => Intercept::Fail(ErrorKind::Refused),
        false => Intercept::Proceed,
    });
    let mut tries = Vec::new();
    for minute in 0..=160 {
        pair.journal.take();
        pair.sync().await;
        if pair.journal.take().iter().any(|call| call.method == "work_orders_by_id") {
            tries.push(minute);
        }
        pair.advance(TimeDelta::minutes(1));
    }
    assert_eq!(tries, [0, 5, 15, 35, 75, 155]);
    hint(&pair, &id, "mended");
    pair.journal.decide(|_| Intercept::Proceed);
    let key = RecordKey::platform(Kind::WorkOrder, &id);
    assert_eq!(pair.sync().await.reason(&key), Reason::WorkOrderImported);
}

#[tokio::test]
async fn the_first_run_goes_by_the_stamp_and_later_ones_by_what_they_remember() {
    for (hours, is_hinted, expected) in [
        (80, true, Reason::OutsideWindow),
        (80, false, Reason::OutsideWindow),
        (71, true, Reason::WorkOrderImported),
        (71, false, Reason::WorkOrderImported),
    ] {
        let mut pair = Pair::new(world()).await;
        let id = WorkOrderId::new("W13");
        let key = RecordKey::platform(Kind::WorkOrder, &id);
        let changed_at = pair.now - TimeDelta::hours(hours);
        let shows = |pair: &Pair, text: &str| {
            pair.platform.edit(|world| {
                let Some(Row::Record(one)) = world.work_orders.get_mut(&id) else { panic!() };
                one.freshness =
                    Freshness::Fingerprint { fingerprint: print(text), at_least: Some(changed_at) };
                if is_hinted {
                    world.hinted.insert(id.clone(), print(text));
                }
            });
        };
        shows(&pair, "as it was");
        assert_eq!(pair.sync().await.reason(&key), expected, "{hours} h, hinted at: {is_hinted}");
        pair.advance(TimeDelta::minutes(15));
        let again = pair.sync().await;
        let looked_at = again.outcomes.iter().any(|outcome| outcome.key == key);
        assert!(!looked_at || hours < 72, "what was outside is remembered: {:?}", again.outcomes);

        shows(&pair, "changed, though the stamp does not say so");
        pair.advance(TimeDelta::minutes(15));
        let later = match hours {
            80 => Reason::WorkOrderImported,
            _ => Reason::ExistingWorkOrderNotUpdated,
        };
        assert_eq!(pair.sync().await.reason(&key), later, "{hours} h, hinted at: {is_hinted}");
    }
}

#[tokio::test]
async fn what_nobody_has_seen_before_is_new_to_a_later_run_whatever_its_stamp() {
    let mut pair = Pair::new(world()).await;
    let id = WorkOrderId::new("W13");
    let hidden = pair.platform.edit(|world| world.work_orders.remove(&id)).expect("the work order");
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    pair.platform.edit(|world| world.work_orders.insert(id.clone(), hidden));
    let long_ago = pair.now - TimeDelta::hours(80);
    pair.platform.edit(|world| {
        let Some(Row::Record(one)) = world.work_orders.get_mut(&id) else { panic!() };
        one.freshness = Freshness::Fingerprint { fingerprint: print("new"), at_least: Some(long_ago) };
    });
    let key = RecordKey::platform(Kind::WorkOrder, &id);
    assert_eq!(pair.sync().await.reason(&key), Reason::WorkOrderImported);
}

#[tokio::test]
async fn a_date_that_passes_keeps_the_fingerprint_so_that_nothing_is_looked_at_again() {
    for (move_in, move_out, expected) in [
        ("2025-06-01", Some("2026-03-04"), Reason::ResidentLapsed),
        ("2026-03-04", None, Reason::ResidentMovedIn),
    ] {
        let mut world = world();
        for row in world.residents.values_mut() {
            let Row::Record(one) = row else { continue };
            one.tenancies[0].move_in = move_in.parse().ok();
            one.tenancies[0].move_out = move_out.and_then(|day| day.parse().ok());
            let fingerprint = print(one.id.resident.as_str());
            one.freshness = Freshness::Fingerprint { fingerprint, at_least: None };
        }
        let mut pair = Pair::new(world).await;
        pair.sync().await;
        pair.advance(TimeDelta::days(3));
        let key = RecordKey::platform(Kind::Resident, "R13@13");
        let done = pair.sync().await;
        assert_eq!(done.reason(&key), expected);
        let memory =
            pair.ledger.recall("main", std::slice::from_ref(&key)).await.expect("a memory").remove(0);
        assert_eq!(memory.outcome.and_then(|newest| newest.fingerprint), Some(print("R13")));

        pair.advance(TimeDelta::minutes(15));
        let done = pair.sync().await;
        let residents =
            done.run.phases.iter().find(|phase| phase.phase == Phase::Residents).expect("the phase");
        assert_eq!(residents.counts.get(&Reason::UnchangedSinceLastSeen), Some(&2), "{:?}", residents.counts);
        assert!(!done.outcomes.iter().any(|outcome| outcome.key == key), "{expected}: it was decided again");
        assert_eq!(done.run.status, RunStatus::Success);
        let moved = pair.platform.edit(|world| {
            let Some(Row::Record(one)) = world.residents.values_mut().last() else { panic!() };
            one.tenancies[0].unit = None;
            one.freshness = Freshness::Fingerprint { fingerprint: print("changed"), at_least: None };
            one.id.property == unit("13", None).property
        });
        assert!(moved, "the resident of 13");
        assert!(pair.sync().await.outcomes.iter().any(|outcome| outcome.key == key), "a change is looked at");
    }
}
