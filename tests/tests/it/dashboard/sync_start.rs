//! The sync start is moved.

use super::{arrived, opened, report, report_at, reported};
use crate::browser::Browser;
use crate::setup::Setup;

/// Asks in the account's page to move it there, in the account's time zone.
async fn ask(browser: &Browser, at: &str) {
    browser.unfold("Move the sync start").await;
    browser.pick("start", at).await;
    browser.press("Move it").await;
    browser.shows(&format!("Move the sync start to {} PST?", at.replace('T', " "))).await;
}

async fn confirm(browser: &Browser) {
    browser.press("Move it").await;
    browser.shows("Settings").await;
}

async fn sync_start(setup: &Setup) -> String {
    let account = setup.ledger().await.account("main").await.expect("it reads").expect("it is there");
    account.sync_start.to_rfc3339()
}

#[tokio::test(flavor = "multi_thread")]
async fn moved_back_what_was_left_alone_comes_over_and_moved_forward_what_is_new_does_not() {
    let (setup, serving, browser) = opened(1280).await;
    report_at(&setup, "Old roof", "2026-02-10T10:00:00Z");
    let (old, made) = ("Old roof", "No hot water");
    assert_eq!(arrived(&setup, made), 0, "it is from before the first sync");
    browser.follow("main").await;
    ask(&browser, "2026-02-01T08:00").await;
    browser.shows("1 of Latchel").await;
    browser.follow("Back").await;
    browser.shows("Settings").await;
    assert_eq!(sync_start(&setup).await, "2026-03-02T20:00:00+00:00", "a question moves nothing");
    ask(&browser, "2026-02-01T08:00").await;
    confirm(&browser).await;
    assert_eq!(sync_start(&setup).await, "2026-02-01T16:00:00+00:00");
    browser.does("Sync All Data", "Sync: done").await;
    assert_eq!([made, old].map(|name| arrived(&setup, name)), [1, 0]);

    // What has not changed for three days comes over alone, as the page said.
    browser.fill("id", &reported(&setup, old).to_string()).await;
    browser.press("Find").await;
    browser.press("Sync this one now").await;
    browser.shows("What it did, record by record").await;
    assert_eq!(arrived(&setup, old), 1);

    report(&setup, "Sink");
    browser.follow("main").await;
    ask(&browser, "2026-03-02T13:00").await;
    browser.shows("are never created there").await;
    confirm(&browser).await;
    browser.does("Sync All Data", "Sync: done").await;
    assert_eq!([made, old, "Sink"].map(|name| arrived(&setup, name)), [1, 1, 0]);
    browser.close().await;
    drop(serving);
}
