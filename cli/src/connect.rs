//! From an account's configuration to an engine.

mod books;
mod served;

use std::sync::Arc;

use latchel_sync_core::engine::Engine;
use latchel_sync_core::ledger::Overlay;
use latchel_sync_core::mirror::MirrorStore;
use latchel_sync_core::model::Side;
use latchel_sync_core::registry::{
    self, Access, ConnectedLatchel, LatchelAdapter, PlatformAdapter, Setting, Settings,
};
use latchel_sync_core::{Error, ErrorKind, Ledger, LedgerAdmin, Platform, Webhooks};
use latchel_sync_ledger::SqliteLedger;
use latchel_sync_server::Readers;

use crate::config::{Account, Config};
use crate::exit::Failure;

pub(crate) use books::{Books, kept_accounts, reading_books, reading_ledger, with_books, with_ledger};
pub(crate) use served::{mistake, problem, readers, served};

impl Config {
    /// Each account's platform and Latchel, ready to call; nothing is called yet.
    ///
    /// # Errors
    ///
    /// Names the setting that an adapter does not take, or that is missing.
    pub fn far_sides(&self) -> Result<Vec<FarSides>, Failure> {
        self.accounts.iter().map(|account| far_sides(account)).collect()
    }

    /// Readers of each account's webhooks; nothing is called yet.
    ///
    /// # Errors
    ///
    /// As for [`Config::far_sides`], and if a system has no webhooks.
    pub fn webhooks(&self) -> Result<Vec<Readers>, Failure> {
        self.accounts.iter().map(|account| webhooks(account)).collect()
    }
}

/// The platform adapter that an account names.
pub(crate) fn platform_adapter(account: &Account) -> Result<&'static PlatformAdapter, Failure> {
    let name = account.platform.get("adapter").and_then(toml::Value::as_str).unwrap_or_default();
    registry::platforms().into_iter().find(|adapter| adapter.name == name).ok_or_else(|| {
        let known: Vec<_> = registry::platforms().iter().map(|adapter| adapter.name).collect();
        account
            .problem("platform", "adapter", &format!("there is no adapter {name:?}"))
            .hint(format!("adapters: {}", known.join(", ")))
    })
}

/// The adapter for Latchel that an account names, or has by default.
pub(crate) fn latchel_adapter(account: &Account) -> Result<&'static LatchelAdapter, Failure> {
    let name = account.latchel.get("adapter").and_then(toml::Value::as_str).unwrap_or("latchel");
    registry::latchels().into_iter().find(|adapter| adapter.name == name).ok_or_else(|| {
        let known: Vec<_> = registry::latchels().iter().map(|adapter| adapter.name).collect();
        account
            .problem("latchel", "adapter", &format!("there is no adapter {name:?}"))
            .hint(format!("adapters: {}", known.join(", ")))
    })
}

/// Puts an account's engine together; nothing is called yet.
pub(crate) fn engine(
    account: &Account,
    ledger: Arc<dyn Ledger>,
    mirror: Arc<dyn MirrorStore>,
) -> Result<Engine, Failure> {
    let (platform, latchel) = far_sides(account)?;
    let latchel = latchel.dressed(ledger.clone(), mirror, &account.settings.name, false);
    Ok(Engine::new(account.settings.clone(), platform, latchel, ledger))
}

/// An account's engine over a ledger that is only read: what a mirror learns on the way is kept for this moment alone.
pub(crate) async fn reading_engine(account: &Account, real: Arc<dyn LedgerAdmin>) -> Result<Engine, Failure> {
    let ledger = Arc::new(Overlay::new(real, Arc::new(SqliteLedger::scratch().await?)));
    engine(account, ledger.clone(), ledger)
}

/// Readers of an account's webhooks, as far as it has any; nothing is called yet.
pub(crate) fn webhooks(account: &Account) -> Result<Readers, Failure> {
    let of_platform = || {
        let adapter = platform_adapter(account)?;
        reader(account, Side::Platform, adapter.name, adapter.settings)
    };
    let of_latchel = || {
        let adapter = latchel_adapter(account)?;
        reader(account, Side::Latchel, adapter.name, adapter.settings)
    };
    let platform = account.webhooks.platform.is_some().then(of_platform).transpose()?;
    let latchel = account.webhooks.latchel.is_some().then(of_latchel).transpose()?;
    Ok(Readers { platform, latchel })
}

fn reader(
    account: &Account,
    side: Side,
    name: &str,
    known: &[Setting],
) -> Result<Arc<dyn Webhooks>, Failure> {
    let (section, of_adapter) = match side {
        Side::Platform => ("webhooks.platform", "platform"),
        Side::Latchel => ("webhooks", "latchel"),
    };
    let Some(webhooks) = registry::webhooks(side, name) else {
        let key = if side == Side::Platform { "platform" } else { "latchel_key" };
        let problem = format!("the adapter {name:?} has no webhooks");
        return Err(account.problem("webhooks", key, &problem).hint("its changes are seen by the schedule"));
    };
    let own = account.settings(section, webhooks.settings)?;
    let adapter = account.settings(of_adapter, known)?.with_access(Access::ReadOnly);
    (webhooks.connect)(&own, &adapter).map_err(|error| wrong(account, section, error))
}

/// An account's platform and its Latchel.
pub type FarSides = (Arc<dyn Platform>, ConnectedLatchel);

/// An account's platform and Latchel; nothing is called yet.
pub(crate) fn far_sides(account: &Account) -> Result<FarSides, Failure> {
    // A mistake of either is told of before anything is made.
    let of_latchel = latchel_settings(account);
    let platform = platform(account, &platform_settings(account)?)?;
    Ok((platform, latchel(account, &of_latchel?)?))
}

/// Settings of the account's platform.
pub(crate) fn platform_settings(account: &Account) -> Result<Settings, Failure> {
    account.settings("platform", platform_adapter(account)?.settings)
}

/// Settings of the account's Latchel.
pub(crate) fn latchel_settings(account: &Account) -> Result<Settings, Failure> {
    account.settings("latchel", latchel_adapter(account)?.settings)
}

/// The platform by these settings.
pub(crate) fn platform(account: &Account, settings: &Settings) -> Result<Arc<dyn Platform>, Failure> {
    let adapter = platform_adapter(account)?;
    (adapter.connect)(settings).map_err(|error| wrong(account, "platform", error))
}

/// Latchel by these settings.
pub(crate) fn latchel(account: &Account, settings: &Settings) -> Result<ConnectedLatchel, Failure> {
    latchel_adapter(account)?.connect(settings).map_err(|error| wrong(account, "latchel", error))
}

/// An adapter that refuses its settings, with the place in the configuration.
pub(crate) fn wrong(account: &Account, section: &'static str, error: Error) -> Failure {
    match (error.kind(), error.context("key")) {
        (ErrorKind::Config, Some(key)) => account.problem(section, key, error.message()),
        _ => Failure::from(error),
    }
}
