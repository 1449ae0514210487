//! A process that stands still for longer than its lease, at each step of a run, while another takes over; and first runs
//! that begin at once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures::FutureExt;
use latchel_sync_core::engine::{AccountSettings, Engine, Mode, Quiet, Request};
use latchel_sync_core::in_memory::{Intercept, MemoryLedger};
use latchel_sync_core::ledger::*;
use latchel_sync_core::model::*;
use latchel_sync_core::{ErrorKind, Ledger, LedgerAdmin, Result};
use latchel_sync_ledger::SqliteLedger;

use tests::simulation::pair::{Pair, stamped, unit, world};

/// Longer than a lease.
const FREEZE: Duration = Duration::from_secs(130);

/// Point at which a process stands still: at this call to the ledger, or this read of a far side, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    BeforeLedger(u32),
    AfterLedger(u32),
    Reading(u32),
}

/// A ledger in memory, the process that uses it, and what happened to that.
#[derive(Debug)]
struct Frozen {
    ledger: MemoryLedger,
    at: Mutex<Option<At>>,
    calls: Mutex<u32>,
    /// The run that took over meanwhile.
    thief: Mutex<Option<NewRun>>,
}

impl Frozen {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            ledger: MemoryLedger::new(),
            at: Mutex::default(),
            calls: Mutex::default(),
            thief: Mutex::default(),
        })
    }

    /// Stands still here if it is the place. Nothing else of the process runs meanwhile.
    fn pass(&self, here: At) {
        let mut at = self.at.lock().expect("no panic");
        if *at != Some(here) {
            return;
        }
        *at = None;
        // The first step moves the clock, and the second would let others run.
        let _ = tokio::time::advance(FREEZE).now_or_never();
        let thief = new_run("another worker");
        if self.ledger.begin_run(&thief).now_or_never().expect("at once").is_ok() {
            *self.thief.lock().expect("no panic") = Some(thief);
        }
    }

    fn count(&self) -> u32 {
        let mut calls = self.calls.lock().expect("no panic");
        *calls += 1;
        *calls
    }

    fn was_robbed(&self) -> bool {
        self.thief.lock().expect("no panic").is_some()
    }

    /// The other run gives its leases back.
    async fn let_go(&self) {
        let Some(thief) = self.thief.lock().expect("no panic").take() else { return };
        let run = self.ledger.run(thief.id).await.expect("the ledger").expect("its run");
        self.ledger.finish_run(&run).await.expect("finished");
    }
}

fn new_run(holder: &str) -> NewRun {
    NewRun {
        id: RunId(uuid::Uuid::now_v7()),
        account: "main".to_owned(),
        now: tests::simulation::pair::noon(),
        day: None,
        trigger: Trigger::Manual,
        holder: holder.to_owned(),
        phases: Phase::ALL.to_vec(),
    }
}

macro_rules! ledger_that_freezes {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        #[async_trait]
        impl Ledger for Frozen {$(
            async fn $name(&self, $($arg: $type),*) -> Result<$out> {
                let number = self.count();
                self.pass(At::BeforeLedger(number));
                let answer = self.ledger.$name($($arg),*).await;
                self.pass(At::AfterLedger(number));
                answer
            }
        )*}
    };
}

ledger_that_freezes! {
    account(name: &str) -> Option<Account>;
    add_account(account: &Account) -> ();
    begin_run(run: &NewRun) -> Lease;
    renew_lease(lease: &Lease) -> ();
    finish_run(run: &Run) -> ();
    last_success(account: &str, phase: Phase) -> Option<DateTime<Utc>>;
    set_last_success(lease: &Lease, phase: Phase, at: DateTime<Utc>) -> ();
    set_last_reconciled(lease: &Lease, at: DateTime<Utc>) -> ();
    recall(account: &str, keys: &[RecordKey]) -> Vec<RecordMemory>;
    record(lease: &Lease, outcomes: &[Outcome]) -> ();
    put_link(lease: &Lease, link: &Link) -> ();
    unlink(lease: &Lease, kind: Kind, platform_id: &str) -> bool;
    open_intent(lease: &Lease, intent: &Intent) -> ();
    settle_intent(lease: &Lease, intent: IntentId, link: Option<&Link>) -> ();
    pending(account: &str, kind: Kind, side: Side, after: Option<&str>, limit: u32) -> Vec<Pending>;
    retry(account: &str, key: &RecordKey) -> bool;
    with_reached_dates(account: &str, today: NaiveDate, after: Option<&str>, limit: u32) -> Vec<Link>;
    find(account: &str, kind: Kind, text: &str) -> Vec<RecordMemory>;
    linked(account: &str, kind: Kind) -> u64;
    links(account: &str, kind: Kind, after: Option<&str>, limit: u32) -> Vec<Link>;
}

fn engine(pair: &Pair, ledger: Arc<dyn Ledger>) -> Engine {
    let time_zone = chrono_tz::America::Los_Angeles;
    let account =
        AccountSettings { name: "main".to_owned(), time_zone, policy: Policy::new(SyncMethod::All) };
    Engine::new(account, pair.platform.clone(), pair.latchel.clone(), ledger)
}

async fn sync(pair: &Pair, ledger: &Arc<Frozen>) -> Option<RunStatus> {
    let request = Request::everything(Mode::Apply, pair.now);
    engine(pair, ledger.clone()).run(&request, &Quiet).await.ok().map(|run| run.status)
}

/// Both systems, with time that stands still but for what moves it.
async fn new_pair() -> (Pair, Arc<Frozen>) {
    let pair = Pair::new(world()).await;
    tokio::time::pause();
    (pair, Frozen::new())
}

/// A pair that was synced, with something to create, to change and to close since.
async fn before() -> (Pair, Arc<Frozen>) {
    let (mut pair, ledger) = new_pair().await;
    assert_eq!(sync(&pair, &ledger).await, Some(RunStatus::Success));
    pair.advance(TimeDelta::minutes(15));
    pair.latchel.edit(|world| {
        let imported = *world.jobs.keys().next().expect("an imported one");
        world.change_job(imported, |job| job.state = JobState::Completed);
    });
    pair.add_job("Diagnosing Issue");
    pair.add_property(&unit("14", None));
    let now = pair.now;
    pair.platform.edit(|world| {
        let Some(Row::Record(one)) = world.residents.values_mut().last() else { panic!() };
        one.tenancies[0].move_out = "2026-04-01".parse().ok();
        one.freshness = stamped(now);
        let moved_in =
            Resident { freshness: stamped(now), ..tests::simulation::pair::resident(&unit("14", None)) };
        world.residents.insert(moved_in.id.clone(), Row::Record(moved_in));
        let made = tests::simulation::pair::work_order(&unit("14", None));
        let made = WorkOrder { freshness: stamped(now), ..made };
        world.work_orders.insert(made.id.clone(), Row::Record(made));
    });
    pair.advance(TimeDelta::minutes(15));
    pair.journal.take();
    *ledger.calls.lock().expect("no panic") = 0;
    (pair, ledger)
}

/// Records of both sides, without anything that depends on the instants of runs.
fn held(pair: &Pair) -> Vec<String> {
    let mut all = pair.latchel.edit(|world| {
        let properties =
            world.properties.values().map(|one| format!("{:?} {}", one.reference, one.is_active));
        let residents = world.residents.values().map(|one| format!("{:?} {:?}", one.reference, one.move_out));
        let jobs =
            world.jobs.values().map(|one| format!("{:?} {:?} {}", one.work_order, one.number, one.state));
        properties.chain(residents).chain(jobs).collect::<Vec<_>>()
    });
    all.extend(pair.platform.edit(|world| {
        let row = |row: &Row<WorkOrder>| match row {
            Row::Record(one) => format!("{:?} {:?}", one.marker, one.status),
            _ => String::new(),
        };
        world.work_orders.values().map(row).collect::<Vec<_>>()
    }));
    all.sort();
    all
}

/// Counts reads of the far sides, and what is written after the process stood still.
fn watch(pair: &Pair, ledger: &Arc<Frozen>) -> Arc<Mutex<(u32, Vec<String>)>> {
    let seen = Arc::new(Mutex::new((0, Vec::new())));
    let (ledger, told) = (ledger.clone(), seen.clone());
    pair.journal.decide(move |call| {
        let mut seen = told.lock().expect("no panic");
        if call.writes() {
            if ledger.was_robbed() {
                seen.1.push(call.to_string());
            }
        } else {
            seen.0 += 1;
            ledger.pass(At::Reading(seen.0));
        }
        Intercept::Proceed
    });
    seen
}

#[tokio::test]
async fn a_process_that_stands_still_at_any_step_of_a_run_writes_nothing_after_another_took_over() {
    let (pair, ledger) = before().await;
    let seen = watch(&pair, &ledger);
    assert_eq!(sync(&pair, &ledger).await, Some(RunStatus::Success));
    let (calls, reads) = (*ledger.calls.lock().expect("no panic"), seen.lock().expect("no panic").0);
    let expected = held(&pair);
    let writes = pair.journal.take_writes().len();
    assert!(writes >= 7 && calls >= 48 && reads > 30, "{writes} writes, {calls} calls, {reads} reads");

    tokio::time::resume();
    let ledgers = (1..=calls).flat_map(|n| [At::BeforeLedger(n), At::AfterLedger(n)]);
    let mut robbed = 0;
    for at in ledgers.chain((1..=reads).map(At::Reading)) {
        let (mut pair, ledger) = before().await;
        let seen = watch(&pair, &ledger);
        *ledger.at.lock().expect("no panic") = Some(at);
        let status = sync(&pair, &ledger).await;
        assert_eq!(*ledger.at.lock().expect("no panic"), None, "{at:?}: it never got there");
        let written = seen.lock().expect("no panic").1.clone();
        assert_eq!(written, [""; 0], "{at:?}");
        robbed += u32::from(ledger.was_robbed());

        ledger.let_go().await;
        pair.journal.decide(|_| Intercept::Proceed);
        pair.advance(TimeDelta::minutes(15));
        assert_eq!(sync(&pair, &ledger).await, Some(RunStatus::Success), "{at:?} after {status:?}");
        assert_eq!(held(&pair), expected, "{at:?} after {status:?}");
        pair.journal.take();
        pair.advance(TimeDelta::minutes(15));
        sync(&pair, &ledger).await;
        assert_eq!(pair.journal.take_writes(), [], "{at:?}: something was left to do");
        tokio::time::resume();
    }
    assert!(robbed > calls, "{robbed}");
}

#[tokio::test]
async fn a_second_first_run_of_an_account_does_nothing_and_leaves_the_sync_start() {
    let (pair, ledger) = new_pair().await;
    let later = Request::everything(Mode::Apply, pair.now + TimeDelta::seconds(1));
    let second = engine(&pair, ledger.clone());
    let (mut runs, told) = (0, Arc::new(Mutex::new(Vec::new())));
    let refused = told.clone();
    pair.journal.decide(move |_| {
        runs += 1;
        if runs % 10 == 1 {
            // It ends before it makes a call of its own.
            let run = second.run(&later, &Quiet).now_or_never().expect("at once");
            refused.lock().expect("no panic").push(run.expect_err("held").kind());
        }
        Intercept::Proceed
    });
    assert_eq!(sync(&pair, &ledger).await, Some(RunStatus::Success));
    let refused = told.lock().expect("no panic").clone();
    assert!(refused.len() > 2 && refused.iter().all(|kind| *kind == ErrorKind::Busy), "{refused:?}");
    let account = ledger.account("main").await.expect("the ledger").expect("the account");
    assert_eq!(account.sync_start, pair.now);
    assert_eq!(pair.latchel.edit(|world| world.jobs.len()), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_first_runs_that_begin_at_once_none_makes_anything_twice() {
    for _ in 0..10 {
        let pair = Pair::new(world()).await;
        let ledger = SqliteLedger::in_memory().await.expect("a ledger");
        let run = |seconds: i64| {
            let engine = engine(&pair, Arc::new(ledger.clone()));
            let request = Request::everything(Mode::Apply, pair.now + TimeDelta::seconds(seconds));
            tokio::spawn(async move { engine.run(&request, &Quiet).await })
        };
        let runs = futures::future::join_all((0..4).map(run)).await;
        let mut done = 0;
        for run in runs {
            match run.expect("no panic") {
                Ok(run) => done += u32::from(run.status == RunStatus::Success),
                Err(error) => assert_eq!(error.kind(), ErrorKind::Busy, "{error}"),
            }
        }
        assert!(done > 0, "one of them did it");
        let accounts = ledger.accounts().await.expect("accounts");
        assert_eq!(accounts.len(), 1);
        assert!((accounts[0].sync_start - pair.now).num_seconds() < 4);
        let counts =
            pair.latchel.edit(|world| (world.properties.len(), world.residents.len(), world.jobs.len()));
        assert_eq!(counts, (2, 2, 2));
    }
}
