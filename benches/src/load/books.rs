//! A ledger as it is after a while, and the configuration of its accounts.

use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::ledger::{
    Account, Action, Counts, Lease, NewRun, Outcome, PhaseReport, Run, RunStatus, Trigger,
};
use latchel_sync_core::model::{Kind, Link, Origin, Phase, Reason, RecordKey, RunId};
use latchel_sync_core::{Ledger, LedgerAdmin};
use latchel_sync_ledger::SqliteLedger;
use mock_pms::MockServer;

/// Number of outcomes that are recorded at once.
const PAGE: usize = 1_000;
/// Time between two runs.
const INTERVAL: TimeDelta = TimeDelta::minutes(15);
/// Number of records that are others than before in each run but the newest.
const CHANGED: usize = 20;
/// The first id in Latchel.
const LATCHEL_IDS: i64 = 1_000_000;

/// Contents of the ledger, as far as requests need them.
pub struct Books {
    /// The newest run of each account.
    pub runs: Vec<RunId>,
    /// Records of the first account, by kind and id, which the platform has too.
    pub records: Vec<(&'static str, String)>,
}

/// The name of an account.
pub fn account(number: usize) -> String {
    format!("account-{number:02}")
}

/// So many accounts, all of them with the same two systems, which are synced once a day.
pub fn config(systems: &MockServer, accounts: usize) -> String {
    let (id, secret, key) = systems.read(|world| {
        let account = &world.platform.account;
        (account.client_id.clone(), account.client_secret.clone(), world.latchel.company.api_key.clone())
    });
    let (platform, latchel) = (systems.platform_url(), systems.latchel_url());
    let one = |number| {
        format!(
            "[[account]]\nname = \"{}\"\ntime_zone = \"America/Los_Angeles\"\nsync_method = \"all\"\n\
             schedule = {{ work_orders = \"24h\", properties_and_residents = \"24h\", jitter = \"1s\" }}\n\
             [account.platform]\nadapter = \"buildium\"\nbase_url = \"{platform}\"\nclient_id = \"{id}\"\n\
             client_secret = \"{secret}\"\ncalls_per_second = 100000\n\
             [account.latchel]\nadapter = \"latchel-gateway\"\nbase_url = \"{latchel}\"\napi_key = \"{key}\"\n",
            account(number)
        )
    };
    (0..accounts).map(one).collect()
}

impl Books {
    /// Makes a ledger with half of the outcomes in the first account, and the others spread over the rest.
    pub async fn fill(
        file: &Path,
        systems: &MockServer,
        accounts: usize,
        outcomes: usize,
        runs: usize,
    ) -> Result<Self> {
        let units: Vec<_> = systems.read(|world| {
            world.platform.units.iter().map(|unit| format!("{}/{}", unit.property_id, unit.id)).collect()
        });
        let ledger = SqliteLedger::open(file).await?;
        let of_first = outcomes / 2;
        let mut newest =
            vec![Past { name: account(0), known: &units, outcomes: of_first, runs }.write(&ledger).await?];
        for number in 1..accounts {
            let outcomes = (outcomes - of_first) / (accounts - 1);
            newest.push(Past { name: account(number), known: &[], outcomes, runs }.write(&ledger).await?);
        }
        ledger.close().await?;
        Ok(Self {
            runs: newest,
            records: units.into_iter().map(|unit| (Kind::Property.as_str(), unit)).collect(),
        })
    }
}

/// Past of an account.
struct Past<'a> {
    name: String,
    /// Properties that the platform has, which come first.
    known: &'a [String],
    outcomes: usize,
    runs: usize,
}

impl Past<'_> {
    /// Writes a run for every quarter of an hour until now, the newest of which saw everything, and returns that one.
    async fn write(&self, ledger: &SqliteLedger) -> Result<RunId> {
        let now = Utc::now();
        let runs = i32::try_from(self.runs)?;
        let sync_start = now - INTERVAL * runs;
        ledger.add_account(&Account { name: self.name.clone(), sync_start, created_at: sync_start }).await?;
        for before in (1..runs).rev() {
            self.run(ledger, now - INTERVAL * before, CHANGED.min(self.outcomes)).await?;
        }
        self.run(ledger, now, self.outcomes).await
    }

    async fn run(&self, ledger: &SqliteLedger, now: DateTime<Utc>, outcomes: usize) -> Result<RunId> {
        let id = RunId(uuid::Uuid::now_v7());
        let (account, holder) = (self.name.clone(), "a measurement".to_owned());
        let new = NewRun {
            id,
            account,
            now,
            day: None,
            trigger: Trigger::Schedule,
            holder,
            phases: Phase::ALL.into(),
        };
        let lease = ledger.begin_run(&new).await?;
        let all: Vec<_> = (0..outcomes).map(|index| self.outcome(index, id, now)).collect();
        for page in all.chunks(PAGE) {
            ledger.record(&lease, page).await?;
        }
        if outcomes == self.outcomes {
            self.succeed(ledger, &lease, now).await?;
        }
        let phases = Phase::ALL.map(|phase| report(phase, now, &all)).into();
        let run = Run { phases, status: RunStatus::Success, took_ms: Some(4_200), ..Run::begin(&new) };
        ledger.finish_run(&run).await?;
        Ok(id)
    }

    /// All phases succeeded, so that none is due for a day; what the platform has is linked.
    async fn succeed(&self, ledger: &SqliteLedger, lease: &Lease, now: DateTime<Utc>) -> Result<()> {
        for phase in Phase::ALL {
            ledger.set_last_success(lease, phase, now).await?;
        }
        for (unit, latchel_id) in self.known.iter().zip(LATCHEL_IDS..) {
            let (platform_id, run) = (unit.clone(), lease.run);
            let link = Link {
                kind: Kind::Property,
                platform_id,
                latchel_id,
                origin: Origin::Found,
                run,
                created_at: now,
                verified_at: Some(now),
                platform_number: None,
                latchel_number: None,
                number_written_at: None,
                close: None,
                resident: None,
                sent_for: None,
                not_stored: Vec::new(),
            };
            ledger.put_link(lease, &link).await?;
        }
        Ok(())
    }

    /// Of twenty records ten are properties, seven residents, three work orders; of a hundred one failed.
    fn outcome(&self, index: usize, run: RunId, at: DateTime<Utc>) -> Outcome {
        let (building, counterpart) = (index / 8, (LATCHEL_IDS + index as i64).to_string());
        let (kind, id, label, reason) = match (self.known.get(index), index % 20) {
            (Some(unit), _) => (
                Kind::Property,
                unit.clone(),
                format!("Elm Court {building}, Unit {index}"),
                Reason::PropertyUnchanged,
            ),
            (None, 0..10) => (
                Kind::Property,
                format!("9{building}/{index}"),
                format!("Elm Court {building}, Unit {index}"),
                Reason::PropertyUnchanged,
            ),
            (None, 10..17) => (
                Kind::Resident,
                format!("{index}@9{building}"),
                format!("A resident of 9{building}"),
                Reason::ResidentUnchanged,
            ),
            (None, _) => (
                Kind::WorkOrder,
                index.to_string(),
                format!("A tap of Elm Court {building} drips"),
                Reason::WorkOrderImported,
            ),
        };
        let reason = if index % 100 == 99 { Reason::CallFailed } else { reason };
        Outcome {
            key: RecordKey::platform(kind, id),
            counterpart: Some(counterpart),
            label,
            reason,
            action: Action::None,
            // What says the same as before is not written again.
            detail: Some(format!("as of {at}")),
            run,
            at,
            fingerprint: None,
            waits_for: None,
            tried: None,
            waits_until: None,
        }
    }
}

fn report(phase: Phase, now: DateTime<Utc>, outcomes: &[Outcome]) -> PhaseReport {
    let mut counts = Counts::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.key.kind == phase.kind()) {
        *counts.entry(outcome.reason).or_default() += 1;
    }
    let window_from = now - TimeDelta::hours(72);
    PhaseReport { phase, window_from, counts, writes: 0, error: None, error_kind: None, paused: None }
}
