//! Two runs of an account at once, runs that are asked to end, and runs that do not wait to be asked twice.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;

use mock_pms::{LoggedRequest, Moment};

use crate::pairs::pairs;
use crate::setup::Setup;
use crate::story::Story;

/// A sync that stands at one of its requests until it is let go.
struct PausedSync {
    child: Child,
    /// Its stderr, line by line.
    said: BufReader<std::process::ChildStderr>,
    go: mpsc::Sender<()>,
}

impl PausedSync {
    /// Starts a sync and waits until it stands at this request of those that `which` says, which arrived or is done.
    async fn at(setup: &Setup, moment: Moment, which: fn(&LoggedRequest) -> bool, request: u32) -> Self {
        let (there, arrived) = mpsc::channel();
        let (go, gone) = mpsc::channel::<()>();
        let mut requests = 0;
        setup.server.watch(move |now, one| {
            let counts = now == moment && which(one);
            requests += u32::from(counts);
            if !counts || requests != request {
                return true;
            }
            there.send(()).expect("somebody waits");
            gone.recv().is_ok()
        });
        let mut command = setup.command(&["sync"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let said = BufReader::new(child.stderr.take().expect("piped"));
        let there = tokio::task::spawn_blocking(move || arrived.recv());
        there.await.expect("no panic").expect("it makes so many requests");
        Self { child, said, go }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Asks it to end, and waits until it says that it was heard.
    async fn ask(mut self, name: &str) -> Self {
        self.signal(name);
        let heard = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            while !line.contains("stopping after the record at hand") {
                line.clear();
                assert_ne!(self.said.read_line(&mut line).expect("text"), 0, "it ended unheard");
            }
            self
        });
        heard.await.expect("no panic")
    }

    fn let_go(&self) {
        self.go.send(()).expect("it stands there");
    }

    /// Waits until the process has ended; a request that still stands then goes no further.
    async fn end(self) -> Output {
        let (child, go) = (self.child, self.go);
        let ended = tokio::task::spawn_blocking(move || child.wait_with_output().expect("it ends"));
        let output = ended.await.expect("no panic");
        drop(go);
        output
    }
}

/// The requests at which a sync of the story is held: spread over it, from its first to its last but five. What was read
/// ahead is read again where it may have changed, so that a run may be over that much earlier.
async fn places(story: &Story) -> (Vec<String>, Vec<u32>) {
    let (expected, requests) = story.undisturbed().await;
    let last = u32::try_from(requests.len()).expect("few") - 5;
    (expected, (0..6).map(|n| 1 + n * (last - 1) / 5).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_first_signal_ends_after_the_record_at_hand_and_the_next_run_goes_on() {
    let story = Story::both_ways().await;
    let (expected, places) = places(&story).await;
    for request in places {
        for name in ["INT", "TERM"] {
            let setup = story.begin().await;
            let what = format!("{name} at request {request}");
            let held = PausedSync::at(&setup, Moment::Arrived, |_| true, request).await.ask(name).await;
            held.let_go();
            let output = held.end().await;
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.code().is_some_and(|code| code <= 2), "{what}: {:?}", output.status);
            assert!(told.contains("main: "), "{what}: it says how far it came: {told}");
            assert!(!told.contains("hint:"), "{what}: whoever stops it needs no advice: {told}");
            setup.run(0, &["ledger", "check"]).await;
            story.is_made_good(setup, &expected, &what).await;
        }
    }
}

/// Number of a run's requests that write; and the numbers of the others, counted from one, that look for records to work
/// on: those with nothing but reads around them, before the first read of a work order that is to be closed.
fn writes_and_searches(requests: &[LoggedRequest]) -> (u32, Vec<u32>) {
    let writes = |index: usize| requests.get(index).is_some_and(LoggedRequest::is_write);
    let reads_to = |index: usize| requests[..=index].iter().filter(|one| !one.is_write()).count();
    let closing =
        requests.iter().position(|one| one.method == "GET" && one.path.starts_with("/v1/workorders/"));
    let searches = |index: &usize| !(index.saturating_sub(1)..=index + 1).any(writes);
    let number = |count: usize| u32::try_from(count).expect("few");
    (
        number(requests.iter().filter(|one| one.is_write()).count()),
        (0..closing.expect("one is closed")).filter(searches).map(reads_to).map(number).collect(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_write_goes_on_until_the_second_signal_which_ends_it_at_once_and_the_next_run_goes_on() {
    let story = Story::both_ways().await;
    let (expected, requests) = story.undisturbed().await;
    let (writes, _) = writes_and_searches(&requests);
    assert!(writes > 5, "{requests:?}");
    for request in 1..=writes {
        for moment in [Moment::Arrived, Moment::Done] {
            let setup = story.begin().await;
            let what = format!("twice at the write {request}, {moment:?}");
            let held =
                PausedSync::at(&setup, moment, LoggedRequest::is_write, request).await.ask("INT").await;
            held.signal("TERM");
            assert_eq!(held.end().await.status.code(), Some(130), "{what}");
            story.is_made_good(setup, &expected, &what).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_search_ends_at_the_first_signal_and_the_next_run_goes_on() {
    let story = Story::both_ways().await;
    let (expected, requests) = story.undisturbed().await;
    let (_, searches) = writes_and_searches(&requests);
    assert!(searches.len() > 5 && searches.contains(&1), "{requests:?}");
    for request in searches.into_iter().step_by(2) {
        let setup = story.begin().await;
        let what = format!("once at the search {request}");
        let held =
            PausedSync::at(&setup, Moment::Arrived, |one| !one.is_write(), request).await.ask("INT").await;
        // It ends though no answer ever comes.
        assert_eq!(held.end().await.status.code(), Some(1), "{what}");
        story.is_made_good(setup, &expected, &what).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_second_run_says_who_holds_the_account_since_when_and_writes_nothing() {
    let story = Story::both_ways().await;
    let (expected, _) = story.undisturbed().await;
    let setup = story.begin().await;
    setup.configure("lease = \"2m\"");
    let held = PausedSync::at(&setup, Moment::Arrived, |_| true, 12).await;
    let before = pairs(&setup);
    let second = setup.output(&["sync"]).await;
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(2), "{said}");
    for part in [&format!("process {}", held.child.id()), "another run of this account", "since: 20"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(pairs(&setup), before);
    held.let_go();
    assert_eq!(held.end().await.status.code(), Some(0), "the first goes on undisturbed");
    setup.configure("lease = \"1ms\"");
    story.is_made_good(setup, &expected, "two runs at once").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_lease_of_a_killed_run_ends_by_itself() {
    let story = Story::both_ways().await;
    let (expected, _) = story.undisturbed().await;
    let setup = story.begin().await;
    setup.configure("lease = \"2s\"");
    let held = PausedSync::at(&setup, Moment::Arrived, |_| true, 12).await;
    held.signal("KILL");
    assert_eq!(held.end().await.status.code(), None);
    let mut refused = 0;
    // Until it gets the lease; a lease that never ends would fail the test by its time.
    loop {
        let output = setup.output(&["sync"]).await;
        if output.status.code() == Some(0) {
            break;
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("another run of this account"), "{said}");
        refused += 1;
        assert!(refused < 1_000, "{said}");
    }
    assert!(refused > 0, "it was kept out for a while");
    setup.configure("lease = \"1ms\"");
    story.is_made_good(setup, &expected, "a killed run's lease").await;
}
