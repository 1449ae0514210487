//! Syncing: all data, what a preview showed, one record alone.

use super::{arrived, opened, report, reported};
use crate::serving::until;

#[tokio::test(flavor = "multi_thread")]
async fn somebody_syncs_all_data_and_finds_a_work_order() {
    let (setup, serving, browser) = opened(1280).await;
    report(&setup, "Sink");
    browser.shows("needs attention").await;
    browser.follow("main").await;
    // Its end is told, and what it did is in the rest of the page, without the page being loaded again.
    browser.does("Sync All Data", "Sync: done").await;
    assert_eq!(arrived(&setup, "Sink"), 1);
    browser.shows_in("newest", "local on ").await;

    browser.fill("id", &reported(&setup, "Sink").to_string()).await;
    browser.press("Find").await;
    browser.shows("This work order was successfully synced with Buildium.").await;
    browser.close().await;
    serving.signal("TERM");
    assert_eq!(serving.end().await, Some(0), "an open page holds nobody up");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_looks_at_a_preview_and_applies_it() {
    let (setup, serving, browser) = opened(1280).await;
    report(&setup, "Fence");
    browser.follow("main").await;
    browser.press("Preview").await;
    browser.shows("Fence").await;
    assert_eq!(arrived(&setup, "Fence"), 0);
    browser.press("Do it").await;
    until(&setup, "the sync", |setup| arrived(setup, "Fence") == 1).await;
    browser.close().await;
    drop(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_syncs_one_work_order_alone() {
    let (setup, serving, browser) = opened(1280).await;
    report(&setup, "Door");
    report(&setup, "Lamp");
    browser.follow("main").await;
    browser.fill("id", &reported(&setup, "Door").to_string()).await;
    browser.press("Find").await;
    browser.press("Sync this one now").await;
    until(&setup, "the sync", |setup| arrived(setup, "Door") == 1).await;
    assert_eq!(arrived(&setup, "Lamp"), 0);
    browser.close().await;
    drop(serving);
}
