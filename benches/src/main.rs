//! Measures latchel-sync against its targets, side by side with a plain client: `docs/performance.md`.
//!
//! Everything that is measured runs in a process of its own, and each of them is this program: a far side, the plain client,
//! and, under the name `latchel-sync`, the command itself.

mod far;
mod load;
mod machine;
mod measured;
mod mocked;
mod people;
mod plain;
mod run;
mod scale;
mod scene;
mod served;
mod soak;
mod steps;
mod table;
mod unhurried;
mod usage;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use steps::{Scenes, Sizes, Step};
use table::Report;

/// Measures latchel-sync against its targets, beside a plain client.
#[derive(Debug, Parser)]
#[command(name = "benches")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure everything.
    All {
        #[command(flatten)]
        what: What,
    },
    /// Measure one target.
    Run {
        /// The target.
        step: Step,
        #[command(flatten)]
        what: What,
    },
    /// Let the server run over many accounts while people act and lines are bad; fails if it doubles, misses or grows.
    Soak(soak::Soak),
    /// Let several processes on one PostgreSQL ledger sync many accounts while some are killed, frozen and replaced.
    Scale(scale::Scale),
    /// Let requests for the server's read pages come at a fixed rate, and see how long each takes.
    Load(load::Load),
    /// Be the far side.
    #[command(hide = true)]
    Far {
        #[command(flatten)]
        holdings: far::Holdings,
    },
    /// Be the plain client.
    #[command(hide = true)]
    Plain {
        #[command(flatten)]
        plain: plain::Fetch,
    },
}

#[derive(Debug, clap::Args)]
struct What {
    #[command(flatten)]
    sizes: Sizes,
    /// Little of everything, to see whether it works; the other sizes do not count.
    #[arg(long)]
    quick: bool,
    /// Write every figure to this file.
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    let name = std::env::args().next().unwrap_or_default();
    let code = if name == scene::LATCHEL_SYNC { latchel_sync_cli::main() } else { benches() };
    match usage::Usage::leave() {
        Ok(()) => code,
        Err(error) => fail(&error),
    }
}

fn benches() -> ExitCode {
    let args = Args::parse();
    let done = tokio::runtime::Runtime::new()
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(run(args.command)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::FAILURE
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::All { what } => measure(&Step::ALL, &what).await,
        Command::Run { step, what } => measure(&[step], &what).await,
        Command::Soak(soak) => soak::run(soak).await,
        Command::Load(load) => load::run(load).await,
        Command::Scale(scale) => scale::run(scale).await,
        Command::Far { holdings } => far::serve(holdings).await,
        Command::Plain { plain } => plain::run(plain).await,
    }
}

async fn measure(steps: &[Step], what: &What) -> Result<()> {
    let mut report = Report { machine: machine::describe(), ..Report::default() };
    let mut scenes = Scenes::new(if what.quick { Sizes::quick() } else { what.sizes.clone() });
    for step in steps {
        eprintln!("{step:?}, load {}", machine::load());
        steps::run(*step, &mut scenes, &mut report).await?;
    }
    println!("{}", report.markdown());
    if let Some(file) = &what.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)?)?;
    }
    Ok(())
}
