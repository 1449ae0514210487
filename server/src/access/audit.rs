use latchel_sync_core::Result;
use latchel_sync_ledger::desk::AuditEntry;
use uuid::Uuid;

use crate::app::App;

/// Writes down that `by` did something, and to which account if to one. `detail` is without contact data and secrets.
///
/// # Errors
///
/// If the ledger cannot be written.
pub async fn audit(app: &App, by: &str, account: Option<&str>, action: &str, detail: String) -> Result<()> {
    let entry = AuditEntry {
        id: Uuid::now_v7(),
        at: app.clock.now(),
        user: by.to_owned(),
        account: account.map(ToOwned::to_owned),
        action: action.to_owned(),
        detail,
    };
    app.desk.note(&entry).await
}
