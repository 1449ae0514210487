//! From an account's configuration to an engine.

use std::sync::Arc;

use latchel_sync_core::engine::Engine;
use latchel_sync_core::ledger::Overlay;
use latchel_sync_core::mirror::MirrorStore;
use latchel_sync_core::model::Side;
use latchel_sync_core::registry::{
    self, Access, ConnectedLatchel, LatchelAdapter, PageAddresses, PlatformAdapter, Setting,
};
use latchel_sync_core::shared_limits::SharedLimits;
use latchel_sync_core::{Error, ErrorKind, Ledger, LedgerAdmin, Platform, Webhooks};
use latchel_sync_http::CallLimits;
use latchel_sync_ledger::desk::Desk;
use latchel_sync_ledger::{PostgresLedger, SqliteLedger};
use latchel_sync_server::{AccountPages, Readers};
use secrecy::ExposeSecret;

use crate::config::{Account, Config, LedgerLocation};
use crate::exit::Failure;
use crate::verification::Verification;

impl Config {
    /// Each account's platform and Latchel, ready to call; nothing is called yet.
    ///
    /// # Errors
    ///
    /// Names the setting that an adapter does not take, or that is missing.
    pub fn far_sides(&self) -> Result<Vec<FarSides>, Failure> {
        self.accounts.iter().map(|account| far_sides(self, account)).collect()
    }

    /// Readers of each account's webhooks; nothing is called yet.
    ///
    /// # Errors
    ///
    /// As for [`Config::far_sides`], and if a system has no webhooks.
    pub fn webhooks(&self) -> Result<Vec<Readers>, Failure> {
        self.accounts.iter().map(|account| webhooks(self, account)).collect()
    }
}

/// The platform adapter that an account names.
pub(crate) fn platform_adapter(
    config: &Config,
    account: &Account,
) -> Result<&'static PlatformAdapter, Failure> {
    let name = account.platform.get("adapter").and_then(toml::Value::as_str).unwrap_or_default();
    registry::platforms().into_iter().find(|adapter| adapter.name == name).ok_or_else(|| {
        let known: Vec<_> = registry::platforms().iter().map(|adapter| adapter.name).collect();
        config
            .problem(account, "platform", "adapter", &format!("there is no adapter {name:?}"))
            .hint(format!("adapters: {}", known.join(", ")))
    })
}

/// The adapter for Latchel that an account names, or has by default.
pub(crate) fn latchel_adapter(
    config: &Config,
    account: &Account,
) -> Result<&'static LatchelAdapter, Failure> {
    let name = account.latchel.get("adapter").and_then(toml::Value::as_str).unwrap_or("latchel");
    registry::latchels().into_iter().find(|adapter| adapter.name == name).ok_or_else(|| {
        let known: Vec<_> = registry::latchels().iter().map(|adapter| adapter.name).collect();
        config
            .problem(account, "latchel", "adapter", &format!("there is no adapter {name:?}"))
            .hint(format!("adapters: {}", known.join(", ")))
    })
}

/// Puts an account's engine together; nothing is called yet.
pub(crate) fn engine(
    config: &Config,
    account: &Account,
    ledger: Arc<dyn Ledger>,
    mirror: Arc<dyn MirrorStore>,
) -> Result<Engine, Failure> {
    let (platform, latchel) = far_sides(config, account)?;
    let latchel = latchel.dressed(ledger.clone(), mirror, &account.settings.name, false);
    Ok(Engine::new(account.settings.clone(), platform, latchel, ledger))
}

/// An account's engine over a ledger that is only read: what a mirror learns on the way is kept for this moment alone.
pub(crate) async fn reading_engine(
    config: &Config,
    account: &Account,
    real: Arc<dyn LedgerAdmin>,
) -> Result<Engine, Failure> {
    let ledger = Arc::new(Overlay::new(real, Arc::new(SqliteLedger::scratch().await?)));
    engine(config, account, ledger.clone(), ledger)
}

/// An account as the server takes it; nothing is called yet.
pub(crate) fn served(
    config: &Config,
    account: &Account,
    ledger: &Arc<dyn LedgerAdmin>,
) -> Result<latchel_sync_server::Account, Failure> {
    let (platform, latchel) = far_sides(config, account)?;
    let webhooks = webhooks(config, account)?;
    let told = webhooks.latchel.is_some();
    let latchel = latchel.dressed(ledger.clone(), ledger.clone(), &account.settings.name, told);
    Ok(latchel_sync_server::Account {
        settings: account.settings.clone(),
        platform_title: platform_adapter(config, account)?.title,
        platform,
        latchel,
        schedule: account.schedule.clone(),
        webhooks,
        expiries: account.expiries,
        pages: pages(config, account)?,
        reporter: Arc::new(Verification::of(config, account)?),
    })
}

/// Problem of an account's settings, which keeps this process from syncing it; nothing is called.
pub(crate) fn problem(config: &Config, account: &Account) -> Option<String> {
    let sides = far_sides(config, account).err();
    let webhooks = || webhooks(config, account).err();
    let pages = || pages(config, account).err();
    sides.or_else(webhooks).or_else(pages).map(|failure| failure.line())
}

/// Readers of an account's webhooks, as far as it has any; nothing is called yet.
pub(crate) fn webhooks(config: &Config, account: &Account) -> Result<Readers, Failure> {
    let of_platform = || {
        let adapter = platform_adapter(config, account)?;
        reader(config, account, Side::Platform, adapter.name, adapter.settings)
    };
    let of_latchel = || {
        let adapter = latchel_adapter(config, account)?;
        reader(config, account, Side::Latchel, adapter.name, adapter.settings)
    };
    let platform = account.webhooks.platform.is_some().then(of_platform).transpose()?;
    let latchel = account.webhooks.latchel.is_some().then(of_latchel).transpose()?;
    Ok(Readers { platform, latchel })
}

fn reader(
    config: &Config,
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
        return Err(config
            .problem(account, "webhooks", key, &problem)
            .hint("its changes are seen by the schedule"));
    };
    let own = config.settings(account, section, webhooks.settings)?;
    let adapter = config.settings(account, of_adapter, known)?.with_access(Access::ReadOnly);
    (webhooks.connect)(&own, &adapter).map_err(|error| wrong(config, account, section, error))
}

/// An account's platform and its Latchel.
pub type FarSides = (Arc<dyn Platform>, ConnectedLatchel);

/// An account's platform and Latchel; nothing is called yet.
pub(crate) fn far_sides(config: &Config, account: &Account) -> Result<FarSides, Failure> {
    let latchel = latchel_adapter(config, account)?;
    let platform = platform(config, account)?;
    let settings = config.settings(account, "latchel", latchel.settings)?;
    let latchel = latchel.connect(&settings).map_err(|error| wrong(config, account, "latchel", error))?;
    Ok((platform, latchel))
}

/// Addresses of the pages of an account's two systems.
fn pages(config: &Config, account: &Account) -> Result<AccountPages, Failure> {
    let (of_platform, of_latchel) = (platform_adapter(config, account)?, latchel_adapter(config, account)?);
    let sides = [
        ("platform", of_platform.settings, &of_platform.pages, &account.platform_pages),
        ("latchel", of_latchel.settings, &of_latchel.pages, &account.latchel_pages),
    ];
    let [platform, latchel] = sides.map(|(section, settings, templates, overrides)| {
        let settings = config.settings(account, section, settings)?;
        PageAddresses::new(templates, settings.base_url(), overrides)
            .map_err(|error| wrong(config, account, section, error))
    });
    Ok(AccountPages { platform: platform?, latchel: latchel? })
}

fn platform(config: &Config, account: &Account) -> Result<Arc<dyn Platform>, Failure> {
    let adapter = platform_adapter(config, account)?;
    let settings = config.settings(account, "platform", adapter.settings)?;
    (adapter.connect)(&settings).map_err(|error| wrong(config, account, "platform", error))
}

/// An adapter that refuses its settings, with the place in the configuration.
pub(crate) fn wrong(config: &Config, account: &Account, section: &'static str, error: Error) -> Failure {
    match (error.kind(), error.context("key")) {
        (ErrorKind::Config, Some(key)) => config.problem(account, section, key, error.message()),
        _ => Failure::from(error),
    }
}

/// Does `work` with the ledger, which is made if it is not there yet, and closes it however that ends.
pub(crate) async fn with_ledger<T>(
    config: &Config,
    work: impl AsyncFnOnce(Arc<dyn LedgerAdmin>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with_books(config, async |books| work(books.ledger).await).await
}

/// Does `work`, which only reads, with the ledger: an empty one if there is none yet, which is not made.
pub(crate) async fn reading_ledger<T>(
    config: &Config,
    work: impl AsyncFnOnce(Arc<dyn LedgerAdmin>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    reading_books(config, async |books| work(books.ledger).await).await
}

/// Does `work`, which only reads, with the ledger and the desk: empty ones if there are none yet, which are not made.
pub(crate) async fn reading_books<T>(
    config: &Config,
    work: impl AsyncFnOnce(Books) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let Books { ledger, desk } = books_to_read(config).await?;
    closing(ledger, async |ledger| work(Books { ledger, desk }).await).await
}

async fn closing<T>(
    ledger: Arc<dyn LedgerAdmin>,
    work: impl AsyncFnOnce(Arc<dyn LedgerAdmin>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let done = work(ledger.clone()).await;
    CallLimits::of_process().unshare().await;
    // What the work says went wrong comes first.
    let closed = ledger.close().await;
    let done = done?;
    closed?;
    Ok(done)
}

/// Memory of the sync (the ledger) and of the server (the desk), in one place.
pub(crate) struct Books {
    pub ledger: Arc<dyn LedgerAdmin>,
    pub desk: Arc<dyn Desk>,
}

impl Books {
    fn of(opened: impl LedgerAdmin + Desk + 'static) -> Self {
        let opened = Arc::new(opened);
        Self { ledger: opened.clone(), desk: opened }
    }

    /// The same of what several processes use: they keep the systems' rate limits together from now on.
    fn shared(opened: impl LedgerAdmin + Desk + SharedLimits + Clone + 'static) -> Self {
        CallLimits::of_process().share(Arc::new(opened.clone()));
        Self::of(opened)
    }
}

/// Does `work` with the ledger and the desk, which are made if they are not there yet, and closes them however that ends.
pub(crate) async fn with_books<T>(
    config: &Config,
    work: impl AsyncFnOnce(Books) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let Books { ledger, desk } = books(config).await?;
    closing(ledger, async |ledger| work(Books { ledger, desk }).await).await
}

async fn books(config: &Config) -> Result<Books, Failure> {
    Ok(match &config.ledger {
        LedgerLocation::File(path) => Books::of(SqliteLedger::open(path).await?.with_lease(config.lease)),
        LedgerLocation::Postgres(url) => {
            Books::shared(PostgresLedger::open(url.expose_secret()).await?.with_lease(config.lease))
        }
    })
}

async fn books_to_read(config: &Config) -> Result<Books, Failure> {
    let found = match &config.ledger {
        LedgerLocation::File(path) => SqliteLedger::open_existing(path).await?.map(Books::of),
        LedgerLocation::Postgres(url) => {
            PostgresLedger::open_existing(url.expose_secret()).await?.map(Books::shared)
        }
    };
    match found {
        Some(books) => Ok(books),
        None => Ok(Books::of(SqliteLedger::in_memory().await?)),
    }
}
