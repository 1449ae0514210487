//! The Rentvine adapter of latchel-sync, for Rentvine's manager API.
//!
//! In its answers every value is a string and every row is in an envelope. A write is sent without an envelope, and an answer to
//! it does not prove that it was done. `README.md` says which facts are unverified.

mod api;
mod config;
mod html;
mod markers;
mod people;
mod platform;
mod primary;
mod properties;
mod residents;
mod statuses;
mod webhooks;
mod wire;
mod work_orders;
mod writes;

use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::model::Side;
use latchel_sync_core::registry::{
    PageTemplate, PageTemplates, PlatformAdapter, RateLimit, Setting, Settings, Site, WebhooksAdapter,
};
use latchel_sync_core::{Capabilities, ChangeFilter, MarkerPlace, Platform, Result};

/// The vendor publishes no number.
const CALLS_PER_SECOND: u32 = 5;
const RATE_LIMITS: &[RateLimit] = &[RateLimit { calls: CALLS_PER_SECOND, seconds: 1 }];

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
    // The list has filters by days, and nothing says of which event; what changed is told by each work order's stamp.
    work_orders_since: ChangeFilter::None,
};

latchel_sync_core::inventory::submit! {
    PlatformAdapter {
        name: "rentvine",
        title: "Rentvine",
        about: "Rentvine's manager API, with an access key and its secret.",
        settings: &[
            Setting::text("base_url", "The account's host, such as https://example.rentvine.com.").required(),
            Setting::secret("access_key", "The API key's access key, of a role that may read all and write work orders."),
            Setting::secret("secret", "The API key's secret."),
            Setting::text("time_zone", "The zone of Rentvine's times, which name none.").default("UTC"),
            // Clients in the field ask for as many.
            Setting::integer("page_size", "How many rows a call asks for.").default_number(200),
            Setting::integer("calls_per_second", "How many calls the sync may make; the vendor publishes no limit.")
                .default_number(CALLS_PER_SECOND),
            Setting::table("users", "Ids of users who are not among the maintenance technicians, by name."),
            Setting::table("status", "The account's statuses, by name or id: `new`, `completed`, `cancelled`; by \
                                      default the account is asked for them."),
        ],
        capabilities: CAPABILITIES,
        rate_limits: RATE_LIMITS,
        pages: PageTemplates {
            site: Site::OfBaseUrl("https://*.rentvine.com"),
            work_order: PageTemplate::seen("/maintenance/work-orders/{id}"),
            property: PageTemplate::seen("/properties/{property}"),
            resident: PageTemplate::guess("/contacts/{resident}"),
            ..PageTemplates::NONE
        },
        connect,
    }
}

latchel_sync_core::inventory::submit! {
    WebhooksAdapter {
        side: Side::Platform,
        adapter: "rentvine",
        settings: &[Setting::secret("secret", "The key with which Rentvine signs, which it shows beside the webhook.")],
        connect: |settings, adapter| Ok(Arc::new(webhooks::Reader::connect(settings, adapter)?)),
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Platform>> {
    Ok(Arc::new(platform::Rentvine::connect(settings)?))
}
