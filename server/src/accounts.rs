mod keeper;
mod served;
mod systems;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use latchel_sync_core::engine::{AccountSettings, Engine};
use latchel_sync_core::model::Side;
use latchel_sync_core::registry::PageAddresses;
use latchel_sync_core::{Ledger, Result};
use serde::Serialize;
use utoipa::ToSchema;

pub use keeper::{Change, Changed, Keeper, Kept};
pub use served::{Accounts, LeftOut, Served, Why};
pub use systems::{Connected, Systems};

use crate::schedule::Schedule;
use crate::webhooks::Readers;

/// An account that the server syncs.
#[derive(Clone)]
pub struct Account {
    /// Its configuration.
    pub settings: AccountSettings,
    /// The platform's name for people.
    pub platform_title: &'static str,
    /// Place of its configuration.
    pub origin: Origin,
    /// Its two systems.
    pub systems: Arc<dyn Systems>,
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

/// Place of an account's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AccountSource)]
pub enum Origin {
    /// The configuration file.
    File,
    /// The ledger, where it can be changed while servers run.
    Ledger,
}

impl Origin {
    /// The place, for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Ledger => "ledger",
        }
    }
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

    /// Its engine over this ledger; the systems are connected if they are not yet.
    ///
    /// # Errors
    ///
    /// If the systems' settings can no longer be used.
    pub fn engine(&self, ledger: Arc<dyn Ledger>) -> Result<Engine> {
        let Connected { platform, latchel } = self.systems.connected()?;
        Ok(Engine::new(self.settings.clone(), platform, latchel, ledger))
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("name", &self.settings.name).finish_non_exhaustive()
    }
}
