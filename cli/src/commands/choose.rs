//! The record that a text names, or the list to choose from where it names several.

use latchel_sync_core::engine::Choice;
use latchel_sync_core::model::{RecordKey, Side};
use serde::Serialize;

use crate::config::Account;
use crate::exit::Failure;
use crate::render::{self, Table};

/// Result of looking for the one that is meant.
pub(super) enum Chosen<'a> {
    /// There is one.
    One(&'a Account, Choice),
    /// There are several, which were listed.
    Several,
    /// There is none.
    None,
}

/// A line of the list, for machines.
#[derive(Serialize)]
struct ChoiceRow<'a> {
    account: &'a str,
    /// The text that names this record and no other.
    exactly: String,
    #[serde(flatten)]
    choice: &'a Choice,
}

/// Takes the one that was found; of several it prints a list, with the text that names each of them alone. `command` is what
/// is to be typed before that.
pub(super) fn choose<'a>(
    mut found: Vec<(&'a Account, Choice)>,
    command: &str,
    json: bool,
) -> Result<Chosen<'a>, Failure> {
    if found.len() < 2 {
        return Ok(found.pop().map_or(Chosen::None, |(account, choice)| Chosen::One(account, choice)));
    }
    if json {
        let listed = |(account, choice): &'_ (&'a Account, Choice)| -> Result<(), Failure> {
            let account = account.settings.name.as_str();
            render::json_line(&ChoiceRow { account, exactly: choice.exactly(), choice })
        };
        found.iter().try_for_each(listed)?;
    } else {
        let mut table = Table::new(&["account", "record", "label", "status", "exactly"]);
        for (account, choice) in &found {
            table.row([
                account.settings.name.clone(),
                choice.keys.iter().map(id).collect::<Vec<_>>().join(", "),
                choice.label.clone(),
                choice.status.map_or("not seen", |status| status.as_str()).to_owned(),
                choice.exactly(),
            ]);
        }
        table.print();
    }
    note!("{} records are called so", found.len());
    if let Some((account, choice)) = found.first() {
        let (name, exactly) = (&account.settings.name, choice.exactly());
        note!("hint: choose one, as `latchel-sync {command} {exactly} --account {name}`");
    }
    Ok(Chosen::Several)
}

fn id(key: &RecordKey) -> String {
    match key.side {
        Side::Platform => format!("{} on the platform", key.id),
        Side::Latchel => format!("{} in Latchel", key.id),
    }
}
