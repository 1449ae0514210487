//! The Buildium adapter of latchel-sync, for Buildium's Open API v1.
//!
//! A Buildium work order has neither assignee nor property of its own: both stand on its *task*, as does the status
//! that the API can write. `README.md` says what that means for a sync.

mod api;
mod close;
mod config;
mod platform;
mod properties;
mod residents;
mod webhooks;
mod wire;
mod work_orders;

use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::model::Side;
use latchel_sync_core::registry::{
    PageTemplate, PageTemplates, PlatformAdapter, RateLimit, Setting, Settings, Site, WebhooksAdapter,
};
use latchel_sync_core::{Capabilities, ChangeFilter, MarkerPlace, Platform, Result};

/// By the vendor's guide.
const CALLS_PER_SECOND: u32 = 10;
const RATE_LIMITS: &[RateLimit] = &[RateLimit { calls: CALLS_PER_SECOND, seconds: 1 }];

const CAPABILITIES: Capabilities = Capabilities {
    create_work_order: true,
    assign_user: true,
    set_completed: true,
    set_cancelled: true,
    refuses_at_inactive: true,
    refuses_unassigned: true,
    lists_closed: true,
    knows_reach: false,
    property_groups: true,
    move_in: true,
    move_out: true,
    marker: MarkerPlace::TextTag,
    // Nothing is known of it; a minute costs nothing, because the next run comes later.
    visibility_delay: Duration::from_secs(60),
    properties_since: ChangeFilter::Instant,
    residents_since: ChangeFilter::Instant,
    work_orders_since: ChangeFilter::Day,
};

latchel_sync_core::inventory::submit! {
    PlatformAdapter {
        name: "buildium",
        title: "Buildium",
        about: "Buildium's Open API v1, with a client id and secret.",
        settings: &[
            Setting::text("base_url", "Where the API is; the sandbox is https://apisandbox.buildium.com.")
                .default("https://api.buildium.com"),
            Setting::secret("client_id", "The API key's client id."),
            Setting::secret("client_secret", "The API key's secret."),
            Setting::text("vendor", "Id or name of the vendor that stands on created work orders; by default the \
                                     one active vendor whose name contains \"latchel\"."),
            Setting::integer("calls_per_second", "How many of the account's calls the sync may use; fewer where others \
                                                  use the API too.")
                .default_number(CALLS_PER_SECOND),
            // It has no *Assigned* and no *Cancelled*: a new task that has an assignee is what it calls new, and *Closed* is
            // what is left for one that was called off.
            Setting::table("status", "Buildium's words for statuses: `new`, `completed`, `cancelled`.")
                .entries(&[("new", "New"), ("completed", "Completed"), ("cancelled", "Closed")]),
        ],
        capabilities: CAPABILITIES,
        rate_limits: RATE_LIMITS,
        pages: PageTemplates {
            site: Site::OfCustomer("https://*.managebuilding.com"),
            // Of the list the address is known, of tasks too; a work order's own id is another than its task's.
            work_order: PageTemplate::guess("/manager/app/maintenance/vendors/work-orders/{id}"),
            property: PageTemplate::guess("/manager/app/properties/{property}/summary"),
            unit: PageTemplate::seen("/manager/app/properties/{property}/units/{unit}/summary"),
            resident: PageTemplate::guess("/manager/app/tenants/{resident}/summary"),
        },
        connect,
    }
}

latchel_sync_core::inventory::submit! {
    WebhooksAdapter {
        side: Side::Platform,
        adapter: "buildium",
        settings: &[Setting::secret("secret", "The secret with which Buildium signs, which it shows beside the webhook.")],
        connect: |settings, adapter| Ok(Arc::new(webhooks::Reader::connect(settings, adapter)?)),
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Platform>> {
    Ok(Arc::new(platform::Buildium::connect(settings)?))
}
