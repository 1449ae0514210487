//! The popup's two syncs.

use mock_pms::world::{Job, WorkOrder};

use super::Opened;
use crate::serving::until;
use crate::setup::Setup;

/// Somebody reports something in Latchel, half an hour after the first sync, at a property that is synced.
pub fn report(setup: &Setup, name: &str, property: i64, at: &str) -> i64 {
    setup.edit(&format!(
        r#"[{{"side": "latchel", "collection": "jobs", "create": {{"source": "Tenant Call", "state": "Diagnosing Issue",
            "name": "{name}", "description": "It drips.", "property_id": {property},
            "created_at": "{at}", "updated_at": "{at}"}}}}]"#
    ));
    let named = |one: &&Job| one.name == name;
    setup
        .server
        .read(|world| world.latchel.jobs.iter().find(named).map(|one| one.id))
        .expect("it was reported")
}

/// Number of work orders of this name on the platform.
pub fn arrived(setup: &Setup, name: &str) -> usize {
    let named = |one: &&WorkOrder| one.title.as_deref().is_some_and(|title| title.starts_with(name));
    setup.server.read(|world| world.platform.work_orders.iter().filter(named).count())
}

pub const LATER: &str = "2026-03-02T20:30:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn both_syncs_do_what_their_buttons_say() {
    let opened = Opened::small().await;
    opened.connect().await;
    let (setup, browser) = (&opened.setup, &opened.browser);
    report(setup, "Sink", 501, LATER);
    browser.press("Sync Latchel work orders (faster)").await;
    browser.shows_in("progress", "Your data has been synced with Latchel").await;
    assert_eq!(arrived(setup, "Sink"), 1);

    setup.server.clear_requests();
    report(setup, "Fence", 501, LATER);
    browser.press("Sync All Data").await;
    // The words may still be those of the sync before.
    until(setup, "the second work order", |setup| arrived(setup, "Fence") > 0).await;
    browser.shows_in("progress", "Your data has been synced with Latchel").await;
    assert_eq!(arrived(setup, "Fence"), 1);
    let asked = setup.server.requests();
    assert!(asked.iter().any(|request| request.path.starts_with("/v1/leases")), "residents were read too");
    assert_eq!(browser.console_errors().await, [""; 0]);
    opened.browser.page.clone().close().await.expect("closed");
}
