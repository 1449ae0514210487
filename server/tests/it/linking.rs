//! The pages on which work orders are linked by hand, and links ended.

use latchel_sync_core::model::*;
use latchel_sync_core::{Ledger, LedgerAdmin};
use tests::simulation::pair;

use crate::pages::{leads_to, page, synced};
use crate::world::ACCOUNT;

#[tokio::test]
async fn two_work_orders_are_linked_and_a_link_is_ended_after_a_page_that_says_what_follows() {
    let world = synced().await;
    let job = world.add_job("Tap", "It drips.");
    world.platform.edit(|far| {
        let order = WorkOrder { id: WorkOrderId::new("W9"), ..pair::work_order(&pair::unit("13", None)) };
        far.work_orders.insert(order.id.clone(), Row::Record(order));
    });
    let mut visitor = world.visitor();
    assert!(page(&mut visitor, "/accounts/main/link").await.contains("What follows"));
    let form = format!("work_order=W9&latchel={}", job.0);
    leads_to(&visitor.post("/accounts/main/link", &form).await, "/accounts/main/records/work-order/W9");
    assert_eq!(visitor.post("/accounts/main/link", &form).await.status, 422, "it is linked already");
    let links = world.ledger.linked(ACCOUNT, Kind::WorkOrder).await.expect("a count");
    assert!(page(&mut visitor, "/accounts/main/records/work-order/W9").await.contains("End the link"));
    assert!(
        page(&mut visitor, "/accounts/main/unlink?work_order=W9")
            .await
            .contains("the next sync links them again")
    );
    visitor.post("/accounts/main/unlink", "work_order=W9").await;
    assert_eq!(world.ledger.linked(ACCOUNT, Kind::WorkOrder).await.expect("a count"), links - 1);
    assert_eq!(visitor.post("/accounts/main/unlink", "work_order=W9").await.status, 404);
}

/// An id that was entered wrongly is no run that failed: the form is there again, with what was entered and what is wrong with it.
#[tokio::test]
async fn an_id_that_was_mistyped_when_linking_loses_no_form_and_is_no_failed_run() {
    let world = synced().await;
    let job = world.add_job("Fence", "It fell over.");
    let linked = pair::work_order(&pair::unit("13", None)).id;
    let mut visitor = world.visitor();
    let before = world.ledger.runs(None, 100).await.expect("runs").len();
    for (entered, status, beside, message) in [
        (
            ("nowhere".to_owned(), job.to_string()),
            404,
            "wrong-work-order",
            "The platform has no such work order.",
        ),
        ((linked.to_string(), "9999".to_owned()), 404, "wrong-latchel", "Latchel has no such work order."),
        ((linked.to_string(), job.to_string()), 422, "wrong-work-order", "is linked with Latchel"),
        ((linked.to_string(), "48 211".to_owned()), 422, "wrong-latchel", "An id in Latchel is a number"),
        ((linked.to_string(), "-1".to_owned()), 422, "wrong-latchel", "An id in Latchel is a number"),
        ((String::new(), job.to_string()), 422, "wrong-work-order", "Its id is missing."),
    ] {
        let (work_order, latchel) = entered;
        let form = format!("work_order={work_order}&latchel={}", latchel.replace(' ', "+"));
        let answer = visitor.post("/accounts/main/link", &form).await;
        assert_eq!(answer.status, status, "{form}: {}", answer.body);
        let marked = format!("<strong id=\"{beside}\"");
        for text in
            [message, marked.as_str(), &format!("value=\"{work_order}\""), &format!("value=\"{latchel}\"")]
        {
            assert!(answer.body.contains(text), "{form}: {text}: {}", answer.body);
        }
        assert_eq!(answer.body.matches("aria-invalid").count(), 1, "{form}: {}", answer.body);
    }
    let unlinked = visitor.post("/accounts/main/unlink", "work_order=nowhere").await;
    assert_eq!(unlinked.status, 404);
    let runs = world.ledger.runs(None, 100).await.expect("runs");
    assert_eq!(runs.len(), before, "{runs:?}");
    assert!(page(&mut visitor, "/").await.contains("healthy"));
}
