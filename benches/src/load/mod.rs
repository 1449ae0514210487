//! The server's read pages under load: requests come at fixed times, whether those before were answered or not.

mod books;
mod pages;
mod shots;

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, ensure};
use chrono::Utc;
use mock_pms::world::ClockMode;
use mock_pms::{GenerateSpec, MockServer, Options, World};
use serde::Serialize;
use tempfile::TempDir;

use crate::machine;
use crate::served::Served;
use crate::usage::Usage;
use books::Books;
use shots::{Answers, shoot};

/// Size of the load.
#[derive(Debug, Clone, clap::Args)]
pub struct Load {
    /// For how many seconds.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Number of requests in each second.
    #[arg(long, default_value_t = 200)]
    rate: u64,
    /// Number of accounts.
    #[arg(long, default_value_t = 50)]
    accounts: usize,
    /// Number of outcomes in the ledger; half of them are those of the first account.
    #[arg(long, default_value_t = 100_000)]
    outcomes: usize,
    /// Number of past runs of each account.
    #[arg(long, default_value_t = 100)]
    runs: usize,
    /// Write every figure to this file.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Figures of the measurement.
#[derive(Debug, Serialize)]
struct Report {
    machine: Vec<String>,
    rate: u64,
    seconds: u64,
    accounts: usize,
    outcomes: usize,
    runs: usize,
    ledger_bytes: u64,
    /// Page by page, and all of them at the end.
    pages: Vec<Answers>,
    /// Resources that the server used, from its start to its end.
    used: Usage,
    /// For how long it was under load, in seconds: until the last answer.
    under_load: f64,
    /// The server's resident memory after the last answer, in KiB.
    resident_kib: u64,
}

/// Fills a ledger, lets requests come, and prints how long they took; fails if one was not answered as it should be.
pub async fn run(load: Load) -> Result<()> {
    let machine = machine::describe();
    let mut world = World::generate(&GenerateSpec { units: 200, seed: 1, now: Utc::now() });
    world.clock.set_mode(ClockMode::Running);
    let systems = MockServer::start(world, Options::unlimited()).await?;
    let folder = TempDir::new()?;
    std::fs::write(folder.path().join("latchel-sync.toml"), books::config(&systems, load.accounts))?;
    let ledger = folder.path().join("latchel-sync.sqlite");
    eprintln!("filling the ledger");
    let books = Books::fill(&ledger, &systems, load.accounts, load.outcomes, load.runs).await?;
    let mut served = Served::start(folder.path(), &[])?;
    let pages = pages::all(&served.url, &books);
    eprintln!("{} requests a second for {} s, load {}", load.rate, load.seconds, machine::load());
    let (pages, under_load) = shoot(&pages, load.rate, Duration::from_secs(load.seconds)).await?;
    let resident_kib = served.resident_kib()?;
    let used = served.stop()?;
    let report = Report {
        machine,
        rate: load.rate,
        seconds: load.seconds,
        accounts: load.accounts,
        outcomes: load.outcomes,
        runs: load.runs,
        ledger_bytes: std::fs::metadata(&ledger)?.len(),
        pages,
        used,
        under_load: under_load.as_secs_f64(),
        resident_kib,
    };
    println!("{}", report.markdown());
    if let Some(file) = &load.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)?)?;
    }
    let errors: usize = report.pages.iter().map(|page| page.errors).sum();
    ensure!(errors == 0, "not every request was answered as it should be");
    Ok(())
}

impl Report {
    fn markdown(&self) -> String {
        let Self { rate, seconds, accounts, outcomes, runs, .. } = self;
        let mut text = String::new();
        let mb = |bytes: u64| bytes as f64 / 1e6;
        // Writing to a string cannot fail.
        for line in &self.machine {
            let _ = writeln!(text, "- {line}");
        }
        let _ = writeln!(
            text,
            "- {rate} requests/s for {seconds} s; {accounts} accounts with {runs} runs each, {outcomes} outcomes, {:.0} MB of ledger",
            mb(self.ledger_bytes)
        );
        let _ = writeln!(
            text,
            "- the server: {:.0} % of one core, {:.0} MB resident at the end, {:.0} MB at most",
            100.0 * self.used.cpu() / self.under_load,
            mb(self.resident_kib * 1024),
            self.used.peak_mb()
        );
        text.push_str(
            "\n| page | requests | p50 ms | p99 ms | max ms | errors |\n|---|---|---|---|---|---|\n",
        );
        for Answers { page, requests, p50, p99, max, errors } in &self.pages {
            let _ = writeln!(text, "| {page} | {requests} | {p50:.1} | {p99:.1} | {max:.1} | {errors} |");
        }
        text
    }
}
