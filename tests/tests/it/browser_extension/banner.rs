//! The banner on the pages of both systems, in each of its states.

use mock_pms::{Dialect, Fault, FaultPlan, FaultRule, Side};

use super::Opened;
use super::syncing::{LATER, arrived, report};

/// Path of a platform's page of the work order with this id and number.
type PathOf = fn(&str, &str) -> String;

/// Path of Buildium's page of a work order.
fn page(id: &str) -> String {
    format!("/manager/app/maintenance/vendors/work-orders/{id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_state_is_told_in_words_and_one_is_synced_at_a_click() {
    let opened = Opened::small().await;
    opened.connect().await;
    let (setup, browser) = (&opened.setup, &opened.browser);

    opened.see(&page("81")).await;
    let told = browser.banner_shows("This work order was successfully synced with Latchel.").await;
    assert!(
        told.contains("✓ Synced") && told.contains("Buildium 81") && told.contains("confirmed"),
        "{told}"
    );
    assert!(!told.contains("rule"), "codes stand behind a button: {told}");
    browser.press_in_banner("Why?").await;
    browser.banner_shows("rule").await;

    // One that no sync has seen, and the same page once it is synced.
    let tap = report(setup, "Boiler", 501, LATER);
    opened.see_job(tap).await;
    browser.banner_shows("No sync has seen this work order yet.").await;
    let refused = FaultRule {
        side: Some(Side::Platform),
        method: Some("POST".to_owned()),
        path: Some("/v1/workorders".to_owned()),
        ..FaultRule::always(Fault::Status { status: 422, retry_after: None })
    };
    setup.server.set_faults(FaultPlan { seed: 1, faults: vec![refused] });
    setup.run(1, &["sync", "--json"]).await;
    opened.see_job(tap).await;
    browser.banner_shows("! Failed").await;
    setup.server.set_faults(FaultPlan::default());
    browser.press_in_banner("Sync this one now").await;
    browser.banner_shows("This work order was successfully synced with Buildium.").await;
    assert_eq!(arrived(setup, "Boiler"), 1);

    // At a property that the platform does not have; and from before the sync start.
    let waits = report(setup, "Gutter", 502, LATER);
    setup.sync(0).await;
    opened.see_job(waits).await;
    browser.banner_shows("… Pending").await;
    opened.see_job(701).await;
    browser.banner_shows("– Not synced").await;

    opened.see(&page("999")).await;
    browser.banner_shows("No sync has seen this work order yet.").await;
    // A page about something else has none, and one click ends it where it is.
    opened.see("/manager/app/properties/1/summary").await;
    browser.shows("Buildium").await;
    browser.banner_is_gone().await;
    opened.see(&page("81")).await;
    browser.press_in_banner("✕").await;
    browser.banner_is_gone().await;
    assert_eq!(browser.console_errors().await, [""; 0]);
    opened.browser.page.clone().close().await.expect("closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_changes_its_address_by_a_script_gets_another_banner() {
    let opened = Opened::small().await;
    opened.connect().await;
    opened.see("/manager/app/homepage").await;
    opened.browser.shows("Buildium").await;
    let go = |address: String| {
        let script = "history.pushState({}, '', arguments[0])";
        opened.browser.page.execute(script, vec![address.into()])
    };
    go(page("81")).await.expect("it goes");
    opened.browser.banner_shows("✓ Synced").await;
    go("/manager/app/homepage".to_owned()).await.expect("it goes");
    opened.browser.banner_is_gone().await;
    opened.browser.page.clone().close().await.expect("closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_platforms_page_is_known_by_its_own_address() {
    let paths: [(Dialect, PathOf); 5] = [
        (Dialect::RENTVINE, |id, _| format!("/maintenance/work-orders/{id}?tab=notes")),
        (Dialect::RENTMANAGER, |id, _| format!("/#/serviceissues/{id}/details")),
        (Dialect::DOORLOOP, |id, _| format!("/tasks/{id}")),
        (Dialect::PROPERTYWARE, |id, _| format!("/pw/maintenance/work_order_detail.do?entityID={id}&x=1")),
        (Dialect::APPFOLIO, |_, number| {
            let request = number.split('-').next().expect("a part");
            format!("/maintenance/service_requests/{request}/work_orders/12345")
        }),
    ];
    for (platform, path) in paths {
        let opened = Opened::on(platform, crate::setup::small_world_unknown_to_latchel()).await;
        opened.connect().await;
        let links = opened.setup.ledger().await;
        let links =
            links.links("main", latchel_sync_core::model::Kind::WorkOrder, None, 10).await.expect("links");
        let link = links.first().unwrap_or_else(|| panic!("{platform}: nothing is synced"));
        let number = link.platform_number.clone().unwrap_or_default();
        opened.see(&path(&link.platform_id, &number)).await;
        let told = opened.browser.banner_shows("Latchel").await;
        assert!(told.contains("ynced"), "{platform}: {told}");
        opened.browser.page.clone().close().await.expect("closed");
    }
}
