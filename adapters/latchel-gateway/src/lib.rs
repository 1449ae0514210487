//! The adapter of latchel-sync for a gateway before Latchel.
//!
//! It speaks a contract of the project's own, `contracts/latchel.openapi.json`, for whoever puts a service of their own
//! between this sync and Latchel: pages of 500, look-ups by reference, instants. Latchel itself speaks its Partner API, which
//! is the adapter `latchel`.

mod api;
mod config;
mod latchel;
mod wire;

use std::sync::Arc;

use adapter_latchel::{Heard, WebhookReader};
use latchel_sync_core::model::Side;
use latchel_sync_core::registry::{
    LatchelAdapter, LatchelConnect, PageTemplates, Setting, Settings, WebhooksAdapter,
};
use latchel_sync_core::{Latchel, Result};

latchel_sync_core::inventory::submit! {
    LatchelAdapter {
        name: "latchel-gateway",
        title: "Latchel gateway",
        about: "A gateway before Latchel, over the project's own HTTP contract (contracts/latchel.openapi.json).",
        settings: &[
            Setting::text("base_url", "Where the gateway is.").required(),
            Setting::integer("calls_per_second", "The most calls in a second; without it only what the gateway refuses \
                slows a sync down."),
            Setting::secret("api_key", "The gateway's key."),
        ],
        // Whoever has a gateway says in the configuration what stands behind it.
        pages: PageTemplates::NONE,
        connect: LatchelConnect::Whole(connect),
    }
}

latchel_sync_core::inventory::submit! {
    WebhooksAdapter {
        side: Side::Latchel,
        adapter: "latchel-gateway",
        settings: &[Setting::secret("latchel_key", "The UUID that Latchel sends with each webhook of this account.")],
        connect: |settings, _| Ok(Arc::new(WebhookReader::new(settings, Heard::WorkOrders)?)),
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Latchel>> {
    Ok(Arc::new(latchel::Adapter::new(api::Api::connect(settings)?)))
}
