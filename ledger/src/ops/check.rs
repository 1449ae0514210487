use latchel_sync_core::Result;
use latchel_sync_core::ledger::{AccountState, Intent, Outcome};
use latchel_sync_core::model::Link;
use serde::de::DeserializeOwned;
use sqlx::Row;

use futures::TryStreamExt;

use super::{INTEGRITY, Pool};
use crate::desk::{Alert, AuditEntry, Delivery, Pause, Session, User};
use crate::error::failed;

/// Each invariant as a query for the records that break it, and what that means.
const INVARIANTS: [(&str, &str); 4] = [
    (
        "SELECT pending.account, pending.id FROM pending LEFT JOIN outcomes USING (account, kind, side, id) \
         WHERE outcomes.id IS NULL",
        "is pending without an outcome",
    ),
    (
        "SELECT intents.account, intents.source_id FROM intents LEFT JOIN pending ON \
         pending.account = intents.account AND pending.kind = intents.kind AND pending.side = intents.side \
         AND pending.id = intents.source_id WHERE pending.id IS NULL",
        "has a create of unknown outcome and is not pending",
    ),
    (
        "SELECT links.account, links.platform_id FROM links JOIN outcomes ON outcomes.account = links.account \
         AND outcomes.kind = links.kind AND outcomes.side = 'platform' AND outcomes.id = links.platform_id \
         WHERE outcomes.counterpart IS NOT NULL AND outcomes.counterpart <> CAST(links.latchel_id AS TEXT)",
        "is linked to another record than its outcome says",
    ),
    (
        "SELECT links.account, CAST(links.latchel_id AS TEXT) FROM links JOIN outcomes ON \
         outcomes.account = links.account AND outcomes.kind = links.kind AND outcomes.side = 'latchel' \
         AND outcomes.id = CAST(links.latchel_id AS TEXT) \
         WHERE outcomes.counterpart IS NOT NULL AND outcomes.counterpart <> links.platform_id",
        "is linked to another record than its outcome says",
    ),
];

/// Everything that is wrong with the ledger.
pub(crate) async fn check(pool: &Pool) -> Result<Vec<String>> {
    let doing = "checking the ledger";
    let mut wrong = Vec::new();
    let found: Vec<String> = sqlx::query_scalar(INTEGRITY).fetch_all(pool).await.map_err(failed(doing))?;
    wrong.extend(found.into_iter().filter(|line| line != "ok").map(|line| format!("the database: {line}")));
    for (sql, what) in INVARIANTS {
        let broken: Vec<(String, String)> =
            sqlx::query_as(sql).fetch_all(pool).await.map_err(failed(doing))?;
        wrong.extend(broken.into_iter().map(|(account, id)| format!("{account}: {id} {what}")));
    }
    wrong.extend(unreadable::<Link>(pool, "SELECT platform_id, data FROM links").await?);
    wrong.extend(unreadable::<Outcome>(pool, "SELECT id, data FROM outcomes").await?);
    wrong.extend(unreadable::<Intent>(pool, "SELECT source_id, data FROM intents").await?);
    wrong.extend(unreadable::<AccountState>(pool, "SELECT account, data FROM account_states").await?);
    wrong.extend(unreadable::<User>(pool, "SELECT name, data FROM users").await?);
    wrong.extend(unreadable::<Session>(pool, "SELECT user_name, data FROM sessions").await?);
    wrong.extend(unreadable::<AuditEntry>(pool, "SELECT id, data FROM audit").await?);
    wrong.extend(unreadable::<Pause>(pool, "SELECT account, data FROM pauses").await?);
    wrong.extend(unreadable::<Delivery>(pool, "SELECT id, data FROM deliveries").await?);
    wrong.extend(unreadable::<Alert>(pool, "SELECT account, data FROM alerts").await?);
    Ok(wrong)
}

/// The records that cannot be read back, one by one so that memory stays flat.
async fn unreadable<T: DeserializeOwned>(pool: &Pool, sql: &'static str) -> Result<Vec<String>> {
    let doing = "reading every record";
    let mut wrong = Vec::new();
    let mut rows = sqlx::query(sql).fetch(pool);
    while let Some(row) = rows.try_next().await.map_err(failed(doing))? {
        let (id, data): (String, String) =
            (row.try_get(0).map_err(failed(doing))?, row.try_get(1).map_err(failed(doing))?);
        if let Err(error) = serde_json::from_str::<T>(&data) {
            wrong.push(format!("{id} cannot be read back: {error}"));
        }
    }
    Ok(wrong)
}
