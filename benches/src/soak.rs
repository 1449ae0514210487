//! The server over many accounts with short intervals, while people act and lines are bad: is its memory flat, does it miss an
//! interval, does it double anything?

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::model::Phase;
use latchel_sync_ledger::SqliteLedger;
use mock_pms::{Fault, FaultPlan, FaultRule, GenerateSpec, MockServer, Options, World};
use tempfile::TempDir;

use crate::people::{act, doubled};
use crate::served::Served;

/// Length and size of the soak.
#[derive(Debug, Clone, clap::Args)]
pub struct Soak {
    /// For how many minutes people act and lines are bad.
    #[arg(long, default_value_t = 15)]
    minutes: u64,
    /// Number of accounts, each with a platform and a Latchel of its own.
    #[arg(long, default_value_t = 50)]
    accounts: usize,
    /// Seconds between two syncs of an account's work orders; properties and residents are synced at a quarter of the
    /// pace.
    #[arg(long, default_value_t = 15)]
    interval: u64,
}

/// Probability that a request on a bad line meets a fault.
const PROBABILITY: f64 = 0.01;
/// Time between two looks at the process's memory.
const SAMPLE: Duration = Duration::from_secs(5);
/// Delay that a run may have beyond its interval and the run before: the worker takes up to so long to get to it.
const LATE: TimeDelta = TimeDelta::seconds(10);

/// Soaks, prints the figures, and fails if something was doubled, missed or grew.
pub async fn run(soak: Soak) -> Result<()> {
    let mut servers = Vec::new();
    for index in 0..soak.accounts {
        let seed = u64::try_from(index)?;
        let mut world = World::generate(&GenerateSpec { units: 20, seed, now: Utc::now() });
        world.clock.set_mode(mock_pms::world::ClockMode::Running);
        servers.push(MockServer::start(world, Options::unlimited()).await?);
    }
    let folder = TempDir::new()?;
    std::fs::write(folder.path().join("latchel-sync.toml"), config(&servers, &soak))?;
    let mut process = Served::start(folder.path(), &[])?;
    let began = Instant::now();
    let length = Duration::from_secs(soak.minutes * 60);
    servers.iter().zip(0..).for_each(|(server, seed)| server.set_faults(bad_line(seed)));
    let (mut resident, mut acts) = (Vec::new(), 0_usize);
    while began.elapsed() < length {
        tokio::time::sleep(SAMPLE).await;
        resident.push(process.resident_kib()?);
        for server in &servers {
            act(server, acts)?;
            acts += 1;
            server.clear_requests();
        }
        eprint!("\r{} s, {} MB ", began.elapsed().as_secs(), resident.last().unwrap_or(&0) / 1024);
    }
    eprintln!();
    let faults: u64 = servers.iter().map(MockServer::faults_happened).sum();
    servers.iter().for_each(|server| server.set_faults(FaultPlan::default()));
    tokio::time::sleep(Duration::from_secs(soak.interval * 6)).await;
    process.stop()?;

    let ledger = SqliteLedger::open(folder.path().join("latchel-sync.sqlite")).await?;
    let doubled: Vec<_> = servers.iter().flat_map(|server| server.read(doubled)).collect();
    let (runs, missed) = missed(&ledger, &soak).await?;
    let quarter = (resident.len() / 4).max(1);
    let most = |samples: &[u64]| samples.iter().max().copied().unwrap_or_default();
    let (early, late) = (most(&resident[quarter..quarter * 2]), most(&resident[resident.len() - quarter..]));
    println!("| what | measured |\n|---|---|");
    println!("| accounts, minutes, interval | {}, {}, {} s |", soak.accounts, soak.minutes, soak.interval);
    let size = std::fs::metadata(folder.path().join("latchel-sync.sqlite"))?.len();
    println!("| the ledger at the end | {:.1} MB |", size as f64 / 1e6);
    println!("| runs | {runs} |\n| faults | {faults} |\n| acts of people | {acts} |");
    println!(
        "| most memory in the second and in the last quarter | {:.1} and {:.1} MB |",
        mb(early),
        mb(late)
    );
    println!("| runs that began too late | {} |\n| doubled | {} |", missed.len(), doubled.len());
    missed.iter().chain(&doubled).for_each(|what| println!("  {what}"));
    let problems = ledger.check().await?;
    ensure!(problems.is_empty(), "the ledger is not sound: {problems:?}");
    ensure!(late <= early + early / 10, "memory grew by more than a tenth");
    if !missed.is_empty() || !doubled.is_empty() {
        bail!("something was missed or doubled");
    }
    Ok(())
}

fn mb(kib: u64) -> f64 {
    kib as f64 * 1024.0 / 1e6
}

fn config(servers: &[MockServer], soak: &Soak) -> String {
    let (often, seldom) = (soak.interval, soak.interval * 4);
    let accounts = servers.iter().enumerate().map(|(index, server)| {
        let (id, secret, key) = server.read(|world| {
            let account = &world.platform.account;
            (account.client_id.clone(), account.client_secret.clone(), world.latchel.company.api_key.clone())
        });
        format!(
            "[[account]]\nname = \"account-{index:02}\"\ntime_zone = \"America/Los_Angeles\"\nsync_method = \"all\"\n\
             schedule = {{ work_orders = \"{often}s\", properties_and_residents = \"{seldom}s\", jitter = \"{often}s\" }}\n\
             [account.platform]\nadapter = \"buildium\"\nbase_url = \"{}\"\nclient_id = \"{id}\"\n\
             client_secret = \"{secret}\"\ncalls_per_second = 1000\n\
             [account.latchel]\nadapter = \"latchel-gateway\"\nbase_url = \"{}\"\napi_key = \"{key}\"\n",
            server.platform_url(),
            server.latchel_url(),
        )
    });
    accounts.collect()
}

fn bad_line(seed: u64) -> FaultPlan {
    let kinds = [
        Fault::Latency { ms: 300 },
        Fault::Status { status: 500, retry_after: None },
        Fault::Status { status: 429, retry_after: Some(1) },
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Truncated,
        Fault::Malformed,
        Fault::Pretend,
        Fault::DoubledRow,
        Fault::MissingRow,
    ];
    let each = PROBABILITY / kinds.len() as f64;
    let rule = |fault: &Fault| FaultRule { probability: Some(each), ..FaultRule::always(fault.clone()) };
    FaultPlan { seed, faults: kinds.iter().map(rule).collect() }
}

/// Number of all runs, and a line for each that began later than its interval and the run before allow.
async fn missed(ledger: &SqliteLedger, soak: &Soak) -> Result<(usize, Vec<String>)> {
    let interval = TimeDelta::seconds(i64::try_from(soak.interval)?);
    let mut by_account: BTreeMap<String, Vec<(DateTime<Utc>, TimeDelta)>> = BTreeMap::new();
    let mut count = 0;
    for run in ledger.runs(None, u32::MAX).await? {
        count += 1;
        if run.phases.iter().any(|report| report.phase == Phase::WorkOrdersToLatchel) {
            let took = TimeDelta::milliseconds(i64::try_from(run.took_ms.unwrap_or_default())?);
            by_account.entry(run.account).or_default().push((run.now, took));
        }
    }
    let mut missed = Vec::new();
    for (account, mut runs) in by_account {
        runs.sort();
        for pair in runs.windows(2) {
            let ((before, took), (after, _)) = (pair[0], pair[1]);
            if after - before > interval.max(took) + LATE {
                missed.push(format!(
                    "{account}: {} s after the run at {before}",
                    (after - before).num_seconds()
                ));
            }
        }
    }
    Ok((count, missed))
}
