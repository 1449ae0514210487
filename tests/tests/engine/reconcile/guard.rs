//! Rules W6, P8, R8: how much may be gone at once.

use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::in_memory::PlatformWorld;
use latchel_sync_core::model::*;

use super::{
    Done, actives, aged, newest, noon, of_property, of_resident, property, reconcile, resident, stamped,
    unit, world,
};
use latchel_sync_core::LedgerAdmin;

/// So many houses, each with a resident.
fn houses(number: usize) -> PlatformWorld {
    let units: Vec<_> = (0..number).map(|number| unit(&format!("{number:03}"), None)).collect();
    PlatformWorld {
        now: noon(),
        properties: units.iter().map(|id| (id.clone(), Row::Record(property(id)))).collect(),
        residents: units.iter().map(resident).map(|one| (one.id.clone(), Row::Record(one))).collect(),
        users: world().users,
        ..PlatformWorld::default()
    }
}

fn stopped(done: &Done, phase: Phase) -> bool {
    let report = done.run.phases.iter().find(|one| one.phase == phase).expect("it ran");
    report.error.as_ref().is_some_and(|one| one.contains("--allow-mass-change"))
}

#[tokio::test]
async fn gone_properties_count_toward_the_mass_change_guard_with_all_others() {
    let pair = aged(houses(40), GoneProperties::Deactivate).await;
    pair.platform.edit(|world| {
        let now = world.now;
        let ids: Vec<_> = world.properties.keys().take(6).cloned().collect();
        ids.iter().for_each(|id| drop(world.properties.remove(id)));
        for row in world.properties.values_mut().take(6) {
            let Row::Record(one) = row else { continue };
            (one.is_active, one.freshness) = (false, stamped(now));
        }
    });
    let done = reconcile(&pair, Mode::Apply).await;
    assert!(stopped(&done, Phase::Properties));
    assert_eq!(done.reason(&of_property(&unit("000", None))), Reason::MassChangeHeld);
    assert_eq!(actives(&pair).0.len(), 40);

    let request = Request { allow_mass_change: true, ..Request::reconciliation(Mode::Apply, pair.now) };
    let done = pair.request(&request).await;
    assert_eq!(done.reason(&of_property(&unit("000", None))), Reason::PropertyGoneFromSource);
    assert_eq!(actives(&pair).0.len(), 28);
}

#[tokio::test]
async fn a_platform_that_lists_nothing_and_has_nothing_makes_nothing_gone() {
    let pair = aged(houses(12), GoneProperties::Deactivate).await;
    pair.platform.edit(|world| {
        world.properties.clear();
        world.residents.clear();
    });
    let done = reconcile(&pair, Mode::Apply).await;
    assert!(stopped(&done, Phase::Properties));
    assert_eq!(newest(&pair, &of_property(&unit("000", None))).await, Reason::PropertyUnchanged);
    assert_eq!(pair.ledger.last_reconciled("main").await.expect("a watermark"), None, "it is not done");
}

#[tokio::test]
async fn a_key_that_no_longer_shows_residents_makes_none_of_them_gone() {
    let pair = aged(houses(12), GoneProperties::Flag).await;
    pair.platform.edit(|world| world.residents.clear());
    let done = reconcile(&pair, Mode::Apply).await;
    assert!(stopped(&done, Phase::Residents) && !stopped(&done, Phase::Properties));
    assert_eq!(newest(&pair, &of_resident(&unit("000", None))).await, Reason::ResidentUnchanged);

    let request = Request { allow_mass_change: true, ..Request::reconciliation(Mode::Apply, pair.now) };
    let done = pair.request(&request).await;
    assert_eq!(done.reason(&of_resident(&unit("000", None))), Reason::ResidentGoneFromSource);
}
