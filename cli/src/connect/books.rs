//! The ledger and the server's desk, opened for a command.

use std::sync::Arc;

use latchel_sync_core::LedgerAdmin;
use latchel_sync_http::CallLimits;
use latchel_sync_ledger::desk::{Desk, KeptAccount};
use latchel_sync_ledger::{PostgresLedger, SqliteLedger, is_older};
use secrecy::ExposeSecret;

use crate::config::{Config, LedgerLocation};
use crate::exit::Failure;

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
    let Books { ledger, desk, postgres } = books_to_read(config).await?;
    closing(ledger, async |ledger| work(Books { ledger, desk, postgres }).await).await
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
    /// The ledger, if processes may share their jobs beside it.
    pub postgres: Option<PostgresLedger>,
}

impl Books {
    /// The same of what several processes use: they keep the systems' rate limits together from now on.
    fn shared(opened: PostgresLedger) -> Self {
        CallLimits::of_process().share(Arc::new(opened.clone()));
        Self { postgres: Some(opened.clone()), ..Self::of(opened) }
    }

    fn of(opened: impl LedgerAdmin + Desk + 'static) -> Self {
        let opened = Arc::new(opened);
        Self { ledger: opened.clone(), desk: opened, postgres: None }
    }
}

/// Does `work` with the ledger and the desk, which are made if they are not there yet, and closes them however that ends.
pub(crate) async fn with_books<T>(
    config: &Config,
    work: impl AsyncFnOnce(Books) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let Books { ledger, desk, postgres } = books(config).await?;
    closing(ledger, async |ledger| work(Books { ledger, desk, postgres }).await).await
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
    match existing(config).await? {
        Some(books) => Ok(books),
        None => Ok(Books::of(SqliteLedger::in_memory().await?)),
    }
}

/// The books to read, if there are any yet.
async fn existing(config: &Config) -> latchel_sync_core::Result<Option<Books>> {
    Ok(match &config.ledger {
        LedgerLocation::File(path) => SqliteLedger::open_existing(path).await?.map(Books::of),
        LedgerLocation::Postgres(url) => {
            PostgresLedger::open_existing(url.expose_secret()).await?.map(Books::shared)
        }
    })
}

/// The accounts that the ledger keeps; none if there is no ledger yet, or only one from before it could keep any.
pub(crate) async fn kept_accounts(config: &Config) -> Result<Vec<KeptAccount>, Failure> {
    let books = match existing(config).await {
        Ok(Some(books)) => books,
        Ok(None) => return Ok(Vec::new()),
        Err(error) if is_older(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let Books { ledger, desk, .. } = books;
    closing(ledger, async |_| Ok(desk.kept_since(0).await?)).await
}
