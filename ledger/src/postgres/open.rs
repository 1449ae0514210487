use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::TimeDelta;
use latchel_sync_core::{Error, ErrorKind, Result};
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool};

use super::{MIGRATIONS, account_states};
use crate::LEASE;
use crate::error::OLDER;

/// Most connections that one process holds.
const CONNECTIONS: u32 = 8;
/// Longest time to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The ledger in a PostgreSQL database, for many accounts and many workers.
#[derive(Clone)]
pub struct PostgresLedger {
    pub(super) pool: PgPool,
    pub(super) lease: TimeDelta,
    /// The host and database, for errors; never the whole address, which may hold a password.
    place: String,
}

impl PostgresLedger {
    /// Connects to the database at `url` (`postgres://…`) and brings its tables up to date.
    ///
    /// # Errors
    ///
    /// If it cannot be reached, or was written by a newer version. No error shows the password.
    pub async fn open(url: &str) -> Result<Self> {
        let ledger = Self::connect(url, |options| options).await?;
        MIGRATIONS.run(&ledger.pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => {
                ledger.problem("the ledger was written by a newer version of latchel-sync: update it")
            }
            other => ledger.problem("the ledger's tables cannot be made").with_source(other),
        })?;
        account_states::complete(&ledger.pool).await?;
        Ok(ledger)
    }

    /// Connects for reading only; `None` if no sync has made the tables yet.
    ///
    /// # Errors
    ///
    /// As for [`PostgresLedger::open`], and if they are older than this version.
    pub async fn open_existing(url: &str) -> Result<Option<Self>> {
        let ledger =
            Self::connect(url, |options| options.options([("default_transaction_read_only", "on")])).await?;
        let unreadable = |error| ledger.problem("the ledger cannot be read").with_source(error);
        let is_made: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
            .fetch_one(&ledger.pool)
            .await
            .map_err(unreadable)?;
        if !is_made {
            return Ok(None);
        }
        let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
        let applied: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations")
            .fetch_one(&ledger.pool)
            .await
            .map_err(unreadable)?;
        match applied.cmp(&newest) {
            std::cmp::Ordering::Equal => Ok(Some(ledger)),
            std::cmp::Ordering::Less => Err(ledger.problem(OLDER)),
            std::cmp::Ordering::Greater => {
                Err(ledger.problem("the ledger was written by a newer version of latchel-sync: update it"))
            }
        }
    }

    /// The same ledger with another length for leases that nobody renews.
    pub fn with_lease(self, lease: TimeDelta) -> Self {
        Self { lease, ..self }
    }

    /// Checks a ledger that was closed: nothing can be wrong with it, because the database answers for what was read.
    pub(super) fn closed(&self) -> Result<()> {
        Ok(())
    }

    async fn connect(url: &str, change: impl FnOnce(PgConnectOptions) -> PgConnectOptions) -> Result<Self> {
        // The parser's own error may repeat the address.
        let options = PgConnectOptions::from_str(url).map_err(|_| {
            Error::new(ErrorKind::Config, "this is not a PostgreSQL address").with("key", "ledger")
        })?;
        let database = options.get_database().unwrap_or("the default database").to_owned();
        let place = format!("{database} on {}", options.get_host());
        // A process that stands still amid a transaction holds up others, who need the same rows, for no longer than it may give no sign
        // of life; nobody else takes seconds between two statements.
        let options = change(options.options([("idle_in_transaction_session_timeout", "10s")]));
        let unreachable = |error| {
            Error::new(ErrorKind::Ledger, "the ledger cannot be reached")
                .with("database", &place)
                .with_source(error)
        };
        // By itself, because a pool tries until its time is over and then names no cause.
        let first = PgConnection::connect_with(&options).await.map_err(unreachable)?;
        first.close().await.map_err(unreachable)?;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(CONNECT_TIMEOUT)
            .connect_with(options)
            .await
            .map_err(unreachable)?;
        Ok(Self { pool, lease: LEASE, place })
    }

    fn problem(&self, what: &str) -> Error {
        Error::new(ErrorKind::Ledger, what).with("database", &self.place)
    }
}

impl fmt::Debug for PostgresLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresLedger").field("place", &self.place).finish_non_exhaustive()
    }
}
