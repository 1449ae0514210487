//! The adapter of latchel-sync for Latchel's Partner API.
//!
//! The API can only list, ten rows a page, so that the adapter is a [`LatchelSource`]
//! that a mirror dresses. The reading part follows what users of the API report (contract sheet `latchel-papi.md`); nothing of
//! it was tried against Latchel itself. The writing part is not public: all guesses stand in `guesses.rs` and are off until
//! somebody confirms them, by `verify/`.

mod api;
mod config;
mod guesses;
mod source;
mod states;
mod verify;
mod webhooks;
mod wire;

use std::sync::Arc;

use latchel_sync_core::Result;
use latchel_sync_core::guesses::GuessesAdapter;
use latchel_sync_core::mirror::LatchelSource;
use latchel_sync_core::model::Side;
use latchel_sync_core::registry::{
    LatchelAdapter, LatchelConnect, PageTemplate, PageTemplates, Setting, Settings, Site, WebhooksAdapter,
};

pub use webhooks::{Heard, Reader as WebhookReader};

/// Address of the API.
const ADDRESS: &str = "https://papi.latchel.com/v1";

latchel_sync_core::inventory::submit! {
    LatchelAdapter {
        name: "latchel",
        title: "Latchel",
        about: "Latchel's Partner API; reading as its users report it, writing as guessed and off by default.",
        settings: &[
            // The sandbox, which has a key of its own, is https://latchel-demo.com/v1.
            Setting::text("base_url", "Where the API is.").default(ADDRESS),
            Setting::text("writes", "`on` or `off`: whether anything is written to Latchel. How it takes writes is not public, so \
                that they are off until the guesses are confirmed, by `adapters verify latchel` (docs/latchel.md).").default("off"),
            Setting::decimal("calls_share", "Share of the key's 600 calls in 10 minutes that the sync may use; other tools use \
                the same key.").default_decimal("0.8"),
            Setting::integer("calls_per_span", "The key's calls in 10 minutes, where Latchel has agreed to another number.")
                .default_number(600),
            Setting::boolean("other_host", "Whether `base_url` may be at a host that is not Latchel's, such as a proxy before it.")
                .default_flag(false),
            Setting::secret("api_key", "The key, from Account Settings, Integrations, API Key."),
        ],
        pages: PageTemplates {
            site: Site::Shared("https://app.latchel.com"),
            work_order: PageTemplate::seen("/admin/work-order/{slug}"),
            ..PageTemplates::NONE
        },
        connect: LatchelConnect::Lists(connect),
    }
}

latchel_sync_core::inventory::submit! {
    GuessesAdapter { adapter: "latchel", guesses: &verify::Guessed }
}

latchel_sync_core::inventory::submit! {
    WebhooksAdapter {
        side: Side::Latchel,
        adapter: "latchel",
        settings: &[Setting::secret("latchel_key", "The UUID that Latchel sends with each webhook of this account.")],
        connect: |settings, _| Ok(Arc::new(webhooks::Reader::new(settings, Heard::Everything)?)),
    }
}

fn connect(settings: &Settings) -> Result<Arc<dyn LatchelSource>> {
    Ok(Arc::new(source::Source::new(api::Api::connect(settings)?)))
}
