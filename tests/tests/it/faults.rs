//! The built binary while the systems fail, lie and cut the line: whatever happens, the runs after it make it good.

use chrono::TimeDelta;
use futures::StreamExt;
use mock_pms::{Fault, FaultPlan, FaultRule, Side};

use crate::both_ways::{new_job, set_state};
use crate::pairs::pairs;
use crate::setup::{Setup, small_world};

fn rule(side: Side, fault: Fault) -> FaultRule {
    FaultRule {
        side: Some(side),
        method: None,
        path: None,
        calls: Vec::new(),
        probability: None,
        times: None,
        fault,
    }
}

/// A first sync, changes on both sides, and what is then to be done.
pub async fn scenario() -> Setup {
    let mut setup = Setup::of(small_world(), "sync_method = \"all\"").await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(15));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(15));
    setup.sync(0).await;
    set_state(&mut setup, job, "Completed");
    new_job(&setup, "Diagnosing Issue");
    setup.server.edit(|world| {
        let rental = world.platform.properties.iter().find(|one| one.active).expect("an active one").id;
        world.update::<mock_pms::world::Property>(rental, |one| one.name = "Renamed".to_owned()).expect("it");
    });
    setup.advance(TimeDelta::minutes(15));
    setup
}

#[tokio::test]
async fn every_fault_is_survived_and_the_end_is_the_same() {
    let undisturbed = scenario().await;
    undisturbed.sync(0).await;
    let expected = pairs(&undisturbed);
    let status = |status| Fault::Status { status, retry_after: None };
    let faults = [
        Fault::Latency { ms: 20 },
        status(429),
        Fault::Status { status: 429, retry_after: Some(1) },
        status(500),
        status(503),
        status(401),
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Truncated,
        Fault::Malformed,
        Fault::Html,
        Fault::ContentType,
        Fault::Pretend,
        Fault::DoubledRow,
        Fault::ShuffledRows,
        Fault::WrongTotal { total: 1 },
        Fault::WrongTotal { total: 99_999 },
        Fault::WrongClock { seconds: 86_400 },
        Fault::Stale { seconds: 30 },
    ];
    let calls = [
        (Side::Platform, "GET"),
        (Side::Platform, "POST"),
        (Side::Platform, "PUT"),
        (Side::Latchel, "PATCH"),
        (Side::Latchel, "POST"),
    ];
    let start = scenario().await;
    let cases = faults.iter().flat_map(|fault| calls.iter().map(move |call| (fault.clone(), *call)));
    let tried = futures::stream::iter(cases)
        .map(|(fault, (side, method))| {
            let (start, expected) = (&start, &expected);
            async move {
                let mut setup = start.copy().await;
                let what = format!("{fault:?} on {side} {method}");
                let once = FaultRule { method: Some(method.to_owned()), times: Some(1), ..rule(side, fault) };
                setup.server.set_faults(FaultPlan { seed: 7, faults: vec![once] });
                let during = setup.output(&["sync"]).await;
                assert!(during.status.code().is_some_and(|code| code <= 2), "{what}");
                setup.server.set_faults(FaultPlan::default());
                setup.advance(TimeDelta::minutes(15));
                setup.sync(0).await;
                assert_eq!(&pairs(&setup), expected, "{what}");
                setup.advance(TimeDelta::minutes(15));
                assert_eq!(setup.sync(0).await, [], "{what}: nothing is left to do");
            }
        })
        .buffer_unordered(4)
        .count()
        .await;
    assert_eq!(tried, faults.len() * calls.len());
}

#[tokio::test]
async fn a_platform_that_is_down_gives_one_clear_message() {
    let setup = scenario().await;
    let down = rule(Side::Platform, Fault::Status { status: 503, retry_after: None });
    setup.server.set_faults(FaultPlan { seed: 1, faults: vec![down] });
    setup.server.clear_requests();
    let output = setup.output(&["sync"]).await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(told.matches("Buildium failed").count(), 1, "{told}");
    assert!(setup.server.requests().len() < 10, "it is not asked again and again");
}
