//! Every registered adapter against the dialect of its name, and the platform in memory: a test for each check, made
//! when the tests start, so that a new pair of adapter and dialect is checked by itself.
//!
//! `cargo nextest run -p latchel-sync-conformance -E 'test(buildium::)'` is one adapter's suite.

mod addresses;
mod behaviors;

use std::process::ExitCode;
use std::sync::Arc;

use adapters as _;
use latchel_sync_conformance::memory::MemorySetup;
use latchel_sync_conformance::mock::MockSetup;
use latchel_sync_conformance::{Check, Gap, Setup, Stop, checks};
use latchel_sync_core::registry;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let mut trials = suite("memory", Gaps::Shown, &(Arc::new(MemorySetup) as Arc<dyn Setup>));
    for adapter in registry::platforms() {
        match MockSetup::named(adapter.name) {
            Ok(setup) => {
                trials.extend(suite(adapter.name, Gaps::Failures, &(Arc::new(setup) as Arc<dyn Setup>)))
            }
            Err(why) => {
                trials.push(Trial::test(format!("{}::has_a_dialect", adapter.name), || Err(why.into())))
            }
        }
    }
    trials.extend(behaviors::trials());
    trials.extend(addresses::trials());
    trials.push(open_checks_exist(&trials));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Intercept of a check for which the far side cannot be prepared.
#[derive(Clone, Copy)]
enum Gaps {
    /// It is shown.
    Shown,
    /// It fails: the mock is ours, and can be taught.
    Failures,
}

/// The platform's notion of the subject of a check.
#[derive(Clone, Copy)]
enum Notion {
    /// It has one, as far as is known.
    Expected,
    /// It has none, by `no_notion.txt`.
    Absent,
}

/// Names of the checks that an adapter does not keep yet.
fn open() -> impl Iterator<Item = &'static str> {
    include_str!("open.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// Tests that each listed name is the name of a check.
fn open_checks_exist(trials: &[Trial]) -> Trial {
    let no_notion =
        include_str!("no_notion.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let unknown: Vec<_> =
        open().chain(no_notion).filter(|name| !trials.iter().any(|trial| trial.name() == *name)).collect();
    Trial::test("open_checks_exist", move || match unknown.as_slice() {
        [] => Ok(()),
        unknown => Err(format!("no such check: {}", unknown.join(", ")).into()),
    })
}

/// True if a check is listed as one of which the adapter's platform has no notion.
fn has_no_notion(name: &str) -> bool {
    include_str!("no_notion.txt").lines().any(|line| line == name)
}

fn suite(name: &str, gaps: Gaps, setup: &Arc<dyn Setup>) -> Vec<Trial> {
    let trial = |check: Check| {
        let setup = setup.clone();
        let full = format!("{name}::{}", check.name);
        let is_open = open().any(|one| one == full);
        let notion = if has_no_notion(&full) { Notion::Absent } else { Notion::Expected };
        Trial::test(full, move || one(check, gaps, notion, setup.as_ref())).with_ignored_flag(is_open)
    };
    checks().into_iter().map(trial).collect()
}

fn one(check: Check, gaps: Gaps, notion: Notion, setup: &dyn Setup) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let line = runtime.block_on(check.run(setup));
    match (line.verdict, gaps, notion) {
        (Ok(()), _, Notion::Absent) => Err("it holds, and is still listed in no_notion.txt".into()),
        (Ok(()), _, Notion::Expected) => Ok(()),
        (Err(Stop::Failed(what)), ..) => Err(format!("must: {}\nbut:  {what}", line.behavior).into()),
        (Err(Stop::NotChecked(gap @ Gap::FarSide(_))), Gaps::Failures, _) => {
            Err(format!("not checked: {gap}; teach it in conformance/src/mock/").into())
        }
        (Err(Stop::NotChecked(gap @ Gap::Platform(_))), _, Notion::Expected) => {
            Err(format!("not checked: {gap}; if the platform is so, list the check in no_notion.txt").into())
        }
        (Err(Stop::NotChecked(gap)), ..) => {
            println!("not checked: {}: {gap}", line.name);
            Ok(())
        }
    }
}
