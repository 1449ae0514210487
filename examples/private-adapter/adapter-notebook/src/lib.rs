//! An adapter whose platform is one JSON file, the notebook, in which a property manager keeps everything.

mod notebook;
mod platform;

use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::registry::{PageTemplates, PlatformAdapter, RateLimit, Setting, Settings};
use latchel_sync_core::{Capabilities, ChangeFilter, MarkerPlace, Platform, Result};

const CAPABILITIES: Capabilities = Capabilities {
    create_work_order: true,
    assign_user: true,
    set_completed: true,
    set_cancelled: true,
    refuses_at_inactive: false,
    refuses_unassigned: false,
    lists_closed: true,
    knows_reach: false,
    property_groups: false,
    move_in: true,
    move_out: true,
    marker: MarkerPlace::ReferenceField,
    visibility_delay: Duration::ZERO,
    properties_since: ChangeFilter::None,
    residents_since: ChangeFilter::None,
    work_orders_since: ChangeFilter::None,
};

latchel_sync_core::inventory::submit! {
    PlatformAdapter {
        name: "notebook",
        title: "Notebook",
        about: "A JSON file with properties, residents and work orders.",
        settings: &[Setting::text("file", "The JSON file.").required()],
        capabilities: CAPABILITIES,
        rate_limits: &[RateLimit { calls: 1_000, seconds: 1 }],
        // A file has no pages.
        pages: PageTemplates::NONE,
        connect,
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Platform>> {
    Ok(Arc::new(platform::Notebook::connect(settings)?))
}
