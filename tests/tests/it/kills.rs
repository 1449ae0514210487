//! The built binary, killed at every request that it makes: before the request is looked at, and after everything was
//! done but before it is answered. After one more run the world is what it would have been.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use futures::StreamExt;
use mock_pms::Moment;

use crate::faults::{pairs, scenario};
use crate::setup::{Setup, binary};

/// Syncs until the request with this number gets there, and kills the process; `false` if there are fewer requests.
async fn killed_at(setup: &Setup, moment: Moment, request: u32) -> bool {
    let process = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&process);
    let mut requests = 0;
    setup.server.watch(move |now| {
        requests += u32::from(now == moment);
        if now != moment || requests != request {
            return requests < request || now != moment;
        }
        while seen.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        let id = seen.load(Ordering::SeqCst).to_string();
        let killed = Command::new("kill").args(["-9", &id]).status().expect("kill runs");
        assert!(killed.success());
        false
    });
    let mut command = Command::new(binary());
    command.current_dir(setup.folder.path()).args(["--now", &setup.now.to_rfc3339(), "sync"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let ended = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().expect("it starts");
        process.store(child.id(), Ordering::SeqCst);
        child.wait().expect("it ends")
    });
    let ended = ended.await.expect("no panic");
    setup.server.stop_watching();
    ended.code().is_none()
}

/// Kills the sync that `start` has before it at each of its requests.
async fn kill_everywhere(start: Setup) {
    let undisturbed = start.copy("all").await;
    undisturbed.sync(0).await;
    let expected = pairs(&undisturbed);
    let requests = u32::try_from(undisturbed.server.requests().len()).expect("few");
    assert!(requests > 15, "{requests} requests");

    let points = [Moment::Arrived, Moment::Done]
        .into_iter()
        .flat_map(|moment| (1..=requests).map(move |n| (moment, n)));
    let killed = futures::stream::iter(points)
        .map(|(moment, request)| {
            let (start, expected) = (&start, &expected);
            async move {
                let mut setup = start.copy("all").await;
                let what = format!("killed at request {request} of {requests}, {moment:?}");
                assert!(killed_at(&setup, moment, request).await, "{what}: it was not");
                setup.run(0, &["ledger", "check"]).await;
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
    eprintln!("{killed} kill points");
    assert_eq!(killed, 2 * requests as usize);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_in_a_first_sync_it_doubles_nothing_and_loses_nothing() {
    kill_everywhere(Setup::small("all").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_with_changes_both_ways_it_doubles_nothing_and_loses_nothing() {
    kill_everywhere(scenario().await).await;
}
