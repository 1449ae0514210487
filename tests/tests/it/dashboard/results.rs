//! Sync results: narrowed, exported, dismissed and retried.

use latchel_sync_core::model::Reason;
use mock_pms::{Fault, FaultPlan, FaultRule, Side};

use super::{arrived, opened, report, reported};
use crate::setup::Setup;

/// Of those that failed, the ids of the ones that are dismissed and of the ones that are not.
async fn failed(setup: &Setup) -> (Vec<String>, Vec<String>) {
    let pending = setup.ledger().await.all_pending("main").await.expect("what waits");
    let failed = pending.into_iter().filter(|one| one.outcome.reason == Reason::CallFailed);
    let (dismissed, tried): (Vec<_>, Vec<_>) = failed.partition(|one| one.dismissed);
    let ids = |all: Vec<latchel_sync_core::ledger::Pending>| {
        all.into_iter().map(|one| one.outcome.key.id).collect::<Vec<_>>()
    };
    (ids(dismissed), ids(tried))
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_dismisses_what_failed_and_retries_one_of_them() {
    let (setup, serving, browser) = opened(1280).await;
    let names = ["Fence", "Gutter", "Roof"];
    names.iter().for_each(|name| report(&setup, name));
    let ids = names.map(|name| reported(&setup, name).to_string());
    let refused = FaultRule {
        side: Some(Side::Platform),
        method: Some("POST".to_owned()),
        path: Some("/v1/workorders".to_owned()),
        ..FaultRule::always(Fault::Status { status: 422, retry_after: None })
    };
    setup.server.set_faults(FaultPlan { seed: 1, faults: vec![refused] });
    browser.follow("main").await;
    browser.does("Sync All Data", "Sync: failed in part").await;
    setup.server.set_faults(FaultPlan::default());
    assert_eq!(failed(&setup).await, (Vec::new(), ids.to_vec()));

    browser.follow("All sync results").await;
    browser.follow("failed 3").await;
    browser.lists(3).await;
    let table = browser.download("Export as CSV").await;
    assert_eq!(table.lines().count(), 4, "{table}");
    for (line, id) in table.lines().skip(1).zip(&ids) {
        assert!(line.starts_with(&format!("work-order,latchel,{id},")), "{line}");
    }

    browser.press("Tick all of this page").await;
    browser.press("Dismiss").await;
    browser.lists_with(", dismissed", 3).await;
    assert_eq!(failed(&setup).await, (ids.to_vec(), Vec::new()));

    browser.choose("reason", "call_failed").await;
    browser.fill("text", "roof").await;
    browser.press("Show").await;
    browser.lists(1).await;
    let table = browser.download("Export as CSV").await;
    assert!(table.lines().count() == 2 && table.contains(",Roof,"), "{table}");
    browser.tick(&format!("work order {} in Latchel", ids[2])).await;
    browser.press("Retry").await;
    browser.lists_with("tried 0 times", 1).await;
    assert_eq!(failed(&setup).await, (ids[..2].to_vec(), ids[2..].to_vec()));

    browser.follow("main").await;
    browser.does("Sync All Data", "Sync: done").await;
    assert_eq!(names.map(|name| arrived(&setup, name)), [0, 0, 1]);
    assert_eq!(failed(&setup).await, (ids[..2].to_vec(), Vec::new()));
    browser.close().await;
    drop(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_dismisses_all_that_match_and_sees_what_the_others_wait_for() {
    let (setup, serving, browser) = opened(1280).await;
    // The address of property 2 lacks a part.
    super::linking::enter_at(&setup, "Gate", 2, None);
    browser.follow("main").await;
    browser.does("Sync All Data", "Sync: done").await;
    let waiting = async |dismissed: bool| {
        let pending = setup.ledger().await.all_pending("main").await.expect("what waits");
        let these = pending.into_iter().filter(|one| one.dismissed == dismissed);
        these.map(|one| one.outcome.key.to_string()).collect::<Vec<_>>()
    };
    let all = waiting(false).await;
    assert_eq!(all.len(), 2, "{all:?}");
    browser.follow("2 pending").await;
    browser.lists(2).await;
    browser.choose("kind", "work-order").await;
    browser.press("Show").await;
    browser.lists(1).await;
    browser.shows("moved to a unit that is synced").await;
    browser.mark("all").await;
    browser.press("Dismiss").await;
    browser.lists_with(", dismissed", 1).await;
    assert_eq!((waiting(true).await.len(), waiting(false).await.len()), (1, 1));
    browser.close().await;
    drop(serving);
}
