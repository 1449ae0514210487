//! Registry in which adapters make themselves known: a static descriptor each, submitted through `inventory`.
//!
//! ```
//! use latchel_sync_core::registry::{PageTemplate, PageTemplates, PlatformAdapter, RateLimit, Setting, Site};
//! # use latchel_sync_core::{Capabilities, ChangeFilter, MarkerPlace, Platform, Result, registry::Settings};
//! # fn connect(_: &Settings) -> Result<std::sync::Arc<dyn Platform>> { unimplemented!() }
//! latchel_sync_core::inventory::submit! {
//!     PlatformAdapter {
//!         name: "example",
//!         title: "Example PMS",
//!         about: "Speaks to nothing.",
//!         settings: &[Setting::text("base_url", "Where its API is.").default("https://api.example.com")],
//!         capabilities: Capabilities {
//!             create_work_order: true,
//!             assign_user: true,
//!             set_completed: true,
//!             set_cancelled: true,
//!             refuses_at_inactive: false,
//!             refuses_unassigned: false,
//!             lists_closed: true,
//!             knows_reach: false,
//!             property_groups: false,
//!             move_in: true,
//!             move_out: true,
//!             marker: MarkerPlace::TextTag,
//!             visibility_delay: std::time::Duration::ZERO,
//!             properties_since: ChangeFilter::Instant,
//!             residents_since: ChangeFilter::Instant,
//!             work_orders_since: ChangeFilter::Day,
//!         },
//!         rate_limits: &[RateLimit { calls: 10, seconds: 1 }],
//!         pages: PageTemplates {
//!             site: Site::Shared("https://app.example.com"),
//!             work_order: PageTemplate::seen("/work-orders/{id}"),
//!             ..PageTemplates::NONE
//!         },
//!         connect,
//!     }
//! }
//! ```

mod pages;
mod settings;

use std::sync::Arc;

use serde::Serialize;

pub use pages::{PageAddresses, PageOverrides, PageTemplate, PageTemplates, Site};
pub use settings::{
    Access, COMMON_SETTINGS, DefaultValue, LIMIT_GROUP, PlainHttp, Setting, SettingForm, Settings,
};

use crate::mirror::{LatchelSource, Mirror, MirrorStore};
use crate::model::Side;
use crate::{Capabilities, Latchel, Ledger, Platform, Result, Webhooks};

/// A platform adapter's descriptor.
#[derive(Debug)]
pub struct PlatformAdapter {
    /// Its name in the configuration; the name of its folder.
    pub name: &'static str,
    /// The system's name for people.
    pub title: &'static str,
    /// One sentence about which of the system's APIs it speaks.
    pub about: &'static str,
    /// The settings it takes.
    pub settings: &'static [Setting],
    /// Capabilities of the platform.
    pub capabilities: Capabilities,
    /// The rate limits that it keeps; all of them hold at once.
    pub rate_limits: &'static [RateLimit],
    /// Templates of the addresses of the platform's own pages.
    pub pages: PageTemplates,
    /// Makes the adapter from its settings, without any call to the platform.
    pub connect: fn(&Settings) -> Result<Arc<dyn Platform>>,
}

/// A Latchel adapter's descriptor.
#[derive(Debug)]
pub struct LatchelAdapter {
    /// Its name in the configuration; the name of its folder.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// One sentence about which API it speaks.
    pub about: &'static str,
    /// The settings it takes.
    pub settings: &'static [Setting],
    /// Templates of the addresses of Latchel's own pages.
    pub pages: PageTemplates,
    /// Way in which the adapter is made from its settings.
    pub connect: LatchelConnect,
}

/// Way in which a Latchel adapter is made from its settings, without any call to Latchel.
#[derive(Debug, Clone, Copy)]
pub enum LatchelConnect {
    /// It can be asked for anything.
    Whole(fn(&Settings) -> Result<Arc<dyn Latchel>>),
    /// It can only list, and needs a mirror.
    Lists(fn(&Settings) -> Result<Arc<dyn LatchelSource>>),
}

/// A connection to Latchel; nothing is called yet.
#[derive(Debug, Clone)]
pub enum ConnectedLatchel {
    /// It can be asked for anything.
    Whole(Arc<dyn Latchel>),
    /// It can only list, and needs a mirror.
    Lists(Arc<dyn LatchelSource>),
}

impl LatchelAdapter {
    /// Makes the adapter from its settings.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) with the context `key` that names the setting.
    pub fn connect(&self, settings: &Settings) -> Result<ConnectedLatchel> {
        Ok(match self.connect {
            LatchelConnect::Whole(connect) => ConnectedLatchel::Whole(connect(settings)?),
            LatchelConnect::Lists(connect) => ConnectedLatchel::Lists(connect(settings)?),
        })
    }
}

impl ConnectedLatchel {
    /// The connection as an account's engine takes it: with a mirror in `store`, where it needs one. `told` is true in a
    /// process that takes Latchel's webhooks.
    pub fn dressed(
        self,
        ledger: Arc<dyn Ledger>,
        store: Arc<dyn MirrorStore>,
        account: &str,
        told: bool,
    ) -> Arc<dyn Latchel> {
        match self {
            Self::Whole(latchel) => latchel,
            Self::Lists(source) => {
                let mirror = Mirror::new(source, store, ledger, account);
                Arc::new(if told { mirror.with_webhooks() } else { mirror })
            }
        }
    }
}

/// A descriptor of the reader of a system's webhooks. An adapter whose system has none, or none that are signed, has
/// none.
#[derive(Debug)]
pub struct WebhooksAdapter {
    /// The side of the system.
    pub side: Side,
    /// The name of its adapter.
    pub adapter: &'static str,
    /// The settings it takes beside those of the adapter.
    pub settings: &'static [Setting],
    /// Makes the reader from its own settings, and from those of the adapter for a connection that only reads; without
    /// any call.
    pub connect: fn(&Settings, adapter: &Settings) -> Result<Arc<dyn Webhooks>>,
}

inventory::collect!(PlatformAdapter);
inventory::collect!(LatchelAdapter);
inventory::collect!(WebhooksAdapter);

/// Descriptor of the webhook reader of the adapter `name` on `side`, if that has webhooks.
pub fn webhooks(side: Side, name: &str) -> Option<&'static WebhooksAdapter> {
    let of_it = |one: &&WebhooksAdapter| one.side == side && one.adapter == name;
    inventory::iter::<WebhooksAdapter>.into_iter().find(of_it)
}

/// Every registered platform adapter, by name.
pub fn platforms() -> Vec<&'static PlatformAdapter> {
    let mut all: Vec<_> = inventory::iter::<PlatformAdapter>.into_iter().collect();
    all.sort_by_key(|adapter| adapter.name);
    all
}

/// Every registered Latchel adapter, by name.
pub fn latchels() -> Vec<&'static LatchelAdapter> {
    let mut all: Vec<_> = inventory::iter::<LatchelAdapter>.into_iter().collect();
    all.sort_by_key(|adapter| adapter.name);
    all
}

/// A rate limit: so many calls in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RateLimit {
    /// The number of calls.
    pub calls: u32,
    /// The length of the span in seconds.
    pub seconds: u32,
}
