use chrono::{DateTime, Utc};
use latchel_sync_core::Ledger;
use latchel_sync_core::in_memory::MemoryLedger;
use latchel_sync_core::model::*;

use super::super::account::{Account, Stamps};
use super::super::history::Event;
use super::super::{foreign, generate, naive};

/// P1 to P8, for each of the platform's properties.
pub async fn check(account: &Account, ledger: &MemoryLedger) {
    for property in account.on_platform(|world| generate::records(&world.properties)) {
        let id = &property.id;
        let latchel = counterpart(account, ledger, id).await;
        if naive::is_excluded(account, id) {
            p5_is_left_alone(account, id);
        } else if let Some(latchel) = latchel {
            p3_p4_activity(account, &property, &latchel);
            p2_is_alike(account, &property, &latchel);
        } else if !p7_is_claimed(account, id)
            && !super::is_reported(account, ledger, RecordKey::platform(Kind::Property, id.key())).await
            && !a1_a3_waits(account, ledger, &property).await
        {
            p1_p6_is_left_out(account, &property);
        }
    }
    p8_gone_ones_are_told(account, ledger).await;
    never_active_again(account);
}

/// P8: a linked one that the platform no longer has is inactive in Latchel, or people are told of it.
async fn p8_gone_ones_are_told(account: &Account, ledger: &MemoryLedger) {
    let name = &account.settings.name;
    for link in ledger.links(name, Kind::Property, None, 1_000).await.expect("the ledger answers") {
        let id = PropertyRef::from_key(&link.platform_id);
        let is_there = account.on_platform(|world| world.properties.contains_key(&id));
        let latchel =
            account.in_latchel(|world| world.properties.get(&LatchelPropertyId(link.latchel_id)).cloned());
        let Some(latchel) = latchel.filter(|one| one.is_active && !is_there) else { continue };
        if naive::is_excluded(account, &id) {
            continue;
        }
        let key = RecordKey::platform(Kind::Property, id.key());
        let memory = ledger.recall(name, &[key]).await.expect("the ledger answers").pop();
        let newest = memory.and_then(|memory| memory.outcome).map(|newest| newest.reason);
        assert_eq!(newest, Some(Reason::PropertyGoneFromSource), "P8: {id} is gone, and {latchel:?}");
        let stays = account.policy().properties.gone == GoneProperties::Flag || latchel.reference != Some(id);
        assert!(stays, "P8: {latchel:?} is gone, and still active");
    }
}

/// The linked Latchel property.
async fn counterpart(account: &Account, ledger: &MemoryLedger, id: &PropertyRef) -> Option<LatchelProperty> {
    let key = RecordKey::platform(Kind::Property, id.key());
    let link = ledger.recall(&account.settings.name, &[key]).await.expect("the ledger answers").pop()?.link?;
    account.in_latchel(|world| world.properties.get(&LatchelPropertyId(link.latchel_id)).cloned())
}

/// P1, P6: what is not in Latchel is incomplete, or inactive where the policy leaves such out.
fn p1_p6_is_left_out(account: &Account, property: &Property) {
    let skip = account.policy().properties.new_inactive == NewRecords::Skip;
    let left_out = !naive::is_complete(&property.address) || (skip && !property.is_active);
    assert!(left_out || !was_listed(account, &property.id), "P1: {property:?} is not in Latchel");
}

/// A1, A3: people are told that Latchel may have it already, and it may.
async fn a1_a3_waits(account: &Account, ledger: &MemoryLedger, property: &Property) -> bool {
    match super::newest(account, ledger, RecordKey::platform(Kind::Property, property.id.key())).await {
        Some(Reason::HeldForAdoption) => foreign::is_guarded(account),
        Some(Reason::PossibleTwin) => foreign::is_twin(account, property),
        _ => false,
    }
}

/// True if a run that got through the phase was shown the property as it is now. A property that every page left out was
/// never there, as far as anybody can know.
fn was_listed(account: &Account, id: &PropertyRef) -> bool {
    let last = last_change(account, id);
    let history = account.history();
    let shown = |(at, event): &(DateTime<Utc>, Event)| match event {
        Event::PropertyShown(run, one) => {
            one.id == *id && Some(*at) >= last && history.done(*run, Phase::Properties)
        }
        _ => false,
    };
    history.0.iter().any(shown)
}

/// P5: nothing was written to it.
fn p5_is_left_alone(account: &Account, id: &PropertyRef) {
    let written = |event: &Event| match event {
        Event::LatchelPropertyWritten(one) => one.reference.as_ref() == Some(id),
        _ => false,
    };
    assert!(!account.history().events().any(written), "P5: {id} is excluded, and was written");
}

/// P7: Latchel's record for it belongs to another of the platform's.
fn p7_is_claimed(account: &Account, id: &PropertyRef) -> bool {
    account.in_latchel(|world| !naive::carriers(world, id).is_empty())
}

/// P3, P4: inactive on the platform makes it inactive in Latchel, and nothing but people makes it active there again.
fn p3_p4_activity(account: &Account, property: &Property, latchel: &LatchelProperty) {
    if latchel.is_active && !property.is_active {
        // Somebody switched it on by hand after the platform's last change, which no window holds any more.
        let by_hand =
            woken(account, latchel.id).is_some_and(|at| Some(at) >= last_change(account, &property.id));
        let seen = was_listed(account, &property.id);
        assert!(by_hand || !seen, "P3: {} is inactive on the platform, and active in Latchel", property.id);
    }
    if !latchel.is_active && property.is_active {
        let off = |event: &Event| match event {
            Event::PropertyShown(_, one) | Event::PropertyAskedFor(one) => {
                one.id == property.id && !one.is_active
            }
            Event::LatchelProperty(one) => one.id == latchel.id && !one.is_active,
            Event::SwitchedOffAsGone(id) => *id == latchel.id,
            _ => false,
        };
        let why = account.history().events().any(off);
        assert!(why, "P4: {} is inactive in Latchel, and nothing ever made it so", property.id);
    }
}

/// P2: name, address and integration data are the platform's.
fn p2_is_alike(account: &Account, property: &Property, latchel: &LatchelProperty) {
    let last = last_change(account, &property.id);
    // While it was inactive in Latchel it was left alone, also what changed then.
    let left_alone = woken(account, latchel.id).is_some_and(|at| Some(at) >= last);
    let whole = naive::is_complete(&property.address);
    if !latchel.is_active || !property.is_active || !whole || left_alone || !was_listed(account, &property.id)
    {
        return;
    }
    let name = naive::as_stored(&naive::name(property));
    let expected = (&name, &property.address, Some(&name));
    let (own, data) =
        (naive::as_stored(&latchel.name), latchel.integration_data.as_deref().map(naive::as_stored));
    let found = (&own, &latchel.source_address, data.as_ref());
    assert_eq!(found, expected, "P2: {}", property.id);
}

/// P4: no write ever made an inactive one active.
fn never_active_again(account: &Account) {
    let history = account.history();
    let mut active = std::collections::BTreeMap::new();
    for event in history.events() {
        match event {
            Event::LatchelProperty(one) => drop(active.insert(one.id, one.is_active)),
            Event::LatchelPropertyWritten(one) => {
                let before = active.insert(one.id, one.is_active);
                assert!(before != Some(false) || !one.is_active, "P4: {} was activated", one.id);
            }
            _ => {}
        }
    }
}

/// Time (UTC) at which people last changed it on the platform.
fn last_change(account: &Account, id: &PropertyRef) -> Option<DateTime<Utc>> {
    let changed = |event: &Event| matches!(event, Event::Property(one) if one.id == *id);
    account.history().0.iter().rev().find(|(_, event)| changed(event)).map(|(at, _)| *at)
}

/// Time (UTC) at which people last switched it on in Latchel. Without stamps, a change that was taken back before a run
/// came by does not show, so that any switching on counts as now.
fn woken(account: &Account, id: LatchelPropertyId) -> Option<DateTime<Utc>> {
    let woke = |event: &Event| matches!(event, Event::LatchelProperty(one) if one.id == id && one.is_active);
    let at = account.history().0.iter().rev().find(|(_, event)| woke(event)).map(|(at, _)| *at)?;
    Some(if account.habits.stamps == Stamps::Fingerprints { account.clock.now() } else { at })
}
