use latchel_sync_core::Result;

use super::{MIGRATIONS, Pool};
use crate::error::failed;

/// True if another process has migrated the tables further than this one could.
pub(crate) async fn is_newer(pool: &Pool) -> Result<bool> {
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    let applied: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations")
        .fetch_one(pool)
        .await
        .map_err(failed("looking at the ledger's version"))?;
    Ok(applied > known)
}
