//! The Propertyware adapter of latchel-sync, for Propertyware's Open API, REST version 1.
//!
//! The API can create a work order and close it, and nothing else: it cannot assign, cancel or change one. `README.md`
//! says what that means for a sync.

mod api;
mod config;
mod markers;
mod people;
mod platform;
mod properties;
mod residents;
mod tasks;
mod wire;
mod work_orders;

use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::registry::{
    PageTemplate, PageTemplates, PlatformAdapter, RateLimit, Setting, Settings, Site,
};
use latchel_sync_core::{Capabilities, ChangeFilter, MarkerPlace, Platform, Result};

/// The vendor publishes no number.
const CALLS_PER_SECOND: u32 = 5;
const RATE_LIMITS: &[RateLimit] = &[RateLimit { calls: CALLS_PER_SECOND, seconds: 1 }];

const CAPABILITIES: Capabilities = Capabilities {
    create_work_order: true,
    // Who manages a work order can be read, by name, and not be written.
    assign_user: false,
    set_completed: true,
    // The one write of a status is *close*, which is what becomes of work that was done.
    set_cancelled: false,
    refuses_at_inactive: false,
    refuses_unassigned: false,
    lists_closed: true,
    knows_reach: false,
    property_groups: true,
    move_in: true,
    move_out: true,
    marker: MarkerPlace::ReferenceField,
    // Nothing is known of it; a minute costs nothing, because the next run comes later.
    visibility_delay: Duration::from_secs(60),
    properties_since: ChangeFilter::Instant,
    residents_since: ChangeFilter::Instant,
    work_orders_since: ChangeFilter::Instant,
};

latchel_sync_core::inventory::submit! {
    PlatformAdapter {
        name: "propertyware",
        title: "Propertyware",
        about: "Propertyware's Open API (REST v1), with a key and an organisation's id; it can create and close work \
                orders, and not assign or cancel them, because the API has no call for that.",
        settings: &[
            Setting::text("base_url", "The API's host.").default("https://api.propertyware.com"),
            Setting::secret("client_id", "The API key's client id."),
            Setting::secret("client_secret", "The API key's secret."),
            Setting::text("system_id", "The organisation's id; a key works with its own organisation only.").required(),
            Setting::text("vendor", "Id or name of the vendor in whose name work orders are closed; by default the one \
                                     active vendor whose name contains \"latchel\"."),
            Setting::integer("calls_per_second", "How many calls the sync may make; the vendor publishes no limit.")
                .default_number(CALLS_PER_SECOND),
            Setting::integer("marker_days", "How many days back a work order that was made from a Latchel one is looked \
                                             for before one is created; 0 looks at all there are.")
                .default_number(90),
            Setting::boolean("leave_tasks", "Adds a task to a work order where somebody must do by hand what the API cannot: assign \
                                          one that came from Latchel, cancel one that Latchel cancelled.")
                .default_flag(false),
            Setting::table("status", "The organisation's words for statuses, several with commas between: `completed`, \
                                      `cancelled`, and `not_a_lease` for leases of which nobody is a tenant yet.")
                .entries(&[
                    ("completed", "Closed, Completed, Complete"),
                    ("cancelled", "Cancelled, Canceled, Void"),
                    ("not_a_lease", "Draft"),
                ]),
        ],
        capabilities: CAPABILITIES,
        rate_limits: RATE_LIMITS,
        pages: PageTemplates {
            site: Site::Shared("https://app.propertyware.com"),
            work_order: PageTemplate::seen("/pw/maintenance/work_order_detail.do?entityID={id}"),
            property: PageTemplate::seen("/pw/properties/building_detail.do?entityID={property}"),
            unit: PageTemplate::seen("/pw/properties/unit_detail.do?entityID={unit}"),
            ..PageTemplates::NONE
        },
        connect,
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Platform>> {
    Ok(Arc::new(platform::Propertyware::connect(settings)?))
}
