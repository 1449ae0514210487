//! Rules W6, P8, R8: whole lists, and linked records that the platform no longer has.

mod guard;

use chrono::TimeDelta;
use latchel_sync_core::engine::{Lists, Mode, Request};
use latchel_sync_core::in_memory::PlatformWorld;
use latchel_sync_core::ledger::{Action, RecordMemory, RunStatus};
use latchel_sync_core::model::*;
use latchel_sync_core::{Capabilities, ChangeFilter, Ledger, LedgerAdmin, Platform};

use tests::simulation::pair::{Done, Pair, noon, property, resident, stamped, unit, world};

fn policy(gone: GoneProperties) -> Policy {
    let policy = Policy::new(SyncMethod::All);
    Policy { properties: PropertyPolicy { gone, ..policy.properties.clone() }, ..policy }
}

/// Both systems in step, and everything out of the window.
async fn aged(world: PlatformWorld, gone: GoneProperties) -> Pair {
    let mut pair = Pair::with(world, policy(gone), |platform| platform).await;
    pair.sync().await;
    pair.let_it_age().await;
    pair.sync().await;
    pair.advance(TimeDelta::hours(1));
    pair
}

async fn reconcile(pair: &Pair, mode: Mode) -> Done {
    pair.request(&Request::reconciliation(mode, pair.now)).await
}

fn of_property(id: &PropertyRef) -> RecordKey {
    RecordKey::platform(Kind::Property, id)
}

/// The resident at a property of [`world`].
fn of_resident(id: &PropertyRef) -> RecordKey {
    RecordKey::platform(Kind::Resident, resident(id).id)
}

async fn memory(pair: &Pair, key: &RecordKey) -> RecordMemory {
    let keys = std::slice::from_ref(key);
    pair.ledger.recall("main", keys).await.expect("a memory").pop().expect("a memory")
}

async fn newest(pair: &Pair, key: &RecordKey) -> Reason {
    memory(pair, key).await.outcome.expect("an outcome").reason
}

fn actives(pair: &Pair) -> (Vec<String>, usize) {
    pair.latchel.edit(|world| {
        let active = world.properties.values().filter(|one| one.is_active);
        let ids = active.filter_map(|one| Some(one.reference.as_ref()?.key())).collect();
        (ids, world.residents.values().filter(|one| one.is_active).count())
    })
}

/// Unit 34 of property 12 goes to property 14, with its lease; the platform stamps what is new alone.
fn move_unit(pair: &Pair) -> (PropertyRef, PropertyRef) {
    let (old, new) = (unit("12", Some("34")), unit("14", Some("34")));
    pair.add_property(&new);
    pair.platform.edit(|world| {
        world.properties.remove(&old);
        world.residents.remove(&resident(&old).id);
        let id = ResidentRef::new(ResidentId::new("R12"), PropertyId::new("14"));
        let moved = Resident { id: id.clone(), freshness: stamped(world.now), ..resident(&old) };
        world.residents.insert(id, Row::Record(moved));
    });
    (old, new)
}

#[tokio::test]
async fn a_unit_that_moved_with_its_lease_is_flagged_with_its_resident() {
    let mut pair = aged(world(), GoneProperties::Flag).await;
    let (old, new) = move_unit(&pair);
    let synced = pair.sync().await;
    assert_eq!(synced.reason(&of_property(&new)), Reason::PropertyNew);
    assert_eq!(synced.reason(&of_resident(&old)), Reason::ResidentGoneFromSource, "they are new elsewhere");
    assert_eq!(actives(&pair), (vec!["12/34".into(), "13".into(), "14/34".into()], 3), "it is a flag");
    pair.advance(TimeDelta::hours(1));

    let done = reconcile(&pair, Mode::Apply).await;
    assert_eq!((done.run.status, done.run.reconciles), (RunStatus::Success, true));
    assert_eq!(done.reason(&of_property(&old)), Reason::PropertyGoneFromSource);
    assert_eq!(done.reason(&of_resident(&old)), Reason::ResidentGoneFromSource);
    assert_eq!(done.reason(&of_property(&new)), Reason::PropertyUnchanged);
    assert_eq!(done.run.phases.iter().map(|phase| phase.writes).sum::<u64>(), 0, "it is a flag");
    let flagged = done.outcomes.iter().find(|one| one.key == of_property(&old)).expect("its outcome");
    assert!(flagged.counterpart.is_some() && flagged.label == "Elm 12, 34", "{flagged:?}");

    let explained = pair.engine.explain(Kind::Resident, "R12@12", pair.now).await.expect("explained");
    let [one] = explained.as_slice() else { panic!("{explained:?}") };
    assert_eq!(one.reason, Reason::ResidentGoneFromSource);
    assert!(one.platform.is_none() && one.link.is_some() && !one.checks.is_empty(), "{one:?}");
    assert_eq!(one.latchel.as_ref().expect("what Latchel has")["is_active"], true);

    // Said once, not in every run; and no window takes it back.
    pair.sync().await;
    pair.advance(TimeDelta::days(30));
    let again = reconcile(&pair, Mode::Apply).await;
    assert_eq!(again.reason(&of_resident(&old)), Reason::ResidentGoneFromSource);
    let kept = memory(&pair, &of_resident(&old)).await.outcome.expect("an outcome");
    assert_eq!(kept.run, synced.run.id);
}

#[tokio::test]
async fn what_something_new_took_the_place_of_is_asked_for_at_once() {
    let pair = aged(world(), GoneProperties::Flag).await;
    let (house, first) = (unit("13", None), unit("13", Some("1")));
    pair.add_property(&first);
    // Somebody lives at two properties, and the other one keeps them.
    let both = ResidentRef::new(ResidentId::new("R12"), PropertyId::new("13"));
    pair.platform.edit(|world| {
        world.properties.remove(&house);
        let one = Resident { id: both.clone(), freshness: stamped(world.now), ..resident(&house) };
        world.residents.insert(both.clone(), Row::Record(one));
    });
    let done = pair.sync().await;
    assert_eq!(done.reason(&of_property(&house)), Reason::PropertyGoneFromSource);
    assert_eq!(done.reason(&of_property(&first)), Reason::PropertyNew);
    assert_eq!(done.reason(&of_resident(&unit("12", Some("34")))), Reason::ResidentUnchanged);
}

#[tokio::test]
async fn a_house_that_gets_its_first_unit_is_gone_as_a_house() {
    let pair = aged(world(), GoneProperties::Flag).await;
    let (house, first) = (unit("13", None), unit("13", Some("1")));
    pair.add_property(&first);
    pair.platform.edit(|world| world.properties.remove(&house));
    let done = reconcile(&pair, Mode::Apply).await;
    assert_eq!(done.reason(&of_property(&house)), Reason::PropertyGoneFromSource);
    assert_eq!(done.reason(&of_property(&first)), Reason::PropertyNew, "it is in the window");
    assert_eq!(done.reason(&of_resident(&house)), Reason::ResidentUnchanged, "the lease is there");
}

#[tokio::test]
async fn what_a_list_passes_over_and_its_id_finds_is_not_gone() {
    let pair = aged(world(), GoneProperties::Deactivate).await;
    let house = unit("13", None);
    // In no list, whatever the window.
    let unlisted = Freshness::Stamped { created_at: None, updated_at: None };
    pair.platform.edit(|world| {
        let mut one = Property { freshness: unlisted.clone(), ..property(&house) };
        one.property_name = "Elm Court".to_owned();
        world.properties.insert(house.clone(), Row::Record(one));
        let one = Resident { freshness: unlisted, ..resident(&house) };
        world.residents.insert(one.id.clone(), Row::Record(one));
    });
    let done = reconcile(&pair, Mode::Apply).await;
    assert_eq!(done.reason(&of_property(&house)), Reason::PropertyChanged, "and it is compared");
    assert_eq!(done.reason(&of_resident(&house)), Reason::ResidentUnchanged);
    assert_eq!(actives(&pair).0.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_read_for_its_whole_is_not_gone() {
    let pair = aged(world(), GoneProperties::Deactivate).await;
    let one = unit("12", Some("34"));
    let invalid = InvalidRecord { id: "12".into(), field: "Name".into(), problem: "no text".into() };
    pair.platform.edit(|world| world.properties.insert(one.clone(), Row::Invalid(invalid)));
    let done = reconcile(&pair, Mode::Apply).await;
    assert_eq!(done.reason(&of_property(&one)), Reason::InvalidRecord);
    assert_eq!(actives(&pair).0.len(), 2);
}

#[tokio::test]
async fn a_plan_says_the_same_and_writes_nothing() {
    let pair = aged(world(), GoneProperties::Deactivate).await;
    let (old, _) = move_unit(&pair);
    pair.journal.take();
    let real = pair.ledger.clone();
    let scratch = std::sync::Arc::new(latchel_sync_ledger::SqliteLedger::scratch().await.expect("a ledger"));
    let overlay = std::sync::Arc::new(latchel_sync_core::ledger::Overlay::new(real, scratch));
    let settings = latchel_sync_core::engine::AccountSettings {
        name: "main".to_owned(),
        time_zone: chrono_tz::America::Los_Angeles,
        policy: policy(GoneProperties::Deactivate),
    };
    let engine = latchel_sync_core::engine::Engine::new(
        settings,
        pair.platform.clone(),
        pair.latchel.clone(),
        overlay,
    );
    let request = Request::reconciliation(Mode::Plan, pair.now);
    let run = engine.run(&request, &latchel_sync_core::engine::Quiet).await.expect("a plan");
    let counts = |phase: Phase| &run.phases.iter().find(|one| one.phase == phase).expect("it ran").counts;
    assert_eq!(counts(Phase::Properties).get(&Reason::PropertyGoneFromSource), Some(&1));
    assert_eq!(counts(Phase::Residents).get(&Reason::ResidentGoneFromSource), Some(&1));
    assert_eq!(run.phases[0].writes, 2, "one is created, one set inactive");
    let written = pair.journal.take();
    assert!(!written.iter().any(|call| call.method.contains("create") || call.method.contains("update")));
    assert_eq!(newest(&pair, &of_property(&old)).await, Reason::PropertyUnchanged, "the ledger is as it was");
    assert_eq!(pair.ledger.last_reconciled("main").await.expect("a watermark"), None);
}

#[tokio::test]
async fn the_policy_sets_gone_properties_inactive_and_none_that_latchel_has_under_another_reference() {
    let mut three = world();
    three.properties.insert(unit("16", None), Row::Record(property(&unit("16", None))));
    let pair = aged(three, GoneProperties::Deactivate).await;
    let (old, house) = (unit("12", Some("34")), unit("13", None));
    pair.platform.edit(|world| world.properties.retain(|id, _| *id == unit("16", None)));
    pair.add_property(&unit("15", None));
    // Somebody followed the move of the house by hand.
    pair.latchel.edit(|world| {
        let one = world.properties.values_mut().find(|one| one.reference.as_ref() == Some(&house));
        one.expect("it is there").reference = Some(unit("15", None));
    });
    let done = reconcile(&pair, Mode::Apply).await;
    let of = |id: &PropertyRef| done.outcomes.iter().find(|one| one.key == of_property(id)).expect("told");
    assert_eq!((of(&old).reason, of(&old).action), (Reason::PropertyGoneFromSource, Action::Deactivate));
    assert_eq!((of(&house).reason, of(&house).action), (Reason::PropertyGoneFromSource, Action::None));
    assert_eq!(actives(&pair).0, ["15", "16"]);

    let again = reconcile(&pair, Mode::Apply).await;
    assert_eq!(again.reason(&of_property(&old)), Reason::GoneFromSource, "nothing is left to do");
    assert_eq!(again.run.phases[0].writes, 0);
}

#[tokio::test]
async fn nothing_is_created_that_a_window_would_not_and_pairs_that_differ_are_brought_over() {
    let pair = aged(world(), GoneProperties::Flag).await;
    let long_ago = stamped(noon() - TimeDelta::days(90));
    let add = |id: &str, freshness| {
        let one = Property { freshness, ..property(&unit(id, None)) };
        pair.platform.edit(|world| world.properties.insert(one.id.clone(), Row::Record(one)));
    };
    add("20", long_ago.clone());
    add("21", stamped(pair.now));
    add("22", Freshness::Filtered);
    let print = Fingerprint::of(&serde_json::json!("content"));
    add("23", Freshness::Fingerprint { fingerprint: print, at_least: None });
    let changed = Property { property_name: "Elm Court".into(), ..property(&unit("13", None)) };
    add("13", long_ago);
    pair.platform.edit(|world| world.properties.insert(changed.id.clone(), Row::Record(changed)));

    let done = reconcile(&pair, Mode::Apply).await;
    assert_eq!(done.reason(&of_property(&unit("21", None))), Reason::PropertyNew);
    assert_eq!(done.reason(&of_property(&unit("13", None))), Reason::PropertyChanged);
    let created = done.outcomes.iter().filter(|one| one.action == Action::Create).count();
    assert_eq!((created, done.run.phases[0].counts.get(&Reason::OutsideWindow)), (1, Some(&3)));
}

#[tokio::test]
async fn a_record_that_comes_back_is_taken_up_again() {
    for by_window in [false, true] {
        let mut pair = aged(world(), GoneProperties::Flag).await;
        let house = unit("13", None);
        let taken = pair.platform.edit(|world| world.residents.remove(&resident(&house).id));
        let done = reconcile(&pair, Mode::Apply).await;
        assert_eq!(done.reason(&of_resident(&house)), Reason::ResidentGoneFromSource);
        pair.advance(TimeDelta::hours(1));
        pair.platform.edit(|world| world.residents.insert(resident(&house).id, taken.expect("there")));
        let done = if by_window {
            // It is listed by a window that reaches far enough, and its stamp is what it was.
            let since = Some(noon() - TimeDelta::days(1));
            pair.request(&Request { since, ..Request::everything(Mode::Apply, pair.now) }).await
        } else {
            reconcile(&pair, Mode::Apply).await
        };
        assert_eq!(done.reason(&of_resident(&house)), Reason::ResidentUnchanged);
        assert_eq!(newest(&pair, &of_resident(&house)).await, Reason::ResidentUnchanged);
    }
}

#[tokio::test]
async fn a_list_that_is_whole_in_every_run_tells_at_once_and_asks_once() {
    let mut pair = Pair::with(world(), policy(GoneProperties::Flag), |platform| {
        let capabilities = Capabilities {
            properties_since: ChangeFilter::None,
            residents_since: ChangeFilter::None,
            ..platform.capabilities()
        };
        platform.with_capabilities(capabilities)
    })
    .await;
    // Such a platform has no stamps.
    pair.platform.edit(|world| {
        let told = |content| Freshness::of_record(None, None, || serde_json::json!(content));
        for row in world.properties.values_mut() {
            if let Row::Record(one) = row {
                one.freshness = told(one.id.key());
            }
        }
        for row in world.residents.values_mut() {
            if let Row::Record(one) = row {
                one.freshness = told(one.id.key());
            }
        }
    });
    pair.sync().await;
    pair.advance(TimeDelta::hours(1));
    pair.journal.take();
    pair.sync().await;
    let asked = |calls: &[latchel_sync_core::in_memory::Call]| {
        calls.iter().filter(|call| call.side == Side::Platform && call.method.ends_with("s_by_id")).count()
    };
    assert_eq!(asked(&pair.journal.take()), 0, "what is listed is there");

    let (old, _) = move_unit(&pair);
    pair.advance(TimeDelta::hours(1));
    let done = pair.sync().await;
    assert_eq!(done.reason(&of_property(&old)), Reason::PropertyGoneFromSource);
    assert_eq!(done.reason(&of_resident(&old)), Reason::ResidentGoneFromSource);
    pair.advance(TimeDelta::hours(1));
    pair.journal.take();
    pair.sync().await;
    assert_eq!(asked(&pair.journal.take()), 0, "it is known");
}

#[tokio::test]
async fn a_linked_record_that_is_read_by_its_id_and_is_not_there_is_flagged_at_once() {
    let pair = aged(world(), GoneProperties::Flag).await;
    let house = unit("13", None);
    pair.platform.edit(|world| {
        world.residents.remove(&resident(&house).id);
        world.properties.remove(&house);
    });
    let records = Some(vec![of_property(&house), of_resident(&house)]);
    let done = pair.request(&Request { records, ..Request::everything(Mode::Apply, pair.now) }).await;
    assert_eq!(done.reason(&of_property(&house)), Reason::PropertyGoneFromSource);
    assert_eq!(done.reason(&of_resident(&house)), Reason::ResidentGoneFromSource);
}

#[tokio::test]
async fn whoever_is_inactive_in_latchel_and_waits_for_no_move_in_needs_no_flag() {
    for (is_active, to_come, reason) in [
        (false, false, Reason::GoneFromSource),
        (true, false, Reason::ResidentGoneFromSource),
        (false, true, Reason::ResidentGoneFromSource),
    ] {
        let pair = aged(world(), GoneProperties::Flag).await;
        let house = unit("13", None);
        pair.platform.edit(|world| world.residents.remove(&resident(&house).id));
        pair.latchel.edit(|world| {
            for one in world.residents.values_mut() {
                one.is_active = is_active;
                one.move_in = one.move_in.map(|day| if to_come { day + TimeDelta::days(900) } else { day });
            }
        });
        assert_eq!(reconcile(&pair, Mode::Apply).await.reason(&of_resident(&house)), reason);
    }
}

#[tokio::test]
async fn a_property_that_is_excluded_by_now_is_neither_flagged_nor_set_inactive() {
    let excluded = |pair: &Pair| {
        let mut policy = policy(GoneProperties::Deactivate);
        policy.exclude.properties.insert("13".to_owned());
        let settings = latchel_sync_core::engine::AccountSettings {
            name: "main".to_owned(),
            time_zone: chrono_tz::America::Los_Angeles,
            policy,
        };
        let (platform, latchel, ledger) = (pair.platform.clone(), pair.latchel.clone(), pair.ledger.clone());
        latchel_sync_core::engine::Engine::new(settings, platform, latchel, ledger)
    };
    let mut pair = aged(world(), GoneProperties::Deactivate).await;
    pair.platform.edit(|world| world.properties.remove(&unit("13", None)));
    pair.engine = excluded(&pair);
    let done = reconcile(&pair, Mode::Apply).await;
    assert_eq!(done.reason(&of_property(&unit("13", None))), Reason::PropertyExcluded);
    assert_eq!(actives(&pair).0.len(), 2);
}

#[tokio::test]
async fn it_goes_through_no_work_orders_and_counts_as_no_success_of_the_window() {
    let pair = aged(world(), GoneProperties::Flag).await;
    let last = pair.ledger.last_success("main", Phase::Properties).await.expect("a watermark");
    let request = Request { lists: Lists::Whole, ..Request::everything(Mode::Apply, pair.now) };
    let done = pair.request(&request).await;
    let phases: Vec<_> = done.run.phases.iter().map(|one| one.phase).collect();
    assert_eq!(phases, [Phase::Properties, Phase::Residents]);
    assert_eq!(pair.ledger.last_success("main", Phase::Properties).await.expect("a watermark"), last);
    assert_eq!(pair.ledger.last_reconciled("main").await.expect("a watermark"), Some(pair.now));
}

#[tokio::test]
async fn what_latchel_has_of_a_work_order_that_is_gone_is_shown_too() {
    let pair = aged(world(), GoneProperties::Flag).await;
    pair.platform.edit(|world| world.work_orders.clear());
    let explained = pair.engine.explain(Kind::WorkOrder, "W12", pair.now).await.expect("explained");
    let of_platform = |one: &&latchel_sync_core::engine::Explanation| one.key.side == Side::Platform;
    let one = explained.iter().find(of_platform).expect("the platform's");
    assert_eq!(one.reason, Reason::GoneFromSource);
    assert!(one.platform.is_none() && one.latchel.is_some() && one.link.is_some(), "{one:?}");
}
