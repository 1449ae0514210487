//! The built binary while the systems fail, lie and cut the line: whatever happens, the runs after it make it good.

use std::collections::BTreeSet;

use futures::StreamExt;
use mock_pms::{Fault, FaultPlan, FaultRule, LoggedRequest, Side};

use crate::kills::AT_ONCE;
use crate::story::{Story, others_that_take_writes};

/// Every kind of fault, each size of it that may matter by itself.
pub fn every_kind() -> Vec<Fault> {
    let status = |status| Fault::Status { status, retry_after: None };
    vec![
        Fault::Latency { ms: 20 },
        status(429),
        Fault::Status { status: 429, retry_after: Some(1) },
        status(500),
        status(503),
        Fault::ExpiredCredentials,
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Truncated,
        Fault::Malformed,
        Fault::Html,
        Fault::ContentType,
        Fault::Pretend,
        Fault::DoubledRow,
        Fault::MissingRow,
        Fault::ShuffledRows,
        Fault::Stale { seconds: 30 },
        Fault::WrongTotal { total: 1 },
        Fault::WrongTotal { total: 99_999 },
        Fault::WrongClock { seconds: 86_400 },
        Fault::WrongClock { seconds: -86_400 },
    ]
}

/// True if the fault can happen to such a request at all. Looking up is a POST at Latchel.
fn happens_to(fault: &Fault, side: Side, method: &str) -> bool {
    match fault {
        Fault::DoubledRow | Fault::MissingRow | Fault::ShuffledRows | Fault::Stale { .. } => {
            method == "GET" || (side, method) == (Side::Latchel, "POST")
        }
        Fault::WrongTotal { .. } => method == "GET",
        Fault::Pretend => method != "GET",
        _ => true,
    }
}

/// Lets every fault happen to the first request by each method that the story's run makes to one of these sides.
async fn every_fault(story: Story, sides: &[Side]) {
    let (expected, requests) = story.undisturbed().await;
    // Where a log-in is the first by its method, it is told apart from what comes after it.
    let told_apart = |one: &LoggedRequest| {
        let log_in = requests.iter().find(|request| request.is_log_in());
        log_in.is_some_and(|log_in| (log_in.side, &log_in.method) == (one.side, &one.method))
    };
    let resource = |one: &LoggedRequest| one.path.split('/').nth(1).map(|name| format!("/{name}"));
    let call = |one: &LoggedRequest| {
        (one.side, one.method.clone(), told_apart(one).then(|| resource(one)).flatten())
    };
    let calls: BTreeSet<_> = requests.iter().map(call).collect();
    let calls: Vec<_> = calls.into_iter().filter(|(side, ..)| sides.contains(side)).collect();
    assert!(calls.len() >= 2 * sides.len(), "each side is read and written: {calls:?}");
    let cases: Vec<_> = every_kind()
        .into_iter()
        .flat_map(|fault| {
            calls.iter().map(move |(side, method, path)| (fault.clone(), *side, method.as_str(), path))
        })
        .filter(|(fault, side, method, _)| happens_to(fault, *side, method))
        .collect();
    let all = cases.len();
    let tried = futures::stream::iter(cases)
        .map(|(fault, side, method, path)| {
            let (story, expected) = (&story, &expected);
            async move {
                let setup = story.begin().await;
                let at = path.as_deref().unwrap_or_default();
                let what = format!("{fault:?} on {side} {method} {at} of {}", setup.platform());
                let rule = FaultRule {
                    side: Some(side),
                    method: Some(method.to_owned()),
                    path: path.clone(),
                    times: Some(1),
                    ..FaultRule::always(fault)
                };
                setup.server.set_faults(FaultPlan { seed: 7, faults: vec![rule.clone()] });
                let during = setup.output(story.run).await;
                assert!(during.status.code().is_some_and(|code| code <= 2), "{what}");
                // Rule E3: what was answered is never sent again.
                match &rule.fault {
                    Fault::Pretend if method == "POST" => story.is_reported(setup, expected, &what).await,
                    _ => story.is_made_good(setup, expected, &what).await,
                }
            }
        })
        .buffer_unordered(AT_ONCE)
        .count()
        .await;
    eprintln!("{tried} faults");
    assert_eq!(tried, all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_fault_is_survived_and_the_end_is_the_same() {
    every_fault(Story::both_ways().await, &[Side::Platform, Side::Latchel]).await;
}

/// Latchel is the same for each, so that its faults are left out.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_fault_of_every_other_platform_is_survived() {
    for platform in others_that_take_writes() {
        every_fault(Story::both_ways_on(platform).await, &[Side::Platform]).await;
    }
}

/// The platform is the same for each, so that its faults are left out.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_fault_of_the_partner_api_is_survived() {
    every_fault(Story::both_ways_on_partner_api().await, &[Side::Latchel]).await;
}

#[tokio::test]
async fn a_platform_that_is_down_gives_one_clear_message() {
    let setup = Story::both_ways().await.begin().await;
    let down = FaultRule {
        side: Some(Side::Platform),
        ..FaultRule::always(Fault::Status { status: 503, retry_after: None })
    };
    setup.server.set_faults(FaultPlan { seed: 1, faults: vec![down] });
    setup.server.clear_requests();
    let output = setup.output(&["sync"]).await;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(told.matches("Buildium failed").count(), 1, "{told}");
    assert!(setup.server.requests().len() < 10, "it is not asked again and again");
}

#[tokio::test]
async fn credentials_that_expire_in_the_middle_end_the_run_and_renewed_ones_go_on() {
    for side in [Side::Platform, Side::Latchel] {
        let story = Story::both_ways().await;
        let (expected, _) = story.undisturbed().await;
        let setup = story.begin().await;
        let rule =
            FaultRule { side: Some(side), calls: vec![5], ..FaultRule::always(Fault::ExpiredCredentials) };
        setup.server.set_faults(FaultPlan { seed: 1, faults: vec![rule] });
        setup.server.clear_requests();
        let output = setup.output(&["sync"]).await;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(told.matches("refused the credentials").count(), 1, "{told}");
        let requests = setup.server.requests().into_iter().filter(|request| request.status == 401);
        let refused: Vec<_> = requests.map(|request| (request.sequence, request.path)).collect();
        // A page is read ahead, so that a second call may be under way when the first is refused.
        assert!((1..=2).contains(&refused.len()), "nobody is asked with them again: {refused:?}");
        story.is_made_good(setup, &expected, &format!("credentials of {side}")).await;
    }
}
