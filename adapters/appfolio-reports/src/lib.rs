//! The adapter of latchel-sync for AppFolio's Reports API (version 2), which AppFolio's customers have without a partner.
//!
//! It only reads, every report is read whole, and the usual reports hold what is current: who has left, what is hidden and what is
//! closed is known by its absence. `README.md` says what that means for a sync, and which facts are unverified.

mod api;
mod config;
mod platform;
mod properties;
mod residents;
mod wire;
mod work_orders;

use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::registry::{
    PageTemplate, PageTemplates, PlatformAdapter, RateLimit, Setting, Settings, Site,
};
use latchel_sync_core::{Capabilities, ChangeFilter, MarkerPlace, Platform, Result};

/// By the vendor's documentation, of first pages; later ones are believed to be free, and are counted here.
const CALLS_PER_15_SECONDS: u32 = 7;
const RATE_LIMITS: &[RateLimit] = &[RateLimit { calls: CALLS_PER_15_SECONDS, seconds: 15 }];

const CAPABILITIES: Capabilities = Capabilities {
    create_work_order: false,
    assign_user: false,
    set_completed: false,
    set_cancelled: false,
    refuses_at_inactive: false,
    refuses_unassigned: false,
    // The usual report has open work orders alone.
    lists_closed: false,
    knows_reach: false,
    property_groups: true,
    move_in: true,
    move_out: true,
    // Where the Stack API's adapter puts it: nothing is created here.
    marker: MarkerPlace::TextTag,
    visibility_delay: Duration::ZERO,
    // No report tells when a row changed.
    properties_since: ChangeFilter::None,
    residents_since: ChangeFilter::None,
    work_orders_since: ChangeFilter::None,
};

latchel_sync_core::inventory::submit! {
    PlatformAdapter {
        name: "appfolio-reports",
        title: "AppFolio Reports",
        about: "AppFolio's Reports API (version 2), with a customer's client id and secret; it only reads.",
        settings: &[
            Setting::text("base_url", "The account's host, such as https://example.appfolio.com.").required(),
            Setting::secret("client_id", "The credentials' client id."),
            Setting::secret("client_secret", "The credentials' secret."),
            Setting::text("visibility", "What reports are asked for as `property_visibility` and `unit_visibility`: `all`, so \
                                         that hidden ones come too, or `active`, which is what AppFolio does by itself.")
                .default("all"),
            Setting::text("users", "Names of users, or parts of them, separated by commas. There is no list of users: these \
                                    count as users also while no open work order names them.")
                .default("Latchel"),
            Setting::integer("calls_per_15_seconds", "How many of the account's calls the sync may use.")
                .default_number(CALLS_PER_15_SECONDS),
            Setting::table("status", "AppFolio's words for statuses, separated by commas: `completed`, `cancelled`; every \
                                      other word is an open status.")
                .entries(&[
                    ("completed", "Completed, Completed No Need To Bill, Work Done, Work Completed, Ready to Bill"),
                    ("cancelled", "Canceled, Cancelled"),
                ]),
        ],
        capabilities: CAPABILITIES,
        rate_limits: RATE_LIMITS,
        pages: PageTemplates {
            site: Site::OfBaseUrl("https://*.appfolio.com"),
            work_order: PageTemplate::seen("/maintenance/service_requests/{request}/work_orders/{id}"),
            property: PageTemplate::seen("/properties/{property}"),
            unit: PageTemplate::seen("/properties/{property}/units/{unit}"),
            ..PageTemplates::NONE
        },
        connect,
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Platform>> {
    Ok(Arc::new(platform::Reports::connect(settings)?))
}
