//! The search of the header, two work orders found and linked by their title, and the connection's test.

use latchel_sync_core::model::Kind;

use super::linking::enter_at;
use super::{opened, report, reported};

#[tokio::test(flavor = "multi_thread")]
async fn somebody_finds_a_work_order_from_any_page_and_sees_why_it_is_as_it_is() {
    let (setup, serving, browser) = opened(390).await;
    report(&setup, "Gutter");
    browser.follow("main").await;
    browser.does("Sync All Data", "Sync: done").await;
    browser.go(&format!("{}nowhere", serving.url)).await;
    browser.fill("q", "gutter").await;
    browser.press("Search").await;
    browser.shows("This work order was successfully synced with Buildium.").await;
    let shown = browser.text().await;
    assert!(!shown.contains("work_order_created"), "codes are behind the question: {shown}");
    browser.unfold("Why?").await;
    browser.shows("work_order_created").await;
    assert_eq!(browser.obstacles().await, [""; 0]);
    assert!(!browser.is_too_wide().await);
    browser.go(&format!("{}changes", serving.url)).await;
    browser.shows("Created on Buildium").await;
    browser.close().await;
    drop(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_were_entered_by_hand_are_found_by_their_title_and_linked_at_one_button() {
    let (setup, serving, browser) = opened(1280).await;
    report(&setup, "Boiler is cold");
    let (order, job) = (enter_at(&setup, "Cold boiler", 1, Some(11)), reported(&setup, "Boiler is cold"));
    let linked = async || setup.ledger().await.linked("main", Kind::WorkOrder).await.expect("a count");
    let before = linked().await;
    browser.follow("main").await;
    browser.follow("Link two work orders").await;
    browser.fill("text", "boiler").await;
    browser.press("Search both sides").await;
    browser.shows("Likely the same").await;
    browser.press("Link these two").await;
    browser.shows("End the link").await;
    assert_eq!(linked().await, before + 1);
    let shown = browser.text().await;
    assert!(shown.contains("Cold boiler") && shown.contains("Boiler is cold"), "{order}, {job}: {shown}");
    browser.follow("main").await;
    browser.follow("Test the connection").await;
    browser.press("Test the connection").await;
    browser.shows("Both connections work").await;
    browser.close().await;
    drop(serving);
}
