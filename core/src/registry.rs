//! Registry in which adapters make themselves known: a static descriptor each, submitted through `inventory`.
//!
//! ```
//! use latchel_sync_core::registry::{PlatformAdapter, RateLimit, Setting};
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
//!         connect,
//!     }
//! }
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::Side;
use crate::{Capabilities, Error, ErrorKind, Latchel, Platform, Result, Webhooks};

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
    /// Makes the adapter from its settings, without any call to Latchel.
    pub connect: fn(&Settings) -> Result<Arc<dyn Latchel>>,
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

/// One setting that an adapter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its key in the configuration.
    pub key: &'static str,
    /// Purpose, in one sentence.
    pub help: &'static str,
    /// Form of its value.
    pub form: SettingForm,
    /// True if it must be there.
    pub required: bool,
    /// The value that it has when it is left out, as the configuration would spell it.
    pub default: Option<&'static str>,
}

/// Form of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingForm {
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A table of strings.
    Table,
    /// A secret: from an environment variable, a file, or the configuration itself.
    Secret,
}

impl Setting {
    /// An optional text.
    pub const fn text(key: &'static str, help: &'static str) -> Self {
        Self { key, help, form: SettingForm::Text, required: false, default: None }
    }

    /// An optional whole number.
    pub const fn integer(key: &'static str, help: &'static str) -> Self {
        Self { form: SettingForm::Integer, ..Self::text(key, help) }
    }

    /// An optional `true` or `false`.
    pub const fn boolean(key: &'static str, help: &'static str) -> Self {
        Self { form: SettingForm::Boolean, ..Self::text(key, help) }
    }

    /// An optional table of strings.
    pub const fn table(key: &'static str, help: &'static str) -> Self {
        Self { form: SettingForm::Table, ..Self::text(key, help) }
    }

    /// A required secret.
    pub const fn secret(key: &'static str, help: &'static str) -> Self {
        Self { form: SettingForm::Secret, required: true, ..Self::text(key, help) }
    }

    /// The same setting, required.
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same setting, with a default.
    pub const fn default(self, value: &'static str) -> Self {
        Self { default: Some(value), ..self }
    }
}

/// The settings that every adapter takes beside its own; the HTTP client keeps them.
pub const COMMON_SETTINGS: &[Setting] = &[Setting::boolean(
    "allow_plain_http",
    "Whether `base_url` may be plain http on another machine, where anyone on the way can read the credentials.",
)
.default("false")];

/// Access of an adapter to the far side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Access {
    /// Reading and writing: everything that its trait offers.
    #[default]
    ReadAndWrite,
    /// Nothing but read; the HTTP client refuses every other call before it is sent.
    ReadOnly,
}

/// Addresses for which plain http may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlainHttp {
    /// Within this machine only.
    #[default]
    Loopback,
    /// Anywhere, because the configuration says so.
    Anywhere,
}

/// The settings of one adapter in one account. `Debug` shows no secret.
#[derive(Debug, Default)]
pub struct Settings {
    values: serde_json::Map<String, serde_json::Value>,
    secrets: BTreeMap<String, SecretString>,
    access: Access,
    plain_http: PlainHttp,
    time_zone: Option<Tz>,
}

impl Settings {
    /// Settings with these values and secrets.
    pub fn new(
        values: serde_json::Map<String, serde_json::Value>,
        secrets: BTreeMap<String, SecretString>,
    ) -> Self {
        Self { values, secrets, ..Self::default() }
    }

    /// The same settings, for a connection that may do no more than this.
    pub fn with_access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// The same settings, for a connection that may use plain http there.
    pub fn with_plain_http(self, plain_http: PlainHttp) -> Self {
        Self { plain_http, ..self }
    }

    /// The same settings, for an account in this time zone.
    pub fn with_time_zone(self, time_zone: Tz) -> Self {
        Self { time_zone: Some(time_zone), ..self }
    }

    /// Access of the connection.
    pub fn access(&self) -> Access {
        self.access
    }

    /// Addresses for which plain http may be used.
    pub fn plain_http(&self) -> PlainHttp {
        self.plain_http
    }

    /// The account's time zone, in which a platform may tell local times; UTC where nobody said.
    pub fn time_zone(&self) -> Tz {
        self.time_zone.unwrap_or(Tz::UTC)
    }

    /// Reads the values that are not secrets.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] with the context `key` that names the setting.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        let value = serde_json::Value::Object(self.values.clone());
        serde_path_to_error::deserialize(value).map_err(|error| {
            let key = error.path().to_string();
            Error::new(ErrorKind::Config, error.into_inner().to_string()).with("key", key)
        })
    }

    /// The secret `key`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if it is not there.
    pub fn secret(&self, key: &'static str) -> Result<SecretString> {
        self.secrets
            .get(key)
            .cloned()
            .ok_or_else(|| Error::new(ErrorKind::Config, "a secret is missing").with("key", key))
    }
}
