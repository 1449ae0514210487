use askama::Template;
use latchel_sync_core::engine::Choice;
use latchel_sync_core::model::{Kind, RecordKey, Side};

use super::super::account::address;
use super::super::page::Top;
use super::super::results::{record, record_address, status_text};
use super::title_of;

/// A list of records to choose from.
#[derive(Template)]
#[template(path = "several.html")]
pub(super) struct Several {
    top: Top,
    account: String,
    account_address: String,
    title: String,
    rows: Vec<Named>,
}

struct Named {
    address: String,
    label: String,
    records: String,
    class: &'static str,
    status: &'static str,
}

impl Several {
    pub fn of(top: Top, account: &str, kind: Kind, text: &str, choices: &[Choice]) -> Self {
        let row = |choice: &Choice| {
            let key = RecordKey { kind, side: Side::Platform, id: choice.exactly() };
            Named {
                address: record_address(account, &key),
                label: choice.label.clone(),
                records: choice.keys.iter().map(record).collect::<Vec<_>>().join(", "),
                class: choice.status.map_or("", |status| status.as_str()),
                status: choice.status.map_or("not seen by a sync yet", status_text),
            }
        };
        Self {
            top,
            account: account.to_owned(),
            account_address: address(account),
            title: format!("{} {text}", title_of(kind)),
            rows: choices.iter().map(row).collect(),
        }
    }
}
