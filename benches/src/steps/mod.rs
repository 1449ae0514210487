//! The steps: one for each target, each by itself or all in a row.

mod change;
mod far_alone;
mod first_sync;
mod full_sync;
mod memory;
mod partner_api;
mod quiet;
mod rate_limits;
mod scenes;
mod startup;
mod work_orders;

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;

use crate::table::Report;

pub use scenes::Scenes;

/// A target of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// The far side by itself.
    Far,
    /// A full sync beside the plain client.
    T1,
    /// A run that finds nothing to do.
    T2,
    /// Memory over many records.
    T3,
    /// A first sync to a Latchel with a limit.
    T4,
    /// Each platform's limits.
    T5,
    /// The latency of a change.
    T6,
    /// Start-up.
    T8,
    /// Calls of Latchel's Partner API.
    T9,
}

impl Step {
    /// All of them, in the order in which they are run.
    pub const ALL: [Self; 9] =
        [Self::Far, Self::T1, Self::T2, Self::T3, Self::T4, Self::T5, Self::T6, Self::T8, Self::T9];
}

/// Sizes of the measurements.
#[derive(Debug, Clone, clap::Args)]
pub struct Sizes {
    /// Number of records of a sync.
    #[arg(long, default_value_t = 100_000)]
    pub records: u64,
    /// Number of records of a large sync.
    #[arg(long, default_value_t = 1_000_000)]
    pub many: u64,
    /// Number of records in the slice of a first sync.
    #[arg(long, default_value_t = 3_000)]
    pub creates: u64,
    /// Part of a first sync that is measured.
    #[arg(long, value_enum, default_value_t = Extent::Slice)]
    pub extent: Extent,
    /// Number of times that each is measured; the least counts.
    #[arg(long, default_value_t = 3)]
    pub repeats: usize,
    /// A folder that keeps the ledgers with many links, which take long to make, from one time to the next.
    #[arg(long)]
    pub ledgers: Option<PathBuf>,
    /// About how many units the smaller account has in which calls are counted.
    #[arg(long, default_value_t = 150)]
    pub world: u32,
    /// For how many seconds a platform is pulled.
    #[arg(long, default_value_t = 60)]
    pub pull_seconds: u64,
    /// About how many units that platform has. The first page of a list is asked for alone, so that short lists use less of a limit.
    #[arg(long, default_value_t = 20_000)]
    pub pull_units: u32,
    /// Latency of the far side, in milliseconds.
    #[arg(long, default_value_t = 50)]
    pub latency: u64,
    /// Units of the accounts in which calls of Latchel's Partner API are counted.
    #[arg(long, value_delimiter = ',', default_values_t = [500, 5_000, 50_000])]
    pub partner_units: Vec<u32>,
    /// Runs of a day there, which is shorter with fewer.
    #[arg(long, default_value_t = 96)]
    pub partner_runs: u32,
}

impl Sizes {
    /// The same steps with little in each: whether they work, in a minute or two.
    pub fn quick() -> Self {
        Self {
            records: 4_000,
            many: 12_000,
            creates: 200,
            extent: Extent::Slice,
            repeats: 1,
            latency: 5,
            ledgers: None,
            world: 30,
            pull_seconds: 3,
            pull_units: 300,
            partner_units: vec![60],
            partner_runs: 8,
        }
    }
}

/// Part of a first sync that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Extent {
    /// As many records as `--creates` says.
    Slice,
    /// As many as `--records` says, which takes hours.
    Full,
}

/// Runs one step.
pub async fn run(step: Step, scenes: &mut Scenes, report: &mut Report) -> Result<()> {
    match step {
        Step::Far => far_alone::run(&scenes.sizes, report).await,
        Step::T1 => full_sync::run(scenes, report).await,
        Step::T2 => quiet::run(scenes, report).await,
        Step::T3 => memory::run(scenes, report).await,
        Step::T4 => first_sync::run(&scenes.sizes, report).await,
        Step::T5 => rate_limits::run(&scenes.sizes, report).await,
        Step::T6 => change::run(scenes, report).await,
        Step::T8 => startup::run(scenes, report).await,
        Step::T9 => partner_api::run(&scenes.sizes, report).await,
    }
}
