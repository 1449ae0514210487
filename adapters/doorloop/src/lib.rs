//! The DoorLoop adapter of latchel-sync.
//!
//! DoorLoop's lists cannot be filtered by change, so every run reads them whole, 1,000 rows a call, and compares contents.
//! Its tasks are our work orders. `README.md` says what that costs and which facts are unverified.

mod api;
mod census;
mod config;
mod groups;
mod platform;
mod properties;
mod residents;
mod wire;
mod work_orders;
mod writes;

use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::registry::{
    PageTemplate, PageTemplates, PlatformAdapter, RateLimit, Setting, Settings, Site,
};
use latchel_sync_core::{Capabilities, ChangeFilter, MarkerPlace, Platform, Result};

/// By the vendor's documentation; both hold at once.
const CALLS_PER_MINUTE: u32 = 50;
const CALLS_PER_HOUR: u32 = 500;
const RATE_LIMITS: &[RateLimit] = &[
    RateLimit { calls: CALLS_PER_MINUTE, seconds: 60 },
    RateLimit { calls: CALLS_PER_HOUR, seconds: 3_600 },
];

const CAPABILITIES: Capabilities = Capabilities {
    create_work_order: true,
    assign_user: true,
    set_completed: true,
    set_cancelled: true,
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
    properties_since: ChangeFilter::None,
    residents_since: ChangeFilter::None,
    work_orders_since: ChangeFilter::None,
};

latchel_sync_core::inventory::submit! {
    PlatformAdapter {
        name: "doorloop",
        title: "DoorLoop",
        about: "DoorLoop's API, with a token.",
        settings: &[
            Setting::text("base_url", "Where the API is, without `/api`.").default("https://app.doorloop.com"),
            Setting::secret("token", "The API key, of a user who may see everything and edit tasks."),
            // As a resident asks for it or a vendor is sent for it; what the office notes for itself and what owners ask for
            // is not maintenance as a rule.
            Setting::text("work_order_types", "The types of tasks that are work orders, separated by commas.")
                .default("TENANT_REQUEST, WORK_ORDER"),
            Setting::integer("calls_per_minute", "How many of the account's calls the sync may use in a minute; fewer \
                                                  where others use the API too.")
                .default_number(CALLS_PER_MINUTE),
            Setting::integer("calls_per_hour", "The same in an hour.").default_number(CALLS_PER_HOUR),
            // It has no *Assigned* and no *Cancelled*: a new task that has an assignee is not started, and archived is what is
            // left for one that was called off.
            Setting::table("status", "DoorLoop's words for statuses: `new`, `completed`, `cancelled`.")
                .entries(&[("new", "NOT_STARTED"), ("completed", "COMPLETED"), ("cancelled", "ARCHIVED")]),
        ],
        capabilities: CAPABILITIES,
        rate_limits: RATE_LIMITS,
        pages: PageTemplates {
            site: Site::Shared("https://app.doorloop.com"),
            work_order: PageTemplate::guess("/tasks/{id}"),
            property: PageTemplate::guess("/properties/{property}"),
            resident: PageTemplate::guess("/tenants/{resident}"),
            ..PageTemplates::NONE
        },
        connect,
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Platform>> {
    Ok(Arc::new(platform::DoorLoop::connect(settings)?))
}
