//! Linking two work orders by hand, and ending a link.

use latchel_sync_core::model::Kind;
use serde_json::json;

use super::{opened, report, reported};
use crate::setup::Setup;

/// Somebody enters by hand on the platform what was reported in Latchel too, and assigns it to Latchel; returns the work order's id.
fn enter(setup: &Setup, title: &str) -> i64 {
    enter_at(setup, title, 1, Some(11))
}

/// The same at another place.
pub(super) fn enter_at(setup: &Setup, title: &str, property: i64, unit: Option<i64>) -> i64 {
    let task = json!([{"collection": "tasks", "create": {"kind": "todo", "title": title, "property_id": property,
        "unit_id": unit, "status": "new", "priority": "normal", "assigned_to": 41}}]);
    let order = |task: i64| {
        json!([{"collection": "work_orders", "create": {"task_id": task, "title": title, "details": "It drips.",
            "vendor_id": 51}}])
    };
    let apply = |edits: serde_json::Value| {
        let edits: Vec<mock_pms::Edit> = serde_json::from_value(edits).expect("edits");
        setup.server.edit(|world| world.apply(&edits)).expect("the edits fit")[0]
    };
    apply(order(apply(task)))
}

/// Number of work orders on the platform, in Latchel, and of those that are linked.
async fn counts(setup: &Setup) -> (usize, usize, u64) {
    let (platform, latchel) =
        setup.server.read(|world| (world.platform.work_orders.len(), world.latchel.jobs.len()));
    let linked = setup.ledger().await.linked("main", Kind::WorkOrder).await.expect("a count");
    (platform, latchel, linked)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_were_entered_by_hand_are_linked_and_neither_is_made_a_second_time_until_the_link_ends() {
    let (setup, serving, browser) = opened(1280).await;
    report(&setup, "Leak");
    let (order, job) = (enter(&setup, "Leak"), reported(&setup, "Leak"));
    let (platform, latchel, linked) = counts(&setup).await;

    browser.follow("main").await;
    browser.follow("Link two work orders").await;
    browser.shows("Neither is created on the other side any more.").await;
    browser.fill("work_order", &order.to_string()).await;
    browser.fill("latchel", &job.to_string()).await;
    browser.press("Link them").await;
    browser.shows("End the link").await;
    assert_eq!(counts(&setup).await, (platform, latchel, linked + 1), "a link alone makes nothing");
    browser.follow("main").await;
    browser.does("Sync All Data", "Sync: done").await;
    assert_eq!(counts(&setup).await, (platform, latchel, linked + 1));

    browser.fill("id", &order.to_string()).await;
    browser.press("Find").await;
    browser.follow("End the link").await;
    browser.shows("the next sync creates the one on the other side").await;
    browser.follow("Back").await;
    browser.shows("Settings").await;
    assert_eq!(counts(&setup).await, (platform, latchel, linked + 1), "a question ends nothing");
    browser.go(&format!("{}accounts/main/unlink?work_order={order}", serving.url)).await;
    browser.press("End the link").await;
    browser.shows("Link it with another").await;
    assert_eq!(counts(&setup).await, (platform, latchel, linked));

    // What follows is what the page said: each is made on the other side.
    browser.follow("main").await;
    browser.does("Sync All Data", "Sync: done").await;
    assert_eq!(counts(&setup).await, (platform + 1, latchel + 1, linked + 2));
    browser.close().await;
    drop(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_linked_by_hand_is_closed_on_the_platform_when_it_is_completed_in_latchel() {
    let (setup, serving, browser) = opened(1280).await;
    report(&setup, "Leak");
    let (order, job) = (enter(&setup, "Leak"), reported(&setup, "Leak"));
    browser.go(&format!("{}accounts/main/link", serving.url)).await;
    browser.shows("When it is completed or cancelled in Latchel, it is closed on Buildium too, as far as the rules let it.").await;
    browser.fill("work_order", &order.to_string()).await;
    browser.fill("latchel", &job.to_string()).await;
    browser.press("Link them").await;
    browser.shows("End the link").await;

    let completed =
        json!([{"side": "latchel", "collection": "jobs", "id": job, "set": {"state": "Completed"}}]);
    setup.edit(&completed.to_string());
    browser.follow("main").await;
    browser.does("Sync All Data", "Sync: done").await;
    let status = setup.server.read(|world| {
        let task = world.platform.work_orders.get(order).expect("the work order").task_id;
        world.platform.tasks.get(task).expect("its task").status
    });
    assert_eq!(status, mock_pms::world::TaskStatus::Completed);

    // Both sides' words for it stand next to each other.
    browser.fill("id", &order.to_string()).await;
    browser.press("Find").await;
    browser.shows_row(&["Status", "Completed", "Completed"]).await;
    browser.close().await;
    drop(serving);
}
