//! The built binary, killed at every request that it makes: before the request is looked at, and, of a write, after everything
//! was done but before it is answered. After one more run the world is what it would have been.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::StreamExt;
use mock_pms::{LoggedRequest, Moment};

use crate::setup::Setup;
use crate::story::{Story, make_good, others_that_take_writes};

/// Number of stories that are told at once: each mostly waits for its processes and its disk.
pub const AT_ONCE: usize = 6;

/// Syncs until the request with this number among those that `which` says gets there, and kills the process; `false` if
/// there are fewer.
pub async fn killed_at(
    setup: &Setup,
    run: &[&str],
    moment: Moment,
    which: impl Fn(&LoggedRequest) -> bool + Send + 'static,
    request: u32,
) -> bool {
    let process = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&process);
    let mut requests = 0;
    setup.server.watch(move |now, one| {
        let counts = now == moment && which(one);
        requests += u32::from(counts);
        if !counts || requests != request {
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
    let mut command = setup.command(run);
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

/// Kills the story's run at each of its requests.
async fn kill_everywhere(story: Story) {
    kill_at(story, |_| true, 1).await;
}

/// Kills the story's run at those requests, or at one of so many of them.
async fn kill_at(story: Story, which: fn(&LoggedRequest) -> bool, of: usize) {
    let (expected, requests) = story.undisturbed().await;
    // A read that is done and not answered is to both sides as one that was not looked at.
    let counts =
        move |moment, one: &LoggedRequest| which(one) && (moment == Moment::Arrived || one.is_write());
    let mut points = Vec::new();
    for moment in [Moment::Arrived, Moment::Done] {
        let last = u32::try_from(requests.iter().filter(|one| counts(moment, one)).count()).expect("few");
        // What was read ahead is read again where it may have changed, so that a run may make a few requests more or less.
        points.extend((1..=last + 5).step_by(of).map(|number| (moment, number, last)));
    }
    let all = u32::try_from(points.len()).expect("few");
    let killed = futures::stream::iter(points)
        .map(|(moment, request, last)| {
            let (story, expected) = (&story, &expected);
            async move {
                let setup = story.begin().await;
                let what = format!("killed at request {request} of {last}, {moment:?}");
                let which = move |one: &LoggedRequest| counts(moment, one);
                let killed = killed_at(&setup, story.run, moment, which, request).await;
                story.is_made_good(setup, expected, &what).await;
                u32::from(killed)
            }
        })
        .buffer_unordered(AT_ONCE)
        .fold(0, async |killed, one| killed + one)
        .await;
    eprintln!("{killed} kill points");
    let spared = u32::try_from(20_usize.div_ceil(of)).expect("few");
    assert!(!requests.is_empty() && killed + spared >= all && killed > 0, "{killed} of {all}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_request_of_a_first_sync() {
    kill_everywhere(Story::first_sync().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_request_of_a_run_with_every_rule() {
    kill_everywhere(Story::every_rule().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_request_of_a_run_that_the_guard_stops() {
    kill_everywhere(Story::cautious().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_write_on_every_other_platform() {
    for platform in others_that_take_writes() {
        kill_at(Story::both_ways_on(platform).await, LoggedRequest::is_write, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_write_over_the_partner_api() {
    kill_at(Story::both_ways_on_partner_api().await, LoggedRequest::is_write, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_one_of_four_reads_over_the_partner_api() {
    kill_at(Story::both_ways_on_partner_api().await, |request| !request.is_write(), 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_over_a_ledger_on_postgresql() {
    let (expected, requests) = Story::both_ways().await.undisturbed().await;
    // The last five are left out: a run may be over that much earlier.
    let last = u32::try_from(requests.len()).expect("few") - 5;
    // Each story is told from its beginning, because a database is not copied: a handful of points, to the last one.
    let points =
        (1..=4).flat_map(|step| [(step * last / 4, Moment::Arrived), (step * last / 4, Moment::Done)]);
    let killed = futures::stream::iter(points)
        .map(|(request, moment)| {
            let expected = &expected;
            async move {
                let url = latchel_sync_ledger::throw_away::fresh_url().await;
                let setup = Setup::small("all").await.on_postgres(url);
                let Story { start, run, next, .. } = Story::both_ways_in(setup).await;
                let what = format!("killed at request {request} of {last}, {moment:?}, over PostgreSQL");
                assert!(killed_at(&start, run, moment, |_| true, request).await, "{what}: it was not");
                make_good(next, start, expected, &what).await;
            }
        })
        .buffer_unordered(AT_ONCE)
        .count()
        .await;
    assert_eq!(killed, 8);
}
