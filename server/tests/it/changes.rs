//! Writes come first: of a preview, of a run, and of all of them.

use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::model::*;
use tests::simulation::pair;

use crate::world::{ACCOUNT, World};

async fn synced() -> World {
    let world = World::new().await;
    world.fill();
    world.sync().await;
    world
}

/// True if the texts stand in the page in this order.
fn in_order(page: &str, texts: &[&str]) -> bool {
    let places: Vec<_> = texts.iter().map(|text| page.find(text)).collect();
    places.iter().all(Option::is_some) && places.is_sorted()
}

#[tokio::test]
async fn a_run_begins_with_what_it_wrote_and_keeps_what_it_only_found_apart() {
    let world = synced().await;
    world.add_job("Fence", "It fell over.");
    world.platform.edit(|platform| {
        let lost = PropertyRef::new(PropertyId::new("404"), None);
        let order =
            WorkOrder { id: WorkOrderId::new("W2"), title: "Lamp".to_owned(), ..pair::work_order(&lost) };
        platform.work_orders.insert(order.id.clone(), Row::Record(order));
    });
    world.sync().await;
    let runs = world.ledger.runs(Some(ACCOUNT), 10).await.expect("runs");
    let page = world.visitor().get(&format!("/runs/{}", runs[0].id)).await.body;
    let texts = [
        "What was written",
        "1 work order created on Buildium",
        "Fence",
        "What else was new",
        "Lamp",
        "What was looked at",
    ];
    assert!(in_order(&page, &texts), "{page}");
    // A run that has nothing to do says so first.
    world.sync().await;
    let runs = world.ledger.runs(Some(ACCOUNT), 10).await.expect("runs");
    let page = world.visitor().get(&format!("/runs/{}", runs[0].id)).await.body;
    assert!(in_order(&page, &["What was written", "Nothing: of ", "What was looked at"]), "{page}");
}

#[tokio::test]
async fn changes_of_all_runs_are_newest_first_and_lead_to_their_records() {
    let world = synced().await;
    world.add_job("Fence", "It fell over.");
    world.sync().await;
    world.sync().await;
    let mut visitor = world.visitor();
    let page = visitor.get("/changes").await.body;
    let texts = ["Fence", "Created on Buildium", "#N12 Tap", "Created in Latchel"];
    assert!(in_order(&page, &texts[..2]) && in_order(&page, &["Fence", "Elm 12, 34"]), "{page}");
    for text in texts {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(page.matches("href=\"/runs/").count(), 2, "the run that wrote nothing is not there: {page}");
    assert!(page.contains("href=\"/accounts/main/records/property/13\""), "{page}");
    assert_eq!(visitor.get("/changes?account=main").await.body.matches("href=\"/runs/").count(), 2);
    assert_eq!(visitor.get("/changes?account=other").await.status, 404);

    let newest = world.ledger.runs(Some(ACCOUNT), 10).await.expect("runs");
    let older = visitor.get(&format!("/changes?before={}", newest[1].id)).await.body;
    assert!(!older.contains("Fence") && older.contains("#N12 Tap"), "{older}");
}

#[tokio::test]
async fn many_changes_come_in_pages() {
    let world = World::new().await;
    world.fill();
    world.sync().await;
    for count in 0..101 {
        world.add_job(&format!("Job {count}"), "It fell over.");
    }
    world.sync().await;
    let mut visitor = world.visitor();
    let runs = world.ledger.runs(Some(ACCOUNT), 10).await.expect("runs");
    let first = visitor.get(&format!("/runs/{}", runs[0].id)).await.body;
    let next = first.split_once("?after=").expect("a next page").1.split('"').next().expect("its end");
    let next = next.replace("&#38;", "&");
    let second =
        visitor.get(&format!("/runs/{}?after={}", runs[0].id, next.trim_end_matches("#after"))).await.body;
    let rows = |page: &str| page.matches("Created on Buildium").count();
    assert_eq!((rows(&first), rows(&second)), (100, 1), "{second}");
    let feed = visitor.get("/changes").await.body;
    assert!(feed.contains("More of this sync") && rows(&feed) == 20, "{feed}");
}

#[tokio::test]
async fn a_preview_begins_with_how_much_would_be_written_and_a_sync_of_one_ends_with_what_was() {
    let world = synced().await;
    let job = world.add_job("Fence", "It fell over.");
    let mut visitor = world.visitor();
    let plan = visitor.post("/accounts/main/preview", "extent=everything").await;
    world.work().await;
    let page = visitor.get(plan.header("location")).await.body;
    let texts =
        ["A sync now would write 1 record", "1 work order to be created on Buildium", "Do it", "Fence"];
    assert!(in_order(&page, &texts), "{page}");
    let one = visitor.post(&format!("/accounts/main/records/work-order/{job}/sync"), "").await;
    world.work().await;
    let page = visitor.get(one.header("location")).await.body;
    assert!(in_order(&page, &["What was written", "1 work order created on Buildium", "Fence"]), "{page}");
    let plan = visitor.post("/accounts/main/preview", "extent=everything").await;
    world.work().await;
    let page = visitor.get(plan.header("location")).await.body;
    assert!(page.contains("A sync now would write nothing") && !page.contains("Do it"), "{page}");
}
