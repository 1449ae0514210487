//! `audit`: what people did.

use latchel_sync_ledger::desk::{AuditEntry, Desk};

use crate::args::Scope;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::render::Table;
use crate::{connect, render};

/// Entries that are read together.
const PAGE: u32 = 500;

pub(crate) async fn run(config: &Config, scope: &Scope, limit: u32) -> Result<Exit, Failure> {
    config.chosen(scope.account.as_deref())?;
    let entries = connect::reading_books(config, async |books| {
        read(&*books.desk, scope.account.as_deref(), limit).await
    });
    let entries = entries.await?;
    if scope.json {
        render::json(&entries)?;
        return Ok(Exit::Done);
    }
    if entries.is_empty() {
        say!("nobody did anything yet");
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["when (UTC)", "who", "what", "account", "to what"]);
    for entry in &entries {
        let when = entry.at.format("%Y-%m-%d %H:%M:%S").to_string();
        let (action, account) =
            (entry.action.replace('_', " "), entry.account.as_deref().unwrap_or_default());
        table.row([when.as_str(), &entry.user, &action, account, &entry.detail]);
    }
    table.print();
    Ok(Exit::Done)
}

async fn read(desk: &dyn Desk, account: Option<&str>, limit: u32) -> Result<Vec<AuditEntry>, Failure> {
    let mut entries: Vec<AuditEntry> = Vec::new();
    loop {
        let left = limit.saturating_sub(u32::try_from(entries.len()).unwrap_or(u32::MAX)).min(PAGE);
        if left == 0 {
            return Ok(entries);
        }
        let page = desk.audit(account, entries.last().map(|entry| entry.id), left).await?;
        if page.is_empty() {
            return Ok(entries);
        }
        entries.extend(page);
    }
}
