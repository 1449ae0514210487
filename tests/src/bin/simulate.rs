//! Tells stories by chance and checks what must hold at every step and in the end.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use clap::Parser;
use latchel_sync_core::model::Reason;
use tests::simulation::log::Log;
use tests::simulation::profile;
use tests::simulation::story::tell;
use tests::simulation::tally::Tally;

/// Number of stories in which every reason must occur; fewer may miss one.
const ENOUGH: u64 = 1_000;
/// Reasons that its far sides give no cause for: Latchel always takes writes, and nobody adopts.
const ELSEWHERE: [Reason; 2] = [Reason::LatchelWritesOff, Reason::Adopted];

/// Simulates syncs in a world that changes, fails and crashes.
#[derive(Debug, Parser)]
#[command(after_help = "Examples:\n  simulate --seeds 10000\n  simulate --replay 4711")]
struct Args {
    /// Number of stories.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first story's seed.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Go on after a story that went wrong, and count them.
    #[arg(long)]
    keep_going: bool,
    /// Tell one story, step by step.
    #[arg(long, conflicts_with = "seeds")]
    replay: Option<u64>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(seed) = args.replay {
        return if story(seed, Log::Aloud).is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let begin = Instant::now();
    let (told, wrong) = (Mutex::new(Tally::default()), AtomicU64::new(0));
    let seeds = Mutex::new(args.first..args.first + args.seeds);
    let next = || seeds.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some(seed) = next().filter(|_| args.keep_going || wrong.load(Ordering::Relaxed) == 0) {
            let Some(tally) = story(seed, Log::Silent) else {
                eprintln!(
                    "seed {seed} went wrong: `cargo run -p tests --bin simulate -- --replay {seed}` tells it"
                );
                wrong.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            told.lock().unwrap_or_else(PoisonError::into_inner).add(&tally);
        }
    };
    // A story lives in one thread, and knows nothing of the others.
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));

    let (told, wrong) = (told.into_inner().unwrap_or_else(PoisonError::into_inner), wrong.into_inner());
    if wrong > 0 && !args.keep_going {
        return ExitCode::FAILURE;
    }
    report(&told, args.seeds, wrong, begin.elapsed().as_secs_f64())
}

/// One story in a time of its own; `None` if it went wrong, which the panic's message has said.
fn story(seed: u64, log: Log) -> Option<Tally> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = match builder.enable_time().start_paused(true).build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return None;
        }
    };
    std::panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(tell(seed, Arc::new(log))))).ok()
}

fn report(told: &Tally, seeds: u64, wrong: u64, seconds: f64) -> ExitCode {
    println!("{seeds} stories in {seconds:.1} s, {:.0} a second; {wrong} went wrong", seeds as f64 / seconds);
    table("accounts, by what their platform can do", &told.platforms);
    table("runs", &told.runs);
    table("what people did", &told.deeds);
    table("faults", &told.faults);
    println!("\nreasons");
    for reason in Reason::ALL {
        println!("{:>9}  {reason}", told.reasons.get(reason).copied().unwrap_or_default());
    }
    let reasons = Reason::ALL.iter().filter(|reason| !ELSEWHERE.contains(reason));
    let reasons = reasons.filter(|reason| !told.reasons.contains_key(*reason)).map(|one| one.code());
    let platforms = profile::names().into_iter().filter(|name| !told.platforms.contains_key(name));
    let never: Vec<_> = reasons.chain(platforms).collect();
    if !never.is_empty() {
        println!("\nnever seen: {}", never.join(", "));
    }
    if (never.is_empty() || seeds < ENOUGH) && wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn table(title: &str, counts: &BTreeMap<&'static str, u64>) {
    println!("\n{title}");
    counts.iter().for_each(|(what, count)| println!("{count:>9}  {what}"));
}
