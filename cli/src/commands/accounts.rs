mod configured;
mod kept;

use chrono::{DateTime, Utc};
use latchel_sync_core::{Ledger, LedgerAdmin};
use latchel_sync_server::Origin;
use serde_json::json;

use super::reading::Reading;
use crate::args::{AccountsAction, Scope};
use crate::config::{Account, Config};
use crate::exit::{Exit, Failure};
use crate::{connect, render, vault};

pub(super) async fn run(
    read: &Reading<'_>,
    scope: &Scope,
    action: &AccountsAction,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    match action {
        AccountsAction::List => show(&read.all().await?, scope.account.as_deref(), scope.json).await,
        AccountsAction::Show { name } => show(&read.all().await?, Some(name), scope.json).await,
        AccountsAction::SetSyncStart { name, when } => {
            let config = &read.all().await?;
            let instant = when.instant(now, config.account(name)?.settings.time_zone);
            connect::with_ledger(config, async |ledger| set_sync_start(&*ledger, name, instant).await).await
        }
        AccountsAction::NewMasterKey => {
            use secrecy::ExposeSecret;
            say!("{}", vault::new_master_key().map_err(Failure::usage)?.expose_secret());
            Ok(Exit::Done)
        }
        AccountsAction::RotateMasterKey => kept::rotate_master_key(&read.file()?, scope.json, now).await,
        change => kept::change(&read.file()?, change, scope.json, now).await,
    }
}

async fn show(config: &Config, account: Option<&str>, json: bool) -> Result<Exit, Failure> {
    let all = connect::reading_ledger(config, async |ledger| {
        let mut all = Vec::new();
        let is_chosen = |name: &str| account.is_none_or(|chosen| chosen == name);
        let disabled = config.disabled.iter().filter(|one| is_chosen(&one.name));
        if account.is_none() || disabled.clone().next().is_none() {
            for account in config.accounts.iter().filter(|_| account.is_none()) {
                all.push(shown(account, Some("synced"), &*ledger).await?);
            }
            if let Some(name) = account {
                all.push(shown(config.account(name)?, Some("synced"), &*ledger).await?);
            }
        }
        for one in disabled {
            match &one.account {
                Some(account) => all.push(shown(account, Some("disabled"), &*ledger).await?),
                None => all.push(json!({ "name": one.name, "source": Origin::Ledger, "state": "disabled" })),
            }
        }
        for one in config.left_out.iter().filter(|_| account.is_none()) {
            let problem = one.failure.line();
            all.push(json!({ "name": one.name, "source": one.origin, "state": "misconfigured", "problem": problem }));
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

async fn shown(
    account: &Account,
    state: Option<&str>,
    ledger: &dyn Ledger,
) -> Result<serde_json::Value, Failure> {
    let known = ledger.account(&account.settings.name).await?;
    Ok(json!({
        "name": account.settings.name,
        "source": account.origin(),
        "state": state,
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
        let state = match (text("source").as_str(), text("state").as_str()) {
            ("file", "synced") => String::new(),
            ("file", state) => format!(" ({state})"),
            (source, "synced") => format!(" (in the {source})"),
            (source, state) => format!(" (in the {source}, {state})"),
        };
        if let Some(problem) = account["problem"].as_str() {
            say!("{}:{state} {problem}", text("name"));
            continue;
        }
        if account["policy"].is_null() {
            say!("{}:{state} its configuration cannot be read", text("name"));
            continue;
        }
        say!("{}: {}, {}{state}", text("name"), text("platform"), text("time_zone"));
        say!("  sync start {}", text("sync_start"));
        say!("  policy {}", account["policy"]);
    }
    Ok(Exit::Done)
}
