use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::engine::{AccountSettings, Engine};
use latchel_sync_core::model::Side;
use latchel_sync_core::registry::PageAddresses;
use latchel_sync_core::{Latchel, Ledger, Platform, Result};

use crate::schedule::Schedule;
use crate::webhooks::Readers;

/// An account that the server syncs.
#[derive(Clone)]
pub struct Account {
    /// Its configuration.
    pub settings: AccountSettings,
    /// The platform's name for people.
    pub platform_title: &'static str,
    /// The platform.
    pub platform: Arc<dyn Platform>,
    /// Latchel.
    pub latchel: Arc<dyn Latchel>,
    /// Timetables by which it is synced automatically.
    pub schedule: Schedule,
    /// Readers of the webhooks of the two systems.
    pub webhooks: Readers,
    /// Days on which its credentials stop working.
    pub expiries: Expiries,
    /// Addresses of the pages on which people see its records.
    pub pages: AccountPages,
    /// Source of a report about its platform for whoever is asked for help.
    pub reporter: Arc<dyn Reporter>,
}

/// Source of a report about an account's platform: what holds of the way in which the adapter uses it, without a word of
/// anybody's records.
#[async_trait]
pub trait Reporter: Send + Sync {
    /// Reads from the platform, writes nothing, and returns the report as text of several lines.
    ///
    /// # Errors
    ///
    /// If the platform's settings cannot be used. A platform that does not answer is a line of the report.
    async fn report(&self, now: DateTime<Utc>) -> Result<String>;
}

/// Addresses of the pages of an account's two systems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountPages {
    /// The platform's.
    pub platform: PageAddresses,
    /// Latchel's.
    pub latchel: PageAddresses,
}

impl AccountPages {
    /// The pages of one side.
    pub fn of(&self, side: Side) -> &PageAddresses {
        match side {
            Side::Platform => &self.platform,
            Side::Latchel => &self.latchel,
        }
    }
}

/// The days on which an account's credentials stop working, local dates of the account. They are what somebody wrote down: no
/// contract sheet has a call that says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expiries {
    /// The platform's.
    pub platform: Option<NaiveDate>,
    /// Latchel's.
    pub latchel: Option<NaiveDate>,
}

impl Account {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Its engine over this ledger.
    pub fn engine(&self, ledger: Arc<dyn Ledger>) -> Engine {
        Engine::new(self.settings.clone(), self.platform.clone(), self.latchel.clone(), ledger)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("name", &self.settings.name).finish_non_exhaustive()
    }
}
