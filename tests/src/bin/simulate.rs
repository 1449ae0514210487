//! Tells stories by chance and checks what must hold at every step and in the end.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use latchel_sync_core::model::SyncMethod;
use latchel_sync_core::rules::Reason;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tests::simulation::story::{Step, Story};

/// Simulates syncs in a world that changes, fails and crashes.
#[derive(Debug, Parser)]
#[command(after_help = "Examples:\n  simulate --seeds 10000\n  simulate --replay 4711")]
struct Args {
    /// How many stories.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first story's seed.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Tell one story, step by step.
    #[arg(long, conflicts_with = "seeds")]
    replay: Option<u64>,
}

/// What stories were about.
#[derive(Debug, Default)]
struct Told {
    steps: BTreeMap<String, u64>,
    reasons: BTreeMap<Reason, u64>,
    crashes: u64,
}

/// Reasons that a story of this world cannot have, each with where it is tested instead.
const ELSEWHERE: &[Reason] = &[
    Reason::OutsideWindow,                // counted, without an outcome of its own
    Reason::UnchangedSinceLastSeen,       // engine/rows
    Reason::GoneFromSource,               // engine/rows
    Reason::PropertyNewInactive,          // core: property
    Reason::PropertyExcluded,             // core: property
    Reason::PropertyAddressIncomplete,    // core: property
    Reason::PropertyPossibleDuplicate,    // core: property
    Reason::PropertyChanged,              // engine/faults
    Reason::PropertyNew,                  // in each story's first sync, which is not counted
    Reason::ResidentNew,                  // the same
    Reason::ResidentNewMovedOut,          // core: resident
    Reason::ResidentMovedIn,              // core: resident
    Reason::NoPropertyMatch,              // engine/rows
    Reason::MarkerAmbiguous,              // engine/unsettled
    Reason::FarSidePaused,                // engine/pause
    Reason::CreateUnsettled,              // engine/unsettled
    Reason::WorkOrderClosedSkipped,       // core: import
    Reason::LatchelOnly,                  // it/both_ways
    Reason::BeforeSyncStart,              // engine/time
    Reason::PropertyNotAssignedToLatchel, // engine/limits
    Reason::NotSupported,                 // engine/rows
    Reason::NotSupportedByPlatform,       // engine/limits
    Reason::MassChangeHeld,               // engine/mass_change
    Reason::InvalidRecord,                // engine/rows
];

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let mut told = Told::default();
    if let Some(seed) = args.replay {
        runtime.block_on(tell(seed, true, &mut told));
        return ExitCode::SUCCESS;
    }
    let begin = Instant::now();
    for seed in args.first..args.first + args.seeds {
        let story = || runtime.block_on(tell(seed, false, &mut told));
        if std::panic::catch_unwind(AssertUnwindSafe(story)).is_err() {
            eprintln!(
                "seed {seed} went wrong: `cargo run -p tests --bin simulate -- --replay {seed}` tells it"
            );
            return ExitCode::FAILURE;
        }
    }
    report(&told, args.seeds, begin.elapsed().as_secs_f64())
}

async fn tell(seed: u64, aloud: bool, told: &mut Told) {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let method = [SyncMethod::All, SyncMethod::All, SyncMethod::Assigned, SyncMethod::None];
    let method = method[chance.random_range(0..method.len())];
    if aloud {
        println!("method {method}");
    }
    let mut story = Story::begin(method).await;
    for _ in 0..chance.random_range(5..40_u32) {
        let step = Step::random(&mut chance);
        if aloud {
            println!("{} {step:?}", story.pair.now.format("%Y-%m-%d %H:%M:%S"));
        }
        *told.steps.entry(step.kind()).or_default() += 1;
        story.go_on(&step).await;
    }
    story.end().await;
    told.crashes += story.crashes;
    for (reason, count) in std::mem::take(&mut story.reasons) {
        *told.reasons.entry(reason).or_default() += count;
    }
}

fn report(told: &Told, seeds: u64, seconds: f64) -> ExitCode {
    println!(
        "{seeds} stories in {seconds:.1} s: {:.0} a second; {} syncs died",
        seeds as f64 / seconds,
        told.crashes
    );
    for (step, count) in &told.steps {
        println!("{count:>9}  {step}");
    }
    for (reason, count) in &told.reasons {
        println!("{count:>9}  {reason}");
    }
    let missing: Vec<_> = Reason::ALL
        .iter()
        .filter(|reason| !told.reasons.contains_key(*reason) && !ELSEWHERE.contains(reason))
        .map(|reason| reason.code())
        .collect();
    if missing.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("never seen: {}", missing.join(", "));
    ExitCode::FAILURE
}
