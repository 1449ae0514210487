//! A far side that is down, or that asks for patience without end: one clear message, not one for each record.

use chrono::TimeDelta;
use latchel_sync_core::ErrorKind;
use latchel_sync_core::in_memory::{Intercept, PlatformWorld};
use latchel_sync_core::ledger::RunStatus;
use latchel_sync_core::model::*;

use tests::simulation::pair::{Done, Pair, noon, property, resident, stamped, unit, world};

const EVERY_CALL_FAILS: [ErrorKind; 5] = [
    ErrorKind::Unavailable,
    ErrorKind::Timeout,
    ErrorKind::RateLimited,
    ErrorKind::Unauthorized,
    ErrorKind::Forbidden,
];

/// A pair of so many properties, each with a resident; the ones with an even number are in Latchel already.
async fn half_known(properties: usize) -> Pair {
    let units: Vec<_> = (0..properties).map(|number| unit(&format!("{number:03}"), None)).collect();
    let world = PlatformWorld {
        now: noon(),
        properties: units.iter().step_by(2).map(|id| (id.clone(), Row::Record(property(id)))).collect(),
        users: world().users,
        ..PlatformWorld::default()
    };
    let mut pair = Pair::new(world).await;
    assert_eq!(pair.sync().await.run.status, RunStatus::Success);
    pair.advance(TimeDelta::minutes(15));
    units.iter().for_each(|id| pair.add_property(id));
    pair.platform.edit(|world| {
        world.residents = units.iter().map(resident).map(|one| (one.id.clone(), Row::Record(one))).collect();
    });
    pair
}

fn failed(done: &Done) -> usize {
    done.outcomes.iter().filter(|outcome| outcome.reason == Reason::CallFailed).count()
}

#[tokio::test]
async fn latchel_that_goes_down_amid_creates_fails_a_handful_and_not_all_of_them() {
    for kind in EVERY_CALL_FAILS {
        let pair = half_known(60).await;
        let mut made = 0;
        pair.journal.decide(move |call| match call.method {
            "create_property" => {
                made += 1;
                if made > 3 { Intercept::Fail(kind) } else { Intercept::Proceed }
            }
            "create_resident" => Intercept::Fail(kind),
            _ => Intercept::Proceed,
        });
        let done = pair.sync().await;
        assert_eq!(done.run.status, RunStatus::Partial, "{kind:?}");
        let messages: Vec<_> = done.run.phases.iter().filter_map(|phase| phase.error.as_deref()).collect();
        let phases = if kind == ErrorKind::Unauthorized { 1 } else { 2 };
        assert_eq!(messages.len(), phases, "{kind:?}: {messages:?}");
        // Those that were under way when the fifth had failed are told to their end.
        assert!(failed(&done) <= 12 * phases, "{kind:?}: {}", failed(&done));
    }
}

#[tokio::test]
async fn latchel_that_is_down_while_dates_pass_fails_a_handful_and_not_all_of_them() {
    let mut pair = half_known(60).await;
    pair.sync().await;
    pair.platform.edit(|world| {
        for row in world.residents.values_mut().take(9) {
            let Row::Record(one) = row else { continue };
            one.tenancies[0].move_out = "2026-06-01".parse().ok();
            one.freshness = stamped(world.now);
        }
    });
    pair.sync().await;
    pair.advance(TimeDelta::days(120));
    pair.journal.decide(|call| match call.method {
        "update_resident" => Intercept::Fail(ErrorKind::Unavailable),
        _ => Intercept::Proceed,
    });
    let done = pair.sync().await;
    assert_eq!(failed(&done), 5);
    assert!(done.run.phases.iter().any(|phase| phase.error.is_some()));
    pair.journal.decide(|_| Intercept::Proceed);
    pair.advance(TimeDelta::hours(1));
    pair.sync().await;
    let left = pair.latchel.edit(|world| world.residents.values().filter(|one| !one.is_active).count());
    assert_eq!(left, 9, "all of them in the next run");
}

#[tokio::test]
async fn either_side_that_is_down_from_the_start_leads_to_one_message_for_each_phase() {
    for method in ["users", "portfolios", "properties", "properties_by_ref", "latchel_only", "jobs"] {
        for kind in [ErrorKind::Unavailable, ErrorKind::RateLimited] {
            let pair = half_known(60).await;
            pair.journal.decide(move |call| match call.method == method {
                true => Intercept::Fail(kind),
                false => Intercept::Proceed,
            });
            let done = pair.sync().await;
            let messages: Vec<_> =
                done.run.phases.iter().filter_map(|phase| phase.error.as_deref()).collect();
            let most = if ["users", "portfolios"].contains(&method) { 1 } else { done.run.phases.len() };
            assert!((1..=most).contains(&messages.len()) && failed(&done) == 0, "{method}: {messages:?}");
        }
    }
}
