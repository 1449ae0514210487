//! The platform adapter that is measured: as small as one can be over `latchel-sync-http`, and written as
//! `docs/writing-an-adapter.md` says.

mod api;
mod platform;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::registry::{PlatformAdapter, Setting, Settings};
use latchel_sync_core::{Capabilities, ChangeFilter, MarkerPlace, Platform, Result};

/// Its name in a configuration.
pub const NAME: &str = "bench-rest";

const CAPABILITIES: Capabilities = Capabilities {
    create_work_order: false,
    assign_user: false,
    set_completed: false,
    set_cancelled: false,
    refuses_at_inactive: false,
    refuses_unassigned: false,
    knows_reach: false,
    property_groups: false,
    move_in: true,
    move_out: true,
    marker: MarkerPlace::ReferenceField,
    visibility_delay: Duration::ZERO,
    properties_since: ChangeFilter::Instant,
    residents_since: ChangeFilter::Instant,
    work_orders_since: ChangeFilter::Instant,
};

latchel_sync_core::inventory::submit! {
    PlatformAdapter {
        name: NAME,
        title: "Bench",
        about: "The platform of the measurements.",
        settings: &[
            Setting::text("base_url", "Where it is.").required(),
            Setting::integer("page_size", "How many rows a page.").default_number(1_000),
        ],
        capabilities: CAPABILITIES,
        rate_limits: &[],
        connect,
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Platform>> {
    Ok(Arc::new(platform::Adapter::new(api::Api::connect(settings)?)))
}
