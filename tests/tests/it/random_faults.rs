//! The built binary over lines on which every tenth request goes wrong in any way, run after run.

use chrono::TimeDelta;
use futures::StreamExt;
use mock_pms::{Fault, FaultPlan, FaultRule, Side};

use crate::faults::every_kind;
use crate::kills::AT_ONCE;
use crate::pairs::{pairs, untrue};
use crate::setup::Setup;
use crate::story::Story;

/// Number of runs that each of them has on a bad line.
const RUNS: usize = 4;

/// Every kind of fault, together to every tenth request of both sides.
fn random_faults(seed: u64) -> FaultPlan {
    let kinds = every_kind();
    let each = 0.1 / (kinds.len() * 2) as f64;
    let rule = |side, fault: &Fault| FaultRule {
        side: Some(side),
        probability: Some(each),
        ..FaultRule::always(fault.clone())
    };
    let both = [Side::Platform, Side::Latchel];
    let mut faults: Vec<_> = kinds.iter().flat_map(|kind| both.map(|side| rule(side, kind))).collect();
    // Somebody puts new credentials in place, sooner or later.
    faults.extend(both.map(|side| FaultRule {
        side: Some(side),
        probability: Some(0.05),
        ..FaultRule::always(Fault::RenewedCredentials)
    }));
    FaultPlan { seed, faults }
}

/// A run a quarter of an hour later; what it says is synced is.
async fn run(setup: &mut Setup, what: &str) {
    setup.advance(TimeDelta::minutes(15));
    let output = setup.output(&["sync"]).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code().is_some_and(|code| code <= 2), "{what}: {said}");
    assert_eq!(untrue(setup, &*setup.ledger().await).await, [""; 0], "{what}: said to be synced");
    pairs(setup);
}

async fn ends_the_same_after_storms(story: Story, seeds: u64) {
    let (expected, _) = story.undisturbed().await;
    let faults = futures::stream::iter(0..seeds)
        .map(|seed| {
            let (story, expected) = (&story, &expected);
            async move {
                let mut setup = story.begin().await;
                setup.server.set_faults(random_faults(seed));
                for number in 0..RUNS {
                    run(&mut setup, &format!("seed {seed}, run {number}")).await;
                }
                let happened = setup.server.faults_happened();
                setup.server.set_faults(FaultPlan::default());
                // What failed again and again is tried with pauses of hours.
                setup.advance(TimeDelta::hours(6));
                story.is_made_good(setup, expected, &format!("seed {seed}")).await;
                happened
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    eprintln!("{} faults in {seeds} storms", faults.iter().sum::<u64>());
    assert!(faults.iter().all(|happened| *happened > 0), "{faults:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_runs_on_a_bad_line_the_end_is_the_same() {
    ends_the_same_after_storms(Story::both_ways().await, 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn after_runs_on_a_bad_line_to_the_partner_api_the_end_is_the_same() {
    ends_the_same_after_storms(Story::both_ways_on_partner_api().await, 10).await;
}
