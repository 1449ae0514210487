//! The built binary, killed at every commit of its SQLite ledger: before the commit reached the disk, with half of its
//! last write there, and right after. A small library that is loaded before the C library counts the commits and kills,
//! so that the binary itself has nothing in it for the test.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use futures::StreamExt;

use crate::kills::AT_ONCE;
use crate::setup::Setup;
use crate::story::Story;

/// The library, compiled once for each process of tests.
fn library() -> &'static PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data/kill_at_commit.c");
        let name = format!("kill_at_commit.{}.so", std::process::id());
        let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let compiled = Command::new("cc")
            .args(["-std=c11", "-Wall", "-Werror", "-O2", "-shared", "-fPIC", "-o"])
            .arg(&library)
            .args([source, "-ldl"])
            .status()
            .expect("a C compiler, which the build needs too");
        assert!(compiled.success(), "{source} does not compile");
        library
    })
}

/// The story's run with the library in it.
fn watched(setup: &Setup, story: &Story) -> Command {
    let mut command = setup.command(story.run);
    command.env("LD_PRELOAD", library()).env("KILL_LEDGER", setup.ledger_file());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Commits of an undisturbed run: one letter for each, for the file that is synced last.
async fn commits(story: &Story) -> String {
    let setup = story.begin().await;
    let log = setup.folder.path().join("commits");
    let mut command = watched(&setup, story);
    command.env("KILL_LOG", &log);
    let ended = tokio::task::spawn_blocking(move || command.status().expect("it runs"));
    ended.await.expect("no panic");
    std::fs::read_to_string(log).expect("commits")
}

/// Runs until this commit; `false` if there are fewer.
async fn killed_at(setup: &Setup, story: &Story, commit: usize, when: &str) -> bool {
    let mut command = watched(setup, story);
    command.env("KILL_AT", commit.to_string()).env("KILL_WHEN", when);
    let ended = tokio::task::spawn_blocking(move || command.status().expect("it runs"));
    ended.await.expect("no panic").code().is_none()
}

/// Kills the story's run at each of its commits.
async fn kill_everywhere(story: Story) {
    let (expected, _) = story.undisturbed().await;
    let commits = commits(&story).await;
    let points = ["before", "after"].into_iter().flat_map(|when| (1..=commits.len()).map(move |n| (when, n)));
    let killed = futures::stream::iter(points)
        .map(|(when, commit)| {
            let (story, expected, commits) = (&story, &expected, &commits);
            async move {
                let setup = story.begin().await;
                let what = format!("killed {when} commit {commit} of {commits}");
                // Closing the ledger copies it together at last, unless the process is gone before.
                let may_not_come = commit == commits.len() && commits.ends_with('d');
                assert!(killed_at(&setup, story, commit, when).await || may_not_come, "{what}: it was not");
                story.is_made_good(setup, expected, &what).await;
            }
        })
        .buffer_unordered(AT_ONCE)
        .count()
        .await;
    eprintln!("{killed} kill points: {commits}");
    assert_eq!(killed, 2 * commits.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_commit_of_a_first_sync() {
    kill_everywhere(Story::first_sync().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_commit_of_a_run_with_every_rule() {
    kill_everywhere(Story::every_rule().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn killed_at_any_commit_of_a_run_that_the_guard_stops() {
    kill_everywhere(Story::cautious().await).await;
}
