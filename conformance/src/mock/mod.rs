//! Far sides of `mock-pms`: any dialect, with the registered adapter of the same name.

mod far_side;
mod records;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use latchel_sync_core::registry::{self, PlatformAdapter, SettingForm, Settings};
use latchel_sync_core::{Platform, Result};
use mock_pms::world::Table;
use mock_pms::{Dialect, GenerateSpec, MockServer, Options, World};
use secrecy::SecretString;

use self::far_side::MockFarSide;
use crate::far_side::{FarSide, Ground, Pace, Recording, Setup};
use crate::report::{Able, Cannot};

/// Beginning of the settings by which an operator gives an adapter fewer calls: `calls_per_second`, `calls_per_minute`
/// and so on. The suite uses them to give it more, where no far side counts.
const PACE_SETTING: &str = "calls_per_";
const NO_HURRY_NEEDED: u32 = 100_000;

/// Runs the suite against a registered adapter over the dialect of the same name.
#[derive(Debug, Clone, Copy)]
pub struct MockSetup {
    adapter: &'static PlatformAdapter,
    dialect: Dialect,
}

impl MockSetup {
    /// The adapter and the dialect with this name.
    ///
    /// # Errors
    ///
    /// A sentence about which of the two is missing.
    pub fn named(name: &str) -> Result<Self, String> {
        let adapter = registry::platforms().into_iter().find(|adapter| adapter.name == name);
        let adapter = adapter.ok_or_else(|| {
            format!("no adapter is registered as {name:?}: is its crate named in adapters/src/lib.rs?")
        })?;
        let dialect = Dialect::named(name).map_err(|error| {
            format!(
                "the adapter {name:?} has nothing to be checked against: {error}; add a dialect of the same name to \
                 `Dialect::ALL` in mock-pms"
            )
        })?;
        Ok(Self { adapter, dialect })
    }
}

#[async_trait]
impl Setup for MockSetup {
    fn subject(&self) -> String {
        format!("{} over the mock's dialect", self.adapter.title)
    }

    fn adapter(&self) -> Option<&'static PlatformAdapter> {
        Some(self.adapter)
    }

    async fn fresh(&self, ground: Ground) -> Able<Box<dyn FarSide>> {
        let rate_limits = match ground.pace {
            Pace::Unlimited => Some(Vec::new()),
            Pace::Rationed => None,
        };
        let keep_responses = ground.recording == Recording::Answers;
        let options = Options { platform: self.dialect, rate_limits, keep_responses, ..Options::default() };
        let server = MockServer::start(empty_world(ground), options).await;
        let server = server.map_err(|error| Cannot::to(format!("start: {error}")))?;
        let entry = Entry { adapter: self.adapter, dialect: self.dialect, pace: ground.pace };
        let platform = entry.connect(&server, str::to_owned).map_err(|error| {
            Cannot::to(format!("be connected to with what `Dialect::credentials` gives: {error}"))
        })?;
        Ok(Box::new(MockFarSide::new(server, platform, entry)))
    }
}

/// An account without records that the suite counts. The generated world has everything else that a dialect needs.
fn empty_world(ground: Ground) -> World {
    let now = "2026-03-02T20:00:00Z".parse().unwrap_or_default();
    let mut world = World::generate(&GenerateSpec { units: 1, seed: 1, now });
    let platform = &mut world.platform;
    platform.account.timezone = ground.time_zone;
    platform.work_orders = Table::default();
    platform.tasks = Table::default();
    platform.leases = Table::default();
    platform.tenants = Table::default();
    platform.property_groups = Table::default();
    platform.units = Table::default();
    platform.properties = Table::default();
    let latchel = &mut world.latchel;
    latchel.jobs = Table::default();
    latchel.residents = Table::default();
    latchel.properties = Table::default();
    world
}

/// An adapter with its dialect, and the rationing of its calls.
#[derive(Debug, Clone, Copy)]
struct Entry {
    adapter: &'static PlatformAdapter,
    dialect: Dialect,
    pace: Pace,
}

impl Entry {
    /// Connects the adapter with the dialect's credentials, after `change` of each secret.
    fn connect(&self, server: &MockServer, change: impl Fn(&str) -> String) -> Result<Arc<dyn Platform>> {
        let mut values = serde_json::Map::new();
        values.insert("base_url".to_owned(), server.platform_url().into());
        let mut secrets = BTreeMap::new();
        for (key, value) in server.read(|world| self.dialect.credentials(world)) {
            if self.is_secret(key) {
                secrets.insert(key.to_owned(), SecretString::from(change(&value)));
            } else {
                values.insert(key.to_owned(), value.into());
            }
        }
        let paces = self.adapter.settings.iter().filter(|setting| setting.key.starts_with(PACE_SETTING));
        for setting in paces.filter(|_| self.pace == Pace::Unlimited) {
            values.insert(setting.key.to_owned(), NO_HURRY_NEEDED.into());
        }
        let time_zone = server.read(|world| world.platform.account.timezone);
        (self.adapter.connect)(
            &Settings::new(self.adapter.settings, values, secrets).with_time_zone(time_zone),
        )
    }

    fn secrets(&self, world: &World) -> Vec<String> {
        let all = self.dialect.credentials(world).into_iter();
        all.filter(|(key, _)| self.is_secret(key)).map(|(_, value)| value).collect()
    }

    fn is_secret(&self, key: &str) -> bool {
        let settings = self.adapter.settings.iter();
        settings.filter(|setting| setting.form == SettingForm::Secret).any(|setting| setting.key == key)
    }
}
