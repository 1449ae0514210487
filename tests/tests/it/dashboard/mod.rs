//! The dashboard in a real browser, over the mock systems: what people click is seen in both worlds.

use mock_pms::world::{Job, WorkOrder};

use crate::browser::Browser;
use crate::serving::{Serving, until};
use crate::setup::Setup;

const SELDOM: &str = "sync_method = \"all\"\n\
    schedule = { work_orders = \"24h\", properties_and_residents = \"24h\", jitter = \"1ms\" }";

/// A server after its first sync, and a browser on its first page.
async fn opened(width: u32) -> (Setup, Serving, Browser) {
    let setup = Setup::of(crate::setup::small_world(), SELDOM).await;
    setup.sync(0).await;
    let serving = Serving::start(&setup).await;
    let browser = Browser::open(width).await;
    browser.go(&serving.url).await;
    (setup, serving, browser)
}

fn report(setup: &Setup, name: &str) {
    setup.edit(&format!(
        r#"[{{"side": "latchel", "collection": "jobs", "create": {{"source": "Tenant Call", "state": "Diagnosing Issue",
            "name": "{name}", "description": "It drips.", "property_id": 501,
            "created_at": "2026-03-02T20:30:00Z", "updated_at": "2026-03-02T20:30:00Z"}}}}]"#
    ));
}

/// How many work orders of this name the platform has; their titles carry our mark too.
fn arrived(setup: &Setup, name: &str) -> usize {
    let named = |one: &&WorkOrder| one.title.as_deref().is_some_and(|title| title.starts_with(name));
    setup.server.read(|world| world.platform.work_orders.iter().filter(named).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_syncs_all_data_and_finds_a_work_order() {
    let (setup, serving, browser) = opened(1280).await;
    report(&setup, "Tap");
    browser.shows("healthy").await;
    browser.follow("main").await;
    browser.press("Sync All Data").await;
    until(&setup, "the sync", |setup| arrived(setup, "Tap") == 1).await;
    // Its end is told, and what it did is in the rest of the page, without the page being loaded again.
    browser.ends("Sync: done").await;
    browser.shows_in("newest", "local on ").await;

    let job = setup.server.read(|world| {
        let tap = |one: &&Job| one.name == "Tap";
        world.latchel.jobs.iter().find(tap).map(|one| one.id).expect("it was reported")
    });
    browser.fill("id", &job.to_string()).await;
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
    let job = setup.server.read(|world| {
        world.latchel.jobs.iter().find(|one| one.name == "Door").map(|one| one.id).expect("it was reported")
    });
    browser.fill("id", &job.to_string()).await;
    browser.press("Find").await;
    browser.press("Sync this one now").await;
    until(&setup, "the sync", |setup| arrived(setup, "Door") == 1).await;
    assert_eq!(arrived(&setup, "Lamp"), 0);
    browser.close().await;
    drop(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_keeps_anybody_out_or_is_wider_than_a_phone() {
    for width in [500, 1280] {
        let (_setup, serving, browser) = opened(width).await;
        let pages = [
            "",
            "accounts/main",
            "accounts/main/results",
            "accounts/main/records/work-order/81",
            "accounts/main/link",
            "accounts/main/audit",
            "runs",
            "nowhere",
        ];
        for page in pages {
            browser.go(&format!("{}{page}", serving.url)).await;
            assert_eq!(browser.obstacles().await, [""; 0], "/{page}, {width} wide");
            assert!(!browser.is_too_wide().await, "/{page}, {width} wide");
        }
        browser.follow("latchel-sync").await;
        browser.close().await;
    }
}
