use chrono::{DateTime, Utc};
use latchel_sync_core::{Ledger, LedgerAdmin};
use serde_json::json;

use crate::args::{AccountsAction, Scope};
use crate::config::{Account, Config};
use crate::exit::{Exit, Failure};
use crate::{connect, render};

pub(crate) async fn run(
    config: &Config,
    scope: &Scope,
    action: &AccountsAction,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    match action {
        AccountsAction::List => show(config, scope.account.as_deref(), scope.json).await,
        AccountsAction::Show { name } => show(config, Some(name), scope.json).await,
        AccountsAction::SetSyncStart { name, when } => {
            let instant = when.instant(now, config.account(name)?.settings.time_zone);
            connect::with_ledger(config, async |ledger| set_sync_start(&*ledger, name, instant).await).await
        }
    }
}

async fn show(config: &Config, account: Option<&str>, json: bool) -> Result<Exit, Failure> {
    let all = connect::reading_ledger(config, async |ledger| {
        let mut all = Vec::new();
        for account in config.chosen(account)? {
            all.push(shown(account, &*ledger).await?);
        }
        Ok(all)
    });
    print(&all.await?, json)
}

async fn set_sync_start(
    ledger: &dyn LedgerAdmin,
    name: &str,
    instant: DateTime<Utc>,
) -> Result<Exit, Failure> {
    if ledger.account(name).await?.is_none() {
        note!("the account {name} has not been synced yet, so that it has no sync start");
        return Ok(Exit::Partial);
    }
    ledger.set_sync_start(name, instant).await?;
    note!("Latchel work orders created after {instant} are created on the platform");
    Ok(Exit::Done)
}

async fn shown(account: &Account, ledger: &dyn Ledger) -> Result<serde_json::Value, Failure> {
    let known = ledger.account(&account.settings.name).await?;
    Ok(json!({
        "name": account.settings.name,
        "time_zone": account.settings.time_zone.name(),
        "platform": account.platform.get("adapter").and_then(toml::Value::as_str),
        "sync_start": known.map(|known| known.sync_start),
        "schedule": account.schedule,
        "policy": account.settings.policy,
    }))
}

fn print(all: &[serde_json::Value], json: bool) -> Result<Exit, Failure> {
    if json {
        render::json(&all)?;
        return Ok(Exit::Done);
    }
    for account in all {
        let text = |key: &str| account[key].as_str().unwrap_or("none yet").to_owned();
        say!("{}: {}, {}", text("name"), text("platform"), text("time_zone"));
        say!("  sync start {}", text("sync_start"));
        say!("  policy {}", account["policy"]);
    }
    Ok(Exit::Done)
}
