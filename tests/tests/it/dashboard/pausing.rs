//! Pause and resume.

use super::{arrived, report};
use crate::browser::Browser;
use crate::serving::{OFTEN, Serving, until};
use crate::setup::{Setup, small_world};

#[tokio::test(flavor = "multi_thread")]
async fn while_an_account_is_paused_nothing_comes_over_by_itself_and_afterwards_it_does() {
    let (setup, other) = (Setup::of(small_world(), OFTEN).await, Setup::of(small_world(), OFTEN).await);
    // The other account goes on, and tells by what comes over there that the paused one would have been synced too.
    serve_too(&setup, &other);
    let serving = Serving::start(&setup).await;
    let browser = Browser::open(1280).await;
    browser.go(&serving.url).await;
    for one in [&setup, &other] {
        until(one, "the first sync", |one| one.server.read(|world| world.latchel.jobs.len()) > 1).await;
    }
    comes_over(&setup, "Sink").await;

    browser.follow("main").await;
    browser.press("Pause").await;
    browser.shows_in("health", "Paused by local").await;
    // What was under way, or was being asked for just then, goes on to its end.
    comes_over(&other, "Lamp").await;
    browser.comes_to_rest().await;
    report(&setup, "Fence");
    comes_over(&other, "Door").await;
    comes_over(&other, "Roof").await;
    assert_eq!(arrived(&setup, "Fence"), 0);
    // By hand it is synced all the same.
    browser.does("Sync All Data", "Sync: done").await;
    assert_eq!(arrived(&setup, "Fence"), 1);

    report(&setup, "Gutter");
    browser.press("Resume").await;
    until(&setup, "a sync after the pause", |setup| arrived(setup, "Gutter") == 1).await;
    browser.close().await;
    serving.signal("TERM");
    assert_eq!(serving.end().await, Some(0));
}

/// Something is reported in Latchel, and comes to the platform by itself.
async fn comes_over(setup: &Setup, name: &str) {
    report(setup, name);
    until(setup, name, |setup| arrived(setup, name) == 1).await;
}

/// Adds the account of the other setup under another name.
fn serve_too(setup: &Setup, other: &Setup) {
    let file = |setup: &Setup| setup.folder.path().join("latchel-sync.toml");
    let read = |setup: &Setup| std::fs::read_to_string(file(setup)).expect("a configuration");
    let theirs = read(other);
    let (_, account) = theirs.split_once("[[account]]").expect("an account");
    let account = account.replacen("\"main\"", "\"other\"", 1);
    std::fs::write(file(setup), format!("{}\n[[account]]{account}", read(setup))).expect("a configuration");
}
