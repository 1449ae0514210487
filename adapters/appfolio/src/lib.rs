//! The AppFolio adapter of latchel-sync, for AppFolio's Stack API (version 0).
//!
//! Every list needs a filter, a hidden property is an inactive one, and AppFolio is closed at night, which is a pause and
//! no failure. `README.md` says what that means for a sync, and which facts are unverified.

mod api;
mod config;
mod description;
mod jws;
mod keys;
mod markers;
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

/// By the vendor's documentation.
const CALLS_PER_SECOND: u32 = 8;
const RATE_LIMITS: &[RateLimit] = &rate_limits(CALLS_PER_SECOND);

/// The three limits, which hold at once: 8 a second, 256 a minute and 4,096 an hour, or the same share of each.
const fn rate_limits(calls: u32) -> [RateLimit; 3] {
    [
        RateLimit { calls, seconds: 1 },
        RateLimit { calls: calls.saturating_mul(32), seconds: 60 },
        RateLimit { calls: calls.saturating_mul(512), seconds: 3_600 },
    ]
}

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
    marker: MarkerPlace::TextTag,
    // Nothing is known of it; a minute costs nothing, because the next run comes later.
    visibility_delay: Duration::from_secs(60),
    properties_since: ChangeFilter::Instant,
    residents_since: ChangeFilter::Instant,
    work_orders_since: ChangeFilter::Instant,
};

latchel_sync_core::inventory::submit! {
    PlatformAdapter {
        name: "appfolio",
        title: "AppFolio",
        about: "AppFolio's Stack API (version 0), with a client id and secret and a developer id.",
        settings: &[
            Setting::text("base_url", "Where the API is, without /api/v0.").default("https://api.appfolio.com"),
            Setting::secret("client_id", "The credentials' client id."),
            Setting::secret("client_secret", "The credentials' secret."),
            Setting::secret("developer_id", "The developer id that AppFolio gave the integration."),
            Setting::text("technician_role", "The part of a user's role by which AppFolio lets work orders be assigned \
                                              to the user; capitals and spaces do not count.")
                .default("Maintenance Tech"),
            Setting::integer("calls_per_second", "How many of the account's calls the sync may use; the limits by minute \
                                                  and hour shrink with it.")
                .default_number(CALLS_PER_SECOND),
            Setting::table("status", "AppFolio's words for statuses: `completed` and `cancelled` are written; \
                                      `also_completed` and `also_cancelled`, separated by commas, are read as the same; \
                                      `created` is sent with a new work order, if set.")
                .entries(&[
                    ("completed", "Completed"),
                    ("also_completed", "Completed No Need To Bill, Work Done, Work Completed, Ready to Bill"),
                    ("cancelled", "Canceled"),
                    ("also_cancelled", "Cancelled"),
                ]),
        ],
        capabilities: CAPABILITIES,
        rate_limits: RATE_LIMITS,
        // The API's ids are others than those in the address bar, where a service request has the number before the dash.
        pages: PageTemplates {
            site: Site::OfCustomer("https://*.appfolio.com"),
            work_order: PageTemplate::seen("/maintenance/service_requests/{request}"),
            ..PageTemplates::NONE
        },
        connect,
    }
}

latchel_sync_core::inventory::submit! {
    WebhooksAdapter {
        side: Side::Platform,
        adapter: "appfolio",
        settings: &[Setting::text("jwks_url", "Where the keys are with which AppFolio signs.").default(keys::ADDRESS)],
        connect: |settings, adapter| Ok(Arc::new(webhooks::Reader::connect(settings, adapter)?)),
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Platform>> {
    Ok(Arc::new(platform::AppFolio::connect(settings)?))
}
