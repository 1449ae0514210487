//! Several processes on one PostgreSQL ledger, with many accounts: is anything doubled or lost, and how late are accounts, while
//! processes are killed, frozen and replaced, and new accounts come?

mod lateness;
mod site;

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use chrono::{DateTime, Utc};
use latchel_sync_core::LedgerAdmin;
use latchel_sync_ledger::{PostgresLedger, throw_away};
use nix::sys::signal::Signal;

use crate::people::doubled;
use lateness::{Lateness, Span};
use site::Site;

/// Length and size of the measurement.
#[derive(Debug, Clone, clap::Args)]
pub struct Scale {
    /// Number of minutes; what happens to the processes is spread over them.
    #[arg(long, default_value_t = 5)]
    minutes: u64,
    /// Number of accounts, each with a platform and a Latchel of its own, of some 20 units.
    #[arg(long, default_value_t = 1_000)]
    accounts: usize,
    /// Number of accounts that come while the others are synced.
    #[arg(long, default_value_t = 20)]
    new_accounts: usize,
    /// Number of accounts whose platform takes 10 s to answer.
    #[arg(long, default_value_t = 5)]
    slow: usize,
    /// Number of processes that work; one more has the pages.
    #[arg(long, default_value_t = 3)]
    workers: usize,
    /// Seconds between two syncs of an account's work orders; properties and residents are synced at a quarter of the pace.
    #[arg(long, default_value_t = 60)]
    interval: u64,
    /// Seconds that a process's hold on an account outlives it.
    #[arg(long, default_value_t = 20)]
    lease: u64,
    /// Seconds for which a worker is frozen.
    #[arg(long, default_value_t = 40)]
    freeze: u64,
}

/// Time beyond the lease after which the accounts of a worker that is gone are synced by others.
const TAKEN_OVER: Duration = Duration::from_secs(15);

/// Measures, prints the figures, and fails if something was doubled or the ledger is not sound.
pub async fn run(scale: Scale) -> Result<()> {
    let url = throw_away::fresh_url().await;
    let mut site = Site::new(&scale, &url).await?;
    let started = Instant::now();
    site.start_workers(scale.workers)?;
    let start = started.elapsed() / u32::try_from(scale.workers.max(1))?;
    site.start_web()?;

    let length = Duration::from_secs(scale.minutes * 60);
    let gone = Duration::from_secs(scale.lease) + TAKEN_OVER;
    // The first syncs.
    site.live(length / 5).await?;
    let quiet = site.during("no fault", length / 5).await?;
    let pages = site.pages().await?;
    site.signal(0, Signal::SIGKILL)?;
    let killed = site.during("a worker was killed", gone).await?;
    site.replace(0)?;
    let last = scale.workers.saturating_sub(1);
    site.signal(last, Signal::SIGSTOP)?;
    let frozen = site.during("a worker was frozen", Duration::from_secs(scale.freeze)).await?;
    site.signal(last, Signal::SIGCONT)?;
    let rolling = Utc::now();
    for worker in 0..scale.workers {
        site.stop(worker)?;
        site.replace(worker)?;
        site.live(length / 20).await?;
    }
    let rolling = Span { name: "the workers were replaced one by one", from: rolling, until: Utc::now() };
    site.add_accounts(scale.new_accounts).await?;
    let new = site.during("new accounts came", length / 5).await?;
    let memory = site.memory();
    site.end()?;

    let ledger = PostgresLedger::open(&url).await?;
    let doubled: Vec<_> = site.servers.iter().flat_map(|server| server.read(doubled)).collect();
    let lateness = Lateness::of(&ledger, scale.interval, &site.ordinary).await?;
    println!("| what | measured |\n|---|---|");
    println!(
        "| accounts, workers, interval, lease | {} and {} new, {}, {} s, {} s |",
        scale.accounts, scale.new_accounts, scale.workers, scale.interval, scale.lease
    );
    println!("| runs of work orders | {}, {:.1} a second |", lateness.runs(), lateness.per_second(&quiet));
    for span in [&quiet, &killed, &frozen, &rolling, &new] {
        println!("| late, while {}: runs, p50, p99, most | {} |", span.name, lateness.within(span));
    }
    println!("| syncs of an account less than nine tenths of an interval apart | {} |", lateness.too_soon());
    println!("| ordinary accounts that were never synced | {} |", lateness.never());
    println!("| first page, metrics | {:.2} s, {:.2} s |", pages.0.as_secs_f64(), pages.1.as_secs_f64());
    println!("| start of a worker, its memory at most | {:.1} s, {memory:.0} MB |", start.as_secs_f64());
    println!("| doubled | {} |", doubled.len());
    doubled.iter().for_each(|what| println!("  {what}"));
    let problems = ledger.check().await?;
    ensure!(problems.is_empty(), "the ledger is not sound: {problems:?}");
    ensure!(doubled.is_empty(), "something was doubled");
    ensure!(lateness.never() == 0, "some accounts were never synced");
    Ok(())
}

/// The present instant, UTC, as the ledger's runs have it.
fn now() -> DateTime<Utc> {
    Utc::now()
}
