//! An account as the server takes it: its configuration is checked, and what speaks to its systems is made when it is first used.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchel_sync_core::model::{RecordKey, Side};
use latchel_sync_core::registry::{PageAddresses, Settings};
use latchel_sync_core::{Error, ErrorKind, Headers, LedgerAdmin, Result, Webhooks};
use latchel_sync_server::{AccountPages, Connected, Readers, Reporter, Systems};

use super::{latchel, latchel_adapter, latchel_settings, platform, platform_adapter, platform_settings};
use crate::config::Account;
use crate::exit::Failure;
use crate::verification::Verification;

/// An account as the server takes it; nothing is called yet.
pub(crate) fn served(
    account: &Arc<Account>,
    ledger: &Arc<dyn LedgerAdmin>,
) -> std::result::Result<latchel_sync_server::Account, Failure> {
    if let Some(failure) = mistake(account) {
        return Err(failure);
    }
    let systems = OnUse { account: account.clone(), ledger: ledger.clone(), made: Mutex::default() };
    Ok(latchel_sync_server::Account {
        settings: account.settings.clone(),
        platform_title: platform_adapter(account)?.title,
        origin: account.origin(),
        systems: Arc::new(systems),
        schedule: account.schedule.clone(),
        webhooks: readers(account)?,
        expiries: account.expiries,
        pages: pages(account)?,
        reporter: Arc::new(ReporterOnUse(account.clone())),
    })
}

/// Problem of an account's settings, which keeps this process from syncing it; nothing is called.
pub(crate) fn problem(account: &Account) -> Option<String> {
    mistake(account).map(|failure| failure.line())
}

/// Mistake of an account's settings, which keeps this process from syncing it; nothing is called.
///
/// What is made is let go of: that it can be made is known then, and it costs nothing while it is not used.
pub(crate) fn mistake(account: &Account) -> Option<Failure> {
    let sides = super::far_sides(account).err();
    let webhooks = || super::webhooks(account).err();
    let pages = || pages(account).err();
    sides.or_else(webhooks).or_else(pages)
}

/// Readers of the webhooks that are configured, also where the rest of the configuration is wrong.
pub(crate) fn readers(account: &Arc<Account>) -> std::result::Result<Readers, Failure> {
    let found = super::webhooks(account)?;
    let on_use = |side: Side| -> Arc<dyn Webhooks> {
        Arc::new(ReaderOnUse { account: account.clone(), side, made: Mutex::default() })
    };
    Ok(Readers {
        platform: found.platform.map(|_| on_use(Side::Platform)),
        latchel: found.latchel.map(|_| on_use(Side::Latchel)),
    })
}

/// Addresses of the pages of an account's two systems.
fn pages(account: &Account) -> std::result::Result<AccountPages, Failure> {
    let (of_platform, of_latchel) = (platform_adapter(account)?, latchel_adapter(account)?);
    let sides = [
        ("platform", platform_settings(account), &of_platform.pages, &account.platform_pages),
        ("latchel", latchel_settings(account), &of_latchel.pages, &account.latchel_pages),
    ];
    let [platform, latchel] = sides.map(|(section, settings, templates, overrides)| {
        PageAddresses::new(templates, settings?.base_url(), overrides)
            .map_err(|error| super::wrong(account, section, error))
    });
    Ok(AccountPages { platform: platform?, latchel: latchel? })
}

/// The two systems of an account, connected when they are first used, and anew when their settings read otherwise: secrets may be
/// in files and change there.
struct OnUse {
    account: Arc<Account>,
    ledger: Arc<dyn LedgerAdmin>,
    made: Mutex<Option<Made>>,
}

struct Made {
    by: [Settings; 2],
    systems: Connected,
    used: Instant,
}

impl OnUse {
    fn made(&self) -> MutexGuard<'_, Option<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make(&self, [of_platform, of_latchel]: &[Settings; 2]) -> std::result::Result<Connected, Failure> {
        let account = &*self.account;
        let told = account.webhooks.latchel.is_some();
        let connected = latchel(account, of_latchel)?;
        let (ledger, name) = (self.ledger.clone(), &account.settings.name);
        let latchel = connected.dressed(ledger.clone(), ledger, name, told);
        Ok(Connected { platform: platform(account, of_platform)?, latchel })
    }
}

impl Systems for OnUse {
    fn connected(&self) -> Result<Connected> {
        let by = || Ok([platform_settings(&self.account)?, latchel_settings(&self.account)?]);
        let by: [Settings; 2] = by().map_err(misconfigured)?;
        let mut made = self.made();
        if let Some(made) =
            made.as_mut().filter(|made| made.by.iter().zip(&by).all(|(one, now)| one.is_same(now)))
        {
            made.used = Instant::now();
            return Ok(made.systems.clone());
        }
        let systems = self.make(&by).map_err(misconfigured)?;
        *made = Some(Made { by, systems: systems.clone(), used: Instant::now() });
        Ok(systems)
    }

    fn tidy(&self, idle: Duration) {
        let mut made = self.made();
        if made.as_ref().is_some_and(|made| made.used.elapsed() >= idle) {
            *made = None;
        }
    }
}

fn misconfigured(failure: Failure) -> Error {
    Error::new(ErrorKind::Config, failure.line())
}

impl fmt::Debug for OnUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnUse").field("account", &self.account).finish_non_exhaustive()
    }
}

/// A reader of webhooks that is made when the first one comes.
struct ReaderOnUse {
    account: Arc<Account>,
    side: Side,
    made: Mutex<Option<Arc<dyn Webhooks>>>,
}

impl ReaderOnUse {
    fn made(&self) -> Result<Arc<dyn Webhooks>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &*made {
            return Ok(made.clone());
        }
        let readers = super::webhooks(&self.account).map_err(misconfigured)?;
        let reader = match self.side {
            Side::Platform => readers.platform,
            Side::Latchel => readers.latchel,
        };
        let reader =
            reader.ok_or_else(|| Error::new(ErrorKind::Config, "these webhooks are not configured"))?;
        *made = Some(reader.clone());
        Ok(reader)
    }
}

#[async_trait]
impl Webhooks for ReaderOnUse {
    async fn read(&self, headers: &Headers, body: &[u8], now: DateTime<Utc>) -> Result<Vec<RecordKey>> {
        let reader = self.made()?;
        reader.read(headers, body, now).await
    }
}

impl fmt::Debug for ReaderOnUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaderOnUse").field("side", &self.side).finish_non_exhaustive()
    }
}

/// A report that reads its settings when it is asked for.
struct ReporterOnUse(Arc<Account>);

#[async_trait]
impl Reporter for ReporterOnUse {
    async fn report(&self, now: DateTime<Utc>) -> Result<String> {
        Verification::of(&self.0).map_err(misconfigured)?.report(now).await
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use latchel_sync_ledger::SqliteLedger;

    use super::*;
    use crate::config::Config;

    const TEXT: &str = "[[account]]\nname = \"main\"\ntime_zone = \"UTC\"\nsync_method = \"all\"\n[account.platform]\n\
                        adapter = \"buildium\"\nclient_id = \"id\"\nclient_secret = { file = \"secret\" }\n\
                        [account.latchel]\napi_key = \"key\"\n";

    fn account(folder: &Path) -> Arc<Account> {
        let config = Config::parse(&folder.join("latchel-sync.toml"), TEXT.to_owned()).expect("sound");
        config.accounts[0].clone()
    }

    #[tokio::test]
    async fn systems_are_connected_once_and_anew_with_another_secret_or_after_a_long_rest() {
        let folder = tempfile::tempdir().expect("a folder");
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "one").expect("a secret");
        let ledger: Arc<dyn LedgerAdmin> = Arc::new(SqliteLedger::in_memory().await.expect("a ledger"));
        let systems = served(&account(folder.path()), &ledger).expect("sound").systems;
        let platform = || systems.connected().map(|connected| connected.platform);
        let first = platform().expect("connected");
        assert!(Arc::ptr_eq(&first, &platform().expect("connected")));
        systems.tidy(Duration::from_secs(3600));
        assert!(Arc::ptr_eq(&first, &platform().expect("connected")));
        std::fs::write(&secret, "two").expect("a secret");
        let second = platform().expect("connected");
        assert!(!Arc::ptr_eq(&first, &second), "its secret is another");
        systems.tidy(Duration::ZERO);
        assert!(!Arc::ptr_eq(&second, &platform().expect("connected")), "it was let go of");
        std::fs::remove_file(&secret).expect("it is gone");
        let told = platform().expect_err("there is no secret").to_string();
        assert!(told.contains("client_secret"), "{told}");
    }

    #[tokio::test]
    async fn a_mistake_is_found_before_anything_is_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger: Arc<dyn LedgerAdmin> = Arc::new(SqliteLedger::in_memory().await.expect("a ledger"));
        let told = served(&account(folder.path()), &ledger).expect_err("there is no secret").line();
        assert!(told.contains("client_secret"), "{told}");
    }
}
