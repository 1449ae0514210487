//! The Rent Manager adapter of latchel-sync, for Rent Manager's Web API (RM12).
//!
//! Its service manager issues are the work orders. `README.md` says how they map, and which facts are unverified.

mod api;
mod clock;
mod close;
mod config;
mod filters;
mod groups;
mod places;
mod platform;
mod properties;
mod residents;
mod tables;
mod wire;
mod work_orders;

use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::registry::{
    PageTemplate, PageTemplates, PlatformAdapter, RateLimit, Setting, Settings, Site,
};
use latchel_sync_core::{Capabilities, ChangeFilter, MarkerPlace, Platform, Result};

/// A company has 500 a minute for everything that it connects; a fifth is left to the others.
const CALLS_PER_MINUTE: u32 = 400;
const RATE_LIMITS: &[RateLimit] = &[RateLimit { calls: CALLS_PER_MINUTE, seconds: 60 }];

const CAPABILITIES: Capabilities = Capabilities {
    create_work_order: true,
    assign_user: true,
    set_completed: true,
    set_cancelled: true,
    refuses_at_inactive: false,
    refuses_unassigned: false,
    lists_closed: true,
    knows_reach: true,
    property_groups: true,
    move_in: true,
    move_out: true,
    marker: MarkerPlace::TextTag,
    // Nothing is known of it; a minute costs nothing, because the next run comes later.
    visibility_delay: Duration::from_secs(60),
    properties_since: ChangeFilter::Day,
    // Leases, where the dates are, may not say when they were changed, nor be asked for by it.
    residents_since: ChangeFilter::None,
    work_orders_since: ChangeFilter::Day,
};

latchel_sync_core::inventory::submit! {
    PlatformAdapter {
        name: "rentmanager",
        title: "Rent Manager",
        about: "Rent Manager's Web API (RM12), with a user of its own; service manager issues are the work orders.",
        settings: &[
            Setting::text("base_url", "The company's own address of the API.").required(),
            Setting::text("username", "The user that the sync logs in as.").required(),
            Setting::secret("password", "The user's password."),
            Setting::text("location_id", "The id of the location, which is the database, to log in to.").default("1"),
            Setting::integer("calls_per_minute", "How many calls the sync may make; the company has 500 a minute for \
                                                  all that it connects.")
                .default_number(CALLS_PER_MINUTE),
            Setting::table("names", "The account's names, several with commas between, of which the first is written: \
                                     `category`; of statuses `open`, `completed`, `cancelled`; of priorities `normal`, \
                                     `urgent`, `emergency`.")
                .entries(&[
                    ("open", "[Latchel] Open"),
                    ("completed", "[Latchel] Completed, Completed, Complete, Closed"),
                    ("cancelled", "[Latchel] Cancelled, Cancelled, Canceled"),
                    ("normal", "[Latchel] Normal"),
                    ("urgent", "[Latchel] Urgent, Urgent, High"),
                    ("emergency", "[Latchel] Emergency, Emergency"),
                    ("category", "[Latchel] Maintenance Category"),
                ]),
        ],
        capabilities: CAPABILITIES,
        rate_limits: RATE_LIMITS,
        pages: PageTemplates {
            site: Site::OfBaseUrl("https://*.rmx.rentmanager.com"),
            work_order: PageTemplate::guess("/#/serviceissues/{id}/details"),
            property: PageTemplate::guess("/#/properties/{property}/details"),
            unit: PageTemplate::seen("/#/units/{unit}/details"),
            resident: PageTemplate::seen("/#/tenants/{resident}/details"),
        },
        connect,
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Platform>> {
    Ok(Arc::new(platform::RentManager::connect(settings)?))
}
