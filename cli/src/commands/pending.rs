use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use latchel_sync_core::LedgerAdmin;
use latchel_sync_core::ledger::{Pending, Retry};
use latchel_sync_core::model::{Kind, Reason, RecordKey, Side};
use latchel_sync_core::words::local;
use serde::Serialize;

use crate::args::{PendingAction, PendingRecords, Scope};
use crate::config::{Account, Config};
use crate::exit::{Exit, Failure};
use crate::render::Table;
use crate::suggest::did_you_mean;
use crate::{connect, render};

/// A pending record with its account.
#[derive(Serialize)]
struct PendingRow {
    account: String,
    next_try: Option<DateTime<Utc>>,
    /// Last try if it failed, with its error, and the next try.
    retry: Option<Retry>,
    #[serde(flatten)]
    pending: Pending,
}

/// A record that was retried or dismissed.
#[derive(Serialize)]
struct Changed {
    account: String,
    #[serde(flatten)]
    key: RecordKey,
}

/// Choice of records.
enum Chosen {
    One(RecordKey),
    With(Reason),
    All,
}

pub(crate) async fn run(
    config: &Config,
    scope: &Scope,
    action: &PendingAction,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let accounts = config.chosen(scope.account.as_deref())?;
    match action {
        PendingAction::List => list(config, scope, &accounts, now).await,
        PendingAction::Retry(records) | PendingAction::Dismiss(records) => {
            change(config, scope, &accounts, action, &chosen(records)?).await
        }
    }
}

async fn list(
    config: &Config,
    scope: &Scope,
    accounts: &[&Account],
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let all = connect::reading_ledger(config, async |ledger| {
        let mut all = Vec::new();
        for account in accounts {
            let name = &account.settings.name;
            all.extend(ledger.all_pending(name).await?.into_iter().map(|pending| PendingRow {
                account: name.clone(),
                next_try: pending.next_try(),
                retry: Retry::of(&pending),
                pending,
            }));
        }
        Ok(all)
    });
    let all = all.await?;
    if scope.json {
        render::json(&all)?;
        return Ok(Exit::Done);
    }
    if all.is_empty() {
        say!("nothing is pending");
        return Ok(Exit::Done);
    }
    let zone = |account: &&Account| (account.settings.name.clone(), account.settings.time_zone);
    let zones: HashMap<_, _> = accounts.iter().map(zone).collect();
    let columns =
        ["account", "record", "label", "reason", "for", "tries", "next try", "which would", "detail"];
    let mut table = Table::new(&columns);
    for PendingRow { account, next_try, retry, pending: one } in &all {
        let zone = zones.get(account).copied().unwrap_or_default();
        let next = match next_try {
            _ if one.dismissed => "dismissed".to_owned(),
            Some(at) if *at > now => local(*at, zone),
            _ => "next run".to_owned(),
        };
        table.row([
            account.clone(),
            one.outcome.key.to_string(),
            one.outcome.label.clone(),
            one.outcome.reason.to_string(),
            age(now - one.since),
            one.attempts.to_string(),
            next,
            retry.as_ref().map_or("look at it anew", |retry| retry.does(&one.outcome.key)).to_owned(),
            one.outcome.detail.clone().unwrap_or_default(),
        ]);
    }
    table.print();
    Ok(Exit::Done)
}

async fn change(
    config: &Config,
    scope: &Scope,
    accounts: &[&Account],
    action: &PendingAction,
    chosen: &Chosen,
) -> Result<Exit, Failure> {
    if accounts.len() > 1 && matches!(chosen, Chosen::One(_)) {
        return Err(Failure::usage("several accounts may have a record with this id")
            .hint("name the account with `--account`"));
    }
    let changed = connect::with_ledger(config, async |ledger| {
        let mut changed = Vec::new();
        for account in accounts {
            changed.extend(change_account(&*ledger, &account.settings.name, action, chosen).await?);
        }
        Ok(changed)
    });
    let changed = changed.await?;
    if scope.json {
        render::json(&changed)?;
    }
    if changed.is_empty() {
        match chosen {
            Chosen::One(key) => note!("{key} is not pending"),
            Chosen::With(reason) => note!("nothing is pending with the reason {reason}"),
            Chosen::All => note!("nothing is pending"),
        }
        note!("hint: `latchel-sync pending list` shows what is");
        return Ok(Exit::Partial);
    }
    match action {
        PendingAction::Dismiss(_) => note!(
            "{} dismissed until something about them changes; `pending retry` takes it back",
            changed.len()
        ),
        _ => note!("{} to be tried again in the next run", changed.len()),
    }
    Ok(Exit::Done)
}

async fn change_account(
    ledger: &dyn LedgerAdmin,
    account: &str,
    action: &PendingAction,
    chosen: &Chosen,
) -> Result<Vec<Changed>, Failure> {
    let keys = match chosen {
        Chosen::One(key) => vec![key.clone()],
        Chosen::With(_) | Chosen::All => {
            let meant = |one: &Pending| match chosen {
                Chosen::With(reason) => one.outcome.reason == *reason,
                _ => true,
            };
            ledger.all_pending(account).await?.into_iter().filter(meant).map(|one| one.outcome.key).collect()
        }
    };
    let mut changed = Vec::new();
    for key in keys {
        let done = match action {
            PendingAction::Dismiss(_) => ledger.dismiss(account, &key).await?,
            _ => ledger.retry(account, &key).await?,
        };
        if done {
            changed.push(Changed { account: account.to_owned(), key });
        }
    }
    Ok(changed)
}

fn chosen(records: &PendingRecords) -> Result<Chosen, Failure> {
    if let Some(code) = &records.reason {
        return Reason::from_code(code).map(Chosen::With).ok_or_else(|| {
            let codes = Reason::ALL.iter().map(|reason| reason.code());
            Failure::usage(format!("{code:?} is no reason")).hint(
                did_you_mean(code, codes).unwrap_or_else(|| "`latchel-sync rules` lists them".to_owned()),
            )
        });
    }
    let (Some(kind), Some(id)) = (&records.kind, &records.id) else { return Ok(Chosen::All) };
    let kind = Kind::from_name(kind).ok_or_else(|| {
        Failure::usage(format!("{kind:?} is no kind of record")).hint("property, resident or work-order")
    })?;
    let side = if records.from_latchel { Side::Latchel } else { Side::Platform };
    Ok(Chosen::One(RecordKey { kind, side, id: id.clone() }))
}

/// A span in days, hours and minutes.
fn age(span: TimeDelta) -> String {
    let minutes = span.num_minutes().max(0).unsigned_abs();
    humantime::format_duration(Duration::from_secs(minutes * 60)).to_string()
}
