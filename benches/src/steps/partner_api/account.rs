//! The account: its systems, the two engines that sync it, and the people who work in Latchel meanwhile.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use latchel_sync_cli::Config;
use latchel_sync_core::engine::{AccountSettings, AdoptRequest, Engine, Mode, Quiet, Request, StopSignal};
use latchel_sync_core::ledger::{RunStatus, Trigger};
use latchel_sync_core::mirror::Mirror;
use latchel_sync_core::model::{Kind, Phase, Policy, RecordKey};
use latchel_sync_core::registry::ConnectedLatchel;
use latchel_sync_ledger::SqliteLedger;
use mock_pms::world::Edit;
use mock_pms::{
    Filling, Foreign, GenerateSpec, LatchelDialect, LoggedRequest, MockServer, Moment, Options, Side, Switch,
    World,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Day, SHARE};
use crate::unhurried::Unhurried;

/// Runs in a day, one every 15 minutes.
const RUNS: u32 = 96;
/// Changes for each unit and day: a live account's 0.11 updated work orders, of which two in eleven are new and as many closed
/// (contract sheet `latchel-papi.md`, *What a walk costs*).
const NEW: f64 = 0.02;
const CLOSED: f64 = 0.02;
const NOTED: f64 = 0.07;
const BUDGET: (u32, Duration) = (SHARE, Duration::from_secs(600));
/// Most times that an account is taken over until nothing is left.
const MOST_ADOPTIONS: u32 = 6;

/// A way in which changes in Latchel are learned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Not,
    ByWebhooks,
}

/// Calls of Latchel, counted as they arrive: the mock's own log keeps the newest alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Calls {
    pub all: usize,
    pub writes: usize,
    /// Pages of properties and residents.
    pub lists: usize,
}

impl Calls {
    fn count(&mut self, request: &LoggedRequest) {
        self.all += 1;
        self.writes += usize::from(request.is_write());
        self.lists += usize::from(["/v1/properties", "/v1/tenants"].contains(&request.path.as_str()));
    }
}

pub struct Account {
    pub server: MockServer,
    /// Calls since they were taken last.
    calls: Arc<Mutex<Calls>>,
    pub mirror: Arc<Mirror>,
    polled: Engine,
    told: Engine,
    pub now: DateTime<Utc>,
    /// Changes that are due, in parts of one: new, closed, noted.
    due: [f64; 3],
    units: u32,
    /// Number of changes so far, by which records are chosen in turn.
    changes: usize,
    _folder: TempDir,
}

impl Account {
    pub async fn start(units: u32, order: Switch) -> Result<Self> {
        let now = Utc::now().trunc_subsecs(0);
        let mut world = World::generate(&GenerateSpec { units, seed: 7, now });
        world.fill_latchel(Filling::Foreign(Foreign::default()), 7);
        let quirk = LatchelDialect::Papi.quirks().iter().find(|quirk| quirk.name == "unstable-order");
        quirk.context("the order of lists can be switched")?.switch(&mut world, order);
        let options = Options { latchel: LatchelDialect::Papi, ..Options::unlimited() };
        let server = MockServer::start(world, options).await?;
        let folder = TempDir::new()?;
        let ledger = Arc::new(SqliteLedger::open(folder.path().join("ledger.sqlite")).await?);
        let engine = |told: bool| -> Result<(Engine, Arc<Mirror>)> {
            let path = folder.path().join("latchel-sync.toml");
            std::fs::write(&path, config(&server))?;
            let config = Config::read(&path).map_err(|failure| anyhow::anyhow!("{failure}"))?;
            let sides = config.far_sides().map_err(|failure| anyhow::anyhow!("{failure}"))?;
            let (platform, latchel) = sides.into_iter().next().context("the configuration has no account")?;
            let ConnectedLatchel::Lists(source) = latchel else { bail!("Latchel's Partner API only lists") };
            let source = Arc::new(Unhurried { source, budget: BUDGET });
            let mirror = Mirror::new(source, ledger.clone(), ledger.clone(), "main");
            let latchel = Arc::new(if told { mirror.with_webhooks() } else { mirror });
            let policy: Policy = serde_json::from_value(json!({ "sync_method": "all" }))?;
            let settings = AccountSettings {
                name: "main".to_owned(),
                time_zone: "America/Los_Angeles".parse()?,
                policy,
            };
            Ok((Engine::new(settings, platform, latchel.clone(), ledger.clone()), latchel))
        };
        let ((polled, mirror), (told, _)) = (engine(false)?, engine(true)?);
        let calls = Arc::new(Mutex::new(Calls::default()));
        let counted = calls.clone();
        server.watch(move |moment, request| {
            if moment == Moment::Arrived && request.side == Side::Latchel {
                counted.lock().unwrap_or_else(PoisonError::into_inner).count(request);
            }
            true
        });
        Ok(Self {
            server,
            calls,
            mirror,
            polled,
            told,
            now,
            due: [0.0; 3],
            units,
            changes: 0,
            _folder: folder,
        })
    }

    pub fn request(&self, trigger: Trigger) -> Request {
        Request { trigger, holder: "benches".to_owned(), ..Request::everything(Mode::Apply, self.now) }
    }

    /// Takes the account over as an operator does: where that has to know older work orders of Latchel's than the mirror keeps, it is
    /// filled once more.
    pub async fn take_over(&self) -> Result<()> {
        for _ in 0..MOST_ADOPTIONS {
            let adopt = AdoptRequest {
                rows: None,
                write_references: false,
                now: self.now,
                holder: "benches".to_owned(),
                stop: StopSignal::default(),
            };
            let adopted = self.polled.adopt(&adopt, &Quiet).await?;
            ensure!(adopted.run.status == RunStatus::Success, "{:?}", adopted.run);
            if adopted.run.warnings.is_empty() && adopted.linked == 0 {
                return Ok(());
            }
            self.mirror.fill(self.now, &|_| true).await?;
        }
        bail!("after {MOST_ADOPTIONS} tries there is still something to take over")
    }

    pub async fn sync(&self, request: Request, told: Told) -> Result<()> {
        let engine = if told == Told::Not { &self.polled } else { &self.told };
        let run = engine.run(&request, &Quiet).await?;
        ensure!(run.status == RunStatus::Success, "{run:?}");
        Ok(())
    }

    /// Calls since this was asked last.
    pub fn take_calls(&self) -> Calls {
        std::mem::take(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn advance(&mut self) {
        self.now += TimeDelta::minutes(i64::from(24 * 60 / RUNS));
        let now = self.now;
        self.server.edit(|world| world.clock.set(now));
    }

    pub async fn day(&mut self, runs: u32, told: Told) -> Result<Day> {
        let mut day = Day::default();
        for run in 0..runs {
            self.advance();
            let changed = self.change()?;
            self.take_calls();
            if told == Told::ByWebhooks {
                day.told += changed.len();
                let records =
                    Some(changed.iter().map(|id| RecordKey::latchel(Kind::WorkOrder, *id)).collect());
                let phases = vec![Phase::WorkOrdersToPlatform];
                self.sync(Request { records, phases, ..self.request(Trigger::Webhook) }, told).await?;
            }
            if run == 0 {
                let phases = vec![Phase::Properties, Phase::Residents];
                self.sync(Request { phases, ..self.request(Trigger::Schedule) }, told).await?;
            }
            day.others += self.take_calls().all;
            let phases = vec![Phase::WorkOrdersToLatchel, Phase::WorkOrdersToPlatform];
            self.sync(Request { phases, ..self.request(Trigger::Schedule) }, told).await?;
            let Calls { all, writes, .. } = self.take_calls();
            day.runs.push((all, writes));
        }
        Ok(day)
    }

    /// Lets people work in Latchel for as long as lies between two runs. Returns the ids of the work orders that they touched.
    fn change(&mut self) -> Result<Vec<i64>> {
        let mut kinds = Vec::new();
        for (kind, rate) in [NEW, CLOSED, NOTED].into_iter().enumerate() {
            self.due[kind] += f64::from(self.units) * rate / f64::from(RUNS);
            while self.due[kind] >= 1.0 {
                self.due[kind] -= 1.0;
                kinds.push(kind);
            }
        }
        let before = self.changes;
        self.changes += kinds.len();
        let turns = kinds.into_iter().zip(before + 1..);
        let edits: Vec<_> = self.server.read(|world| {
            let active: Vec<_> =
                world.latchel.properties.iter().filter(|one| one.is_active).map(|one| one.id).collect();
            let open = |state: &str| state != "Completed" && state != "Cancelled";
            let jobs: Vec<_> =
                world.latchel.jobs.iter().filter(|job| open(&job.state)).map(|job| job.id).collect();
            turns.filter_map(|(kind, turn)| one(kind, turn, &active, &jobs)).collect()
        });
        // All at once: each time, the world is copied and validated.
        self.server.edit(|world| world.apply(&edits)).context("edits")
    }
}

/// One change: 0 a new work order, 1 a closing, 2 a note. `None` if there is nothing to change.
fn one(kind: usize, turn: usize, active: &[i64], jobs: &[i64]) -> Option<Edit> {
    let among = |ids: &[i64]| ids.get(turn * 31 % ids.len().max(1)).copied();
    let (id, set, create) = match kind {
        0 => {
            let create = json!({
                "source": "Tenant Call", "state": "Diagnosing Issue", "name": format!("Reported {turn}"),
                "description": "It drips.", "property_id": among(active)?,
            });
            (None, None, Some(create))
        }
        1 => (Some(among(jobs)?), Some(json!({ "state": "Completed" })), None),
        _ => {
            let description = format!("It drips more and more ({turn}).");
            (Some(among(jobs)?), Some(json!({ "description": description })), None)
        }
    };
    let fields = |value: Value| value.as_object().cloned();
    Some(Edit {
        side: Side::Latchel,
        collection: "jobs".to_owned(),
        id,
        set: set.and_then(fields),
        create: create.and_then(fields),
        delete: None,
        touch: true,
    })
}

/// The account, without any limit to its calls.
fn config(server: &MockServer) -> String {
    let (client_id, client_secret, key) = server.read(|world| {
        let account = &world.platform.account;
        (account.client_id.clone(), account.client_secret.clone(), world.latchel.company.api_key.clone())
    });
    format!(
        "[[account]]\nname = \"main\"\ntime_zone = \"America/Los_Angeles\"\nsync_method = \"all\"\n\
         [account.platform]\nadapter = \"buildium\"\nbase_url = \"{}\"\nclient_id = \"{client_id}\"\nclient_secret = \"{client_secret}\"\n\
         calls_per_second = 100000\n[account.latchel]\nadapter = \"latchel\"\nbase_url = \"{}{}\"\napi_key = \"{key}\"\n\
         writes = \"on\"\ncalls_per_span = 100000000\n",
        server.platform_url(),
        server.latchel_url(),
        LatchelDialect::Papi.base_path(),
    )
}
