//! The search box of the header: records of all accounts by id, number or title.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use latchel_sync_core::model::{Kind, RecordKey, Side};
use latchel_sync_ledger::desk::FoundIn;
use serde::Deserialize;

use super::account::address;
use super::page::{Answer, Top, go, page};
use super::results::{record_address, status_text};
use crate::access::Viewer;
use crate::app::App;

/// Most records that are listed.
const RECORDS: u32 = 50;
/// Most accounts of which both systems are offered to be asked.
const ACCOUNTS: usize = 20;

#[derive(Template)]
#[template(path = "search.html")]
struct Search {
    top: Top,
    text: String,
    found: Vec<Found>,
    /// True if there are more than are listed.
    more: bool,
    /// True if more than one account is served, so that each record says of which it is.
    several_accounts: bool,
    /// Accounts whose systems can be asked for what no sync has seen, each with its addresses by kind.
    elsewhere: Vec<Elsewhere>,
}

struct Found {
    address: String,
    label: String,
    kind: &'static str,
    account: String,
    account_address: String,
    class: &'static str,
    status: &'static str,
}

struct Elsewhere {
    account: String,
    kinds: Vec<(&'static str, String)>,
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

/// The records that the text may mean. If it is one alone, its page follows at once.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    Query(Asked { q }): Query<Asked>,
    Viewer(person): Viewer,
) -> Answer {
    let text = q.trim().to_owned();
    let sought = text.strip_prefix('#').unwrap_or(&text);
    let found = app.desk.search(sought, RECORDS + 1).await?;
    let more = found.len() > RECORDS as usize;
    let mut seen = BTreeSet::new();
    let found: Vec<_> = found
        .into_iter()
        .take(RECORDS as usize)
        .filter(|one| app.accounts.contains_key(&one.account))
        .map(Found::of)
        .filter(|one| seen.insert(one.address.clone()))
        .collect();
    if let ([one], false) = (&*found, more) {
        return go(&one.address);
    }
    let elsewhere = if found.is_empty() && !text.is_empty() { elsewhere(&app, &text) } else { Vec::new() };
    let several_accounts = app.accounts.now().synced.len() > 1;
    let top = Top { sought: text.clone(), ..Top::of(&person) };
    page(&Search { top, text, found, more, several_accounts, elsewhere })
}

impl Found {
    /// Both halves of a pair lead to one page: that of its key on the platform.
    fn of(FoundIn { account, outcome }: FoundIn) -> Self {
        let counterpart = outcome.counterpart.clone().filter(|_| outcome.key.side == Side::Latchel);
        let id = match counterpart {
            Some(id) => format!("platform:{id}"),
            None => format!("{}:{}", outcome.key.side.as_str(), outcome.key.id),
        };
        let kind = outcome.key.kind;
        Self {
            address: record_address(&account, &RecordKey { kind, side: Side::Platform, id }),
            label: if outcome.label.is_empty() { outcome.key.id.clone() } else { outcome.label.clone() },
            kind: kind_text(kind),
            account_address: address(&account),
            account,
            class: outcome.status().as_str(),
            status: status_text(outcome.status()),
        }
    }
}

fn kind_text(kind: Kind) -> &'static str {
    match kind {
        Kind::Property => "property",
        Kind::Resident => "resident",
        Kind::WorkOrder => "work order",
    }
}

fn elsewhere(app: &App, text: &str) -> Vec<Elsewhere> {
    let of = |account: &String| Elsewhere {
        kinds: [Kind::WorkOrder, Kind::Property, Kind::Resident]
            .map(|kind| {
                let key = RecordKey { kind, side: Side::Platform, id: text.to_owned() };
                (kind_text(kind), record_address(account, &key))
            })
            .into(),
        account: account.clone(),
    };
    app.accounts.now().synced.keys().take(ACCOUNTS).map(of).collect()
}
