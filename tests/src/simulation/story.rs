//! Stories: people change both systems of some accounts while workers sync them, fail, lie, die and fight.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::engine::Lists;
use latchel_sync_core::in_memory::MemoryLedger;
use latchel_sync_core::mirror::{MirrorList, MirrorStore};
use latchel_sync_core::model::{JobId, Kind, Phase, RecordKey, Side};
use tokio::task::JoinSet;

use super::account::Account;
use super::chance::Chance;
use super::clock::Clock;
use super::fault_injector::{FaultInjector, Weather};
use super::log::Log;
use super::tally::{Shared, Tally};
use super::worker::{End, Order, Worker};
use super::{alarm, generate, oracle, people};

/// Tells the story of a seed from beginning to end, in tokio's paused time; panics where something must not be.
pub async fn tell(seed: u64, log: Arc<Log>) -> Tally {
    alarm::set();
    let mut chance = Chance::new(seed, 0);
    let clock = Clock::starting_at(begins(&mut chance));
    let ledger = Arc::new(MemoryLedger::new());
    let tally = Arc::new(Shared::default());
    let mut tasks = JoinSet::new();
    let mut accounts = Vec::new();
    for number in 0..chance.from(1, 3) {
        let name = ["maple", "cedar", "birch"][number as usize];
        let mut own = Chance::new(seed, 10 + number as u64);
        let account =
            Arc::new(generate::account(name, &mut own, clock, (Arc::clone(&log), Arc::clone(&tally))));
        log.say(clock, name, || {
            format!("{:?} {:?} {:?}", account.habits, account.policy(), account.settings.time_zone)
        });
        let starts = starts(&mut own);
        tasks.spawn(live(Arc::clone(&account), deeds(&mut own, &starts), own.clone()));
        for worker in 0..if own.percent(40) { 2 } else { 1 } {
            let chance = Chance::new(seed, 100 + 10 * number as u64 + worker);
            let name = if worker == 0 { "one" } else { "two" };
            let injector =
                FaultInjector::new(Arc::clone(&account), name, Arc::clone(&ledger), chance.clone());
            tasks.spawn(work(Worker::new(Arc::new(injector)), starts.clone(), chance));
        }
        accounts.push(account);
    }
    while let Some(done) = tasks.join_next().await {
        if let Err(error) = done {
            std::panic::resume_unwind(error.into_panic());
        }
    }
    for account in &accounts {
        settle(account, &ledger, seed).await;
        oracle::check(account, &ledger).await;
    }
    alarm::check();
    std::mem::take(&mut *tally.lock())
}

/// Some hour of the weeks around the change of clocks in America.
fn begins(chance: &mut Chance) -> DateTime<Utc> {
    super::pair::noon() + TimeDelta::hours(chance.from(0, 24 * 10))
}

/// Beginnings of the runs, counted from the story's beginning.
fn starts(chance: &mut Chance) -> Vec<Duration> {
    let mut at = Duration::ZERO;
    let mut next = || {
        at += match chance.below(10) {
            0..=2 => chance.seconds(60, 1_500),
            3..=7 => chance.seconds(3_600, 12 * 3_600),
            _ => chance.seconds(86_400, 5 * 86_400),
        };
        at
    };
    let count = 5;
    std::iter::once(Duration::ZERO).chain((1..count).map(|_| next())).collect()
}

/// Times at which people do something, counted from the story's beginning: at any time, and above all while runs go on.
fn deeds(chance: &mut Chance, starts: &[Duration]) -> Vec<Duration> {
    let mut deeds = Vec::new();
    for pair in starts.windows(2) {
        let between = pair[1].as_secs() as i64;
        let from = pair[0].as_secs() as i64;
        (0..chance.below(4)).for_each(|_| deeds.push(chance.seconds(from, between)));
        (0..chance.below(5)).for_each(|_| {
            let into = Duration::from_millis(chance.from(0, 90_000).unsigned_abs());
            deeds.push(pair[1] + into);
        });
    }
    deeds.sort();
    deeds
}

async fn wait_until(begun: tokio::time::Instant, at: Duration) {
    tokio::time::sleep_until(begun + at).await;
}

/// People's days.
async fn live(account: Arc<Account>, deeds: Vec<Duration>, mut chance: Chance) {
    let begun = tokio::time::Instant::now();
    for at in deeds {
        wait_until(begun, at).await;
        people::act(&account, &mut chance);
    }
}

/// A worker's days: it dies now and then, and comes back.
async fn work(worker: Worker, starts: Vec<Duration>, mut chance: Chance) {
    let begun = tokio::time::Instant::now();
    for at in starts {
        wait_until(begun, at + chance.seconds(0, 40)).await;
        // What died, or found the lease taken, is started again before long.
        for _ in 0..4 {
            let end = worker.run(order(&worker.injector.account, &mut chance)).await;
            if matches!(end, End::Finished(_)) {
                break;
            }
            tokio::time::sleep(chance.seconds(1, 150)).await;
        }
    }
}

/// A run by chance.
fn order(account: &Account, chance: &mut Chance) -> Order {
    // The overlap of rule W2 bridges a quarter of an hour; a declared lag has room for less.
    let off = if account.habits.declared_lag.is_zero() { 14 * 60 } else { 120 };
    let skew = TimeDelta::seconds(if chance.percent(40) { chance.from(-off, off) } else { 0 });
    let phases = match chance.below(5) {
        4 => vec![chance.pick(&Phase::ALL)],
        0 => vec![Phase::Properties, Phase::Residents],
        1 => vec![Phase::WorkOrdersToLatchel, Phase::WorkOrdersToPlatform],
        _ => Phase::ALL.to_vec(),
    };
    let lists = if chance.percent(15) { Lists::Whole } else { Lists::Changed };
    let mut weather = Weather::default();
    if chance.percent(60) {
        weather = Weather {
            faults: chance.pick(&[5, 20, 60]),
            bad_pages: chance.pick(&[0, 5, 30]),
            outage: chance.percent(15).then(|| chance.pick(&[Side::Platform, Side::Latchel])),
            stale: chance.pick(&[0, 0, 15]),
            crash_at: chance.percent(35).then(|| chance.from(1, 260) as u32),
            freezes: chance.pick(&[0, 0, 0, 15]),
        };
    }
    let records = chance.percent(8).then(|| webhooks(account, chance));
    let phases = if records.is_some() { vec![Phase::WorkOrdersToPlatform] } else { phases };
    Order { phases, lists, records, skew, weather, allow_mass_change: chance.percent(5) }
}

/// Work orders that webhooks name: any, whatever has happened to them, one perhaps twice, one perhaps that is not there yet.
fn webhooks(account: &Account, chance: &mut Chance) -> Vec<RecordKey> {
    let mut ids: Vec<_> = account.in_latchel(|world| world.jobs.keys().copied().collect());
    ids.push(JobId(9_999));
    (0..chance.from(1, 3)).map(|_| RecordKey::latchel(Kind::WorkOrder, chance.pick(&ids))).collect()
}

/// The dust settles: nothing fails any more, nobody changes anything, and syncs come by often enough.
async fn settle(account: &Arc<Account>, ledger: &Arc<MemoryLedger>, seed: u64) {
    account.freshen();
    let injector = FaultInjector::new(Arc::clone(account), "last", Arc::clone(ledger), Chance::new(seed, 7));
    let worker = Worker::new(Arc::new(injector));
    // A mirror's lists are read again in a day.
    let rewalk: &[u64] = if account.only_lists() { &[13, 13, 13] } else { &[] };
    // The longest of lease, visibility and pause between two tries; a day, so that every date is looked at.
    for hours in [1, 7, 7, 10].iter().chain(rewalk) {
        tokio::time::sleep(Duration::from_secs(hours * 3_600)).await;
        let order = Order { allow_mass_change: true, ..Order::calm() };
        let End::Finished(run) = worker.run(order).await else { panic!("nobody else is there") };
        let failed: Vec<_> = run.phases.iter().filter_map(|phase| phase.error.as_ref()).collect();
        assert!(failed.is_empty(), "{failed:?}");
        fill(account, ledger, &worker).await;
    }
    // W6: from now on nothing is gone of which nobody is told.
    let order = Order { lists: Lists::Whole, allow_mass_change: true, ..Order::calm() };
    let End::Finished(run) = worker.run(order).await else { panic!("nobody else is there") };
    let failed: Vec<_> = run.phases.iter().filter_map(|phase| phase.error.as_ref()).collect();
    assert!(failed.is_empty(), "{failed:?}");
    // At midnight there is something new to do (rule R6): two runs on one day are wanted, of which the second is over in it.
    let mut before = None;
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        let today = account.date(account.clock.now());
        let order = Order { allow_mass_change: true, ..Order::calm() };
        let End::Finished(_) = worker.run(order).await else { panic!("nobody else is there") };
        let writes = worker.injector.view().writes;
        if before == Some(today) && account.date(account.clock.now()) == today {
            assert_eq!(writes, 0, "writes, and nothing was left to do");
            return;
        }
        before = Some(today);
    }
}

/// Runs until the mirror's lists are proven: a run reads a few pages alone.
async fn fill(account: &Account, ledger: &MemoryLedger, worker: &Worker) {
    for _ in 0..40 {
        let mut proven = true;
        for list in MirrorList::ALL {
            let walk = ledger.walk(&account.settings.name, list).await.expect("the ledger answers");
            proven &= walk.is_some_and(|walk| walk.is_proven(account.clock.now()));
        }
        if proven || !account.only_lists() {
            return;
        }
        tokio::time::sleep(Duration::from_secs(900)).await;
        let order = Order { allow_mass_change: true, ..Order::calm() };
        let End::Finished(_) = worker.run(order).await else { panic!("nobody else is there") };
    }
    panic!("{}: the mirror is not proven after 40 quiet runs", account.settings.name);
}
