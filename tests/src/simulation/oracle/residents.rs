use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use latchel_sync_core::Ledger;
use latchel_sync_core::in_memory::MemoryLedger;
use latchel_sync_core::model::*;

use super::super::account::{Account, Stamps};
use super::super::history::Event;
use super::super::{generate, naive};

/// R1 to R9, for each of the platform's residents.
pub async fn check(account: &Account, ledger: &MemoryLedger) {
    let today = account.date(account.clock.now());
    for resident in account.on_platform(|world| generate::records(&world.residents)) {
        let home = naive::home(&resident, today);
        let housed = super::in_latchel(account, ledger, &home).await.is_some();
        match counterpart(account, ledger, &resident.id).await {
            None => {
                let key = RecordKey::platform(Kind::Resident, resident.id.key());
                let waits = a3_waits(account, ledger, key.clone()).await;
                if !waits && !super::is_reported(account, ledger, key).await {
                    r1_r5_is_left_out(account, &resident, housed);
                }
            }
            Some(latchel) => {
                r6_nobody_is_active_after_the_move_out(account, &latchel, today);
                if housed {
                    r3_r4_r6_activity(account, &latchel, today);
                    r2_is_alike(account, &resident, &latchel, today);
                }
                r7_contact_stays(account, &latchel);
            }
        }
    }
    r8_gone_ones_are_told(account, ledger).await;
}

/// R8: nobody is silently active whom the platform no longer has at that property.
async fn r8_gone_ones_are_told(account: &Account, ledger: &MemoryLedger) {
    let name = &account.settings.name;
    for link in ledger.links(name, Kind::Resident, None, 1_000).await.expect("the ledger answers") {
        let id = ResidentRef::from_key(&link.platform_id).expect("an id");
        let is_there = account.on_platform(|world| world.residents.contains_key(&id));
        let latchel =
            account.in_latchel(|world| world.residents.get(&LatchelResidentId(link.latchel_id)).cloned());
        if is_there || latchel.is_none_or(|one| !one.is_active) {
            continue;
        }
        let key = RecordKey::platform(Kind::Resident, id.key());
        let memory = ledger.recall(name, &[key]).await.expect("the ledger answers").pop();
        let newest = memory.and_then(|memory| memory.outcome).map(|newest| newest.reason);
        assert_eq!(newest, Some(Reason::ResidentGoneFromSource), "R8: {id} is gone, and active in Latchel");
    }
}

async fn counterpart(account: &Account, ledger: &MemoryLedger, id: &ResidentRef) -> Option<LatchelResident> {
    let key = RecordKey::platform(Kind::Resident, id.key());
    let link = ledger.recall(&account.settings.name, &[key]).await.expect("the ledger answers").pop()?.link?;
    account.in_latchel(|world| world.residents.get(&LatchelResidentId(link.latchel_id)).cloned())
}

/// R1, R5: who is not in Latchel has no unit there, or has moved out where the policy leaves such out.
fn r1_r5_is_left_out(account: &Account, resident: &Resident, housed: bool) {
    let skip = account.policy().residents.new_moved_out == NewRecords::Skip;
    // Which stay counted when a run looked, and whether it was over then, depends on the day it looked.
    let gone = skip && resident.tenancies.iter().any(|stay| stay.move_out.is_some());
    assert!(!housed || gone || !was_seen(account, &resident.id), "R1: {resident:?} is not in Latchel");
}

/// A3: people are told that somebody in Latchel, whom nothing is linked with, may be the same.
async fn a3_waits(account: &Account, ledger: &MemoryLedger, key: RecordKey) -> bool {
    if super::newest(account, ledger, key).await != Some(Reason::PossibleTwin) {
        return false;
    }
    let active =
        account.in_latchel(|world| world.residents.clone()).into_values().filter(|one| one.is_active);
    let keys: Vec<_> = active.map(|one| RecordKey::latchel(Kind::Resident, one.id)).collect();
    let memories = ledger.recall(&account.settings.name, &keys).await.expect("the ledger answers");
    memories.iter().any(|memory| memory.link.is_none())
}

/// True if a run that got through the phase was shown the resident as they are now.
fn was_seen(account: &Account, id: &ResidentRef) -> bool {
    let last = last_change(account, id);
    let history = account.history();
    history.0.iter().any(|(at, event)| match event {
        Event::ResidentShown(run, one) => {
            one.id == *id && Some(*at) >= last && history.done(*run, Phase::Residents)
        }
        _ => false,
    })
}

/// R6: the move-out sets inactive, wherever they live, unless people have had a hand in it.
fn r6_nobody_is_active_after_the_move_out(account: &Account, latchel: &LatchelResident, today: NaiveDate) {
    let gone = latchel.move_out.is_some_and(|day| day <= today);
    assert!(!(gone && latchel.is_active) || by_hand(account, latchel), "R6: {latchel:?} on {today}");
}

/// R3, R4, R6: activity is what the dates in Latchel say, unless people have had a hand in it. Who moved to where Latchel has
/// nothing waits for that (R5).
fn r3_r4_r6_activity(account: &Account, latchel: &LatchelResident, today: NaiveDate) {
    if by_hand(account, latchel) {
        // A person's word stays, or is overtaken by dates that change afterwards: it depends on when runs looked.
        return;
    }
    let expected = naive::lives_there(latchel.move_in, latchel.move_out, today);
    assert_eq!(latchel.is_active, expected, "R6: {latchel:?} on {today}");
}

fn by_hand(account: &Account, latchel: &LatchelResident) -> bool {
    let is_it = |event: &Event| matches!(event, Event::LatchelResident(one) if one.id == latchel.id);
    account.history().events().any(is_it)
}

/// R2, R9: dates and unit are the platform's. Whom people have not touched is as by the stay that counts today; of others it
/// depends on when runs looked, so that it may be the stay of some day since the last change.
fn r2_is_alike(account: &Account, resident: &Resident, latchel: &LatchelResident, today: NaiveDate) {
    let last = last_change(account, &resident.id);
    let by_hand = |event: &Event| matches!(event, Event::LatchelResident(one) if one.id == latchel.id);
    let touched = account.history().0.iter().rev().find(|(_, event)| by_hand(event)).map(|(at, _)| *at);
    // Where there are no stamps, a change that was taken back before a run came by is none.
    let unstamped = account.habits.stamps == Stamps::Fingerprints;
    // R3: the move-out has come, so that what was noted later did not arrive. R4: people switched them off.
    let stay = naive::stay(resident, today);
    let goes_on = stay.move_out.is_none_or(|day| day > today) && !naive::is_void(&stay);
    let corrects = touched.is_none() && goes_on && account.policy().residents.returning == Returning::Correct;
    let frozen = (latchel.move_out.is_some_and(|day| day <= today) && !corrects)
        || (touched.is_some() && (!latchel.is_active || touched >= last || unstamped));
    if frozen || !was_seen(account, &resident.id) {
        return;
    }
    let first = match corrects {
        true => today,
        false => account.date(last.unwrap_or(account.clock.now())) - TimeDelta::days(1),
    };
    let days = first.iter_days().take_while(|day| *day <= today);
    let found = (latchel.move_in, latchel.move_out, &latchel.unit);
    let alike = days
        .map(|day| naive::stay(resident, day))
        .any(|stay| found == (stay.move_in, stay.move_out, &stay.unit));
    assert!(alike, "R2: {resident:?} is {latchel:?} on {today}");
}

/// R7: contact data is what it was at first.
fn r7_contact_stays(account: &Account, latchel: &LatchelResident) {
    let history = account.history();
    let first = history.events().find_map(|event| match event {
        Event::LatchelResident(one) | Event::LatchelResidentWritten(one) if one.id == latchel.id => Some(one),
        _ => None,
    });
    let first = first.expect("it came from somewhere");
    let contact = |one: &LatchelResident| (one.name.clone(), one.email.clone(), one.phone.clone());
    assert_eq!(contact(latchel), contact(first), "R7: {}", latchel.id);
}

fn last_change(account: &Account, id: &ResidentRef) -> Option<DateTime<Utc>> {
    let changed = |event: &Event| matches!(event, Event::Resident(one) if one.id == *id);
    account.history().0.iter().rev().find(|(_, event)| changed(event)).map(|(at, _)| *at)
}
