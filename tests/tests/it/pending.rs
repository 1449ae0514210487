//! Commands for waiting records: they are shown, retried and dismissed, one by one or many at once.

use chrono::TimeDelta;
use serde_json::Value;

use crate::setup::Setup;

async fn listed(setup: &Setup) -> Vec<Value> {
    serde_json::from_str(&setup.run(0, &["pending", "list", "--json"]).await).expect("JSON")
}

#[tokio::test]
async fn what_waits_is_shown_and_retried_and_dismissed_alone_or_with_others() {
    let mut setup = Setup::small("all").await;
    // Somebody works on the work order of property 2, whose address lacks a part.
    setup.edit(r#"[{"collection": "tasks", "id": 72, "set": {"title": "Check the smoke alarms"}}]"#);
    setup.sync(0).await;
    setup.advance(TimeDelta::hours(3));
    let waiting = listed(&setup).await;
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    let table = setup.run(0, &["pending", "list"]).await;
    assert!(
        table.contains("3h") && table.contains("next run") && table.contains("waits for property 2"),
        "{table}"
    );

    let dismissed = setup.run(0, &["pending", "dismiss", "--all", "--json"]).await;
    let dismissed: Vec<Value> = serde_json::from_str(&dismissed).expect("JSON");
    assert_eq!(dismissed.len(), 2);
    assert_eq!(dismissed[0]["account"], "main");
    assert!(listed(&setup).await.iter().all(|one| one["dismissed"] == true), "shown all the same");
    setup.sync(0).await;
    assert_eq!(listed(&setup).await.len(), 2, "and not dropped");

    let none = setup.run(1, &["pending", "retry", "--reason", "call_failed", "--json"]).await;
    assert_eq!(none.trim(), "[]");
    let retried = setup.run(0, &["pending", "retry", "--reason", "no_property_match", "--json"]).await;
    assert_eq!(serde_json::from_str::<Vec<Value>>(&retried).expect("JSON").len(), 2);
    setup.run(0, &["pending", "dismiss", "work-order", "82"]).await;
    let left = listed(&setup).await.iter().filter(|one| one["dismissed"] == false).count();
    assert_eq!(left, 1);
}
