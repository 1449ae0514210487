//! Verification of an account's adapter against its live platform, by a connection that only reads.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_conformance::live::{Confidential, Extent, LiveReport, verify};
use latchel_sync_core::Result;
use latchel_sync_core::registry::{Access, PlatformAdapter, SettingForm, Settings};
use latchel_sync_server::Reporter;
use secrecy::ExposeSecret;

use crate::config::Account;
use crate::connect;
use crate::exit::Failure;

/// Number of days to look back, unless somebody asks for others.
pub(crate) const DAYS: u32 = 30;
/// Number of rows after which a list is left, unless somebody asks for others.
pub(crate) const ROWS: usize = 2_000;

/// What is needed to hold an account's adapter against its platform; nothing is connected before it is asked.
#[derive(Clone)]
pub(crate) struct Verification {
    adapter: &'static PlatformAdapter,
    settings: Settings,
    /// Texts that must not stand in a report: the account's name, and what its settings say of it.
    names: Vec<String>,
}

impl Verification {
    pub fn of(account: &Account) -> std::result::Result<Self, Failure> {
        let adapter = connect::platform_adapter(account)?;
        let settings = account.settings("platform", adapter.settings)?.with_access(Access::ReadOnly);
        let open = adapter.settings.iter().filter(|setting| setting.form != SettingForm::Secret);
        let texts = open.filter_map(|setting| account.platform.get(setting.key)?.as_str());
        let names = [account.settings.name.as_str()].into_iter().chain(texts).map(str::to_owned).collect();
        Ok(Self { adapter, settings, names })
    }

    /// Makes every check. `progress` is told the name of each step before it is taken.
    ///
    /// # Errors
    ///
    /// If the adapter does not take its settings.
    pub async fn make(&self, extent: Extent, progress: &(dyn Fn(&str) + Sync)) -> Result<LiveReport> {
        let platform = (self.adapter.connect)(&self.settings)?;
        let secret = |key| self.settings.secret(key).ok().map(|secret| secret.expose_secret().to_owned());
        let secrets = self.adapter.settings.iter().filter(|setting| setting.form == SettingForm::Secret);
        let secrets = secrets.filter_map(|setting| secret(setting.key)).collect();
        let confidential = Confidential { secrets, names: self.names.clone() };
        Ok(verify(self.adapter, platform, confidential, extent, progress).await)
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification").field("adapter", &self.adapter.name).finish_non_exhaustive()
    }
}

#[async_trait]
impl Reporter for Verification {
    async fn report(&self, now: DateTime<Utc>) -> Result<String> {
        let extent = Extent { now, days: DAYS, rows: ROWS };
        let report = self.make(extent, &|_| {}).await?;
        Ok(format!("latchel-sync {}\n{report}", env!("CARGO_PKG_VERSION")))
    }
}
