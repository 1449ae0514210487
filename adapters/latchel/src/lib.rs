//! The Latchel adapter of latchel-sync.
//!
//! Latchel's partner API is not public, so the adapter speaks a contract of the project's own,
//! `contracts/latchel.openapi.json`, which uses the public webhook field names where there are any. Only `api.rs` (paths,
//! header, paging) and `wire.rs` (shapes, spellings) will change when the real reference is available.

mod api;
mod config;
mod latchel;
mod webhooks;
mod wire;

use std::sync::Arc;

use latchel_sync_core::model::Side;
use latchel_sync_core::registry::{LatchelAdapter, Setting, Settings, WebhooksAdapter};
use latchel_sync_core::{Latchel, Result};

latchel_sync_core::inventory::submit! {
    LatchelAdapter {
        name: "latchel",
        title: "Latchel",
        about: "Latchel over the project's own HTTP contract (contracts/latchel.openapi.json).",
        settings: &[
            Setting::text("base_url", "Where the API is; Latchel names it with the key.").required(),
            Setting::integer("calls_per_second", "The most calls in a second; no limit is known, so that without one only what \
                Latchel refuses slows a sync down."),
            Setting::secret("api_key", "The key, from Account Settings, Integrations, API Key."),
        ],
        connect,
    }
}

latchel_sync_core::inventory::submit! {
    WebhooksAdapter {
        side: Side::Latchel,
        adapter: "latchel",
        settings: &[Setting::secret("latchel_key", "The UUID that Latchel sends with each webhook of this account.")],
        connect: |settings, _| Ok(Arc::new(webhooks::Reader::new(settings)?)),
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn Latchel>> {
    Ok(Arc::new(latchel::Adapter::new(api::Api::connect(settings)?)))
}
