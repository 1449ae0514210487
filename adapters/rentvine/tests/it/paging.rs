//! Lists that tell no total.

use serde_json::{Value, json};

use crate::far::{Far, STATUSES, WORK_ORDERS, all, serve_capped, statuses, window, work_order};

async fn read(count: u32, most: usize, settings: Value) -> (usize, Vec<String>) {
    let far = Far::with(settings).await;
    far.list(STATUSES, statuses()).await;
    serve_capped(&far, WORK_ORDERS, (1..=count).map(work_order).collect(), most).await;
    let rows = all(far.platform.work_orders(window())).await;
    (rows.len(), far.asked().await.into_iter().filter(|one| one.contains("work-orders")).collect())
}

#[tokio::test]
async fn a_short_page_is_the_last_and_a_full_one_is_not() {
    let (rows, asked) = read(14, usize::MAX, json!({})).await;
    assert_eq!((rows, asked.len()), (14, 1));
    let (rows, asked) = read(400, usize::MAX, json!({})).await;
    assert_eq!(rows, 400);
    assert_eq!(
        asked,
        [
            "GET maintenance/work-orders",
            "GET maintenance/work-orders?page=2",
            "GET maintenance/work-orders?page=3"
        ]
    );
    for (size, calls) in [(20, 4), (10, 7), (1, 62)] {
        let (rows, asked) = read(61, usize::MAX, json!({"page_size": size})).await;
        assert_eq!((rows, asked.len()), (61, calls), "{size}");
    }
}

#[tokio::test]
async fn pages_that_are_smaller_than_asked_for_end_no_list() {
    for (count, most) in [(45, 15), (46, 15), (300, 100), (330, 100)] {
        let (rows, _) = read(count, most, json!({})).await;
        assert_eq!(rows, count as usize, "{count} by {most}");
    }
}

#[tokio::test]
async fn short_lists_may_have_no_pages_at_all() {
    let far = Far::new().await;
    let technician = |id: u32| json!({"contact": {"userID": id.to_string(), "name": format!("User {id}")}});
    let technicians: Vec<_> = (1..=40).map(technician).collect();
    far.one("maintenance-technicians", json!(technicians)).await;
    assert_eq!(far.platform.users().await.expect("users").len(), 40);
    assert_eq!(far.asked().await.len(), 1);
}
