//! The records that people mean by a text, for a list to choose from.

use chrono::{DateTime, Utc};
use futures::StreamExt;
use serde::Serialize;

use crate::Result;
use crate::engine::Engine;
use crate::engine::context::Context;
use crate::engine::phases::export::Export;
use crate::engine::phases::flow::Flow;
use crate::engine::phases::import::Import;
use crate::engine::phases::property::Properties;
use crate::engine::phases::resident::Residents;
use crate::ledger::{RecordMemory, bare, exact, look_up, may_be_a_name, records};
use crate::model::{Kind, Phase, RecordKey, Row, Side, Status, Window};

/// Limit to the records that are listed.
const AT_MOST: usize = 50;

/// A record that a text names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Its keys: two for a pair, the platform's first.
    pub keys: Vec<RecordKey>,
    /// Name or number that people know it by. A resident's name is the platform's word of this moment; the ledger has none.
    pub label: String,
    /// Status; `None` if no run has said anything of it.
    pub status: Option<Status>,
}

impl Choice {
    /// The text that names this record and no other, as `platform:81`.
    pub fn exactly(&self) -> String {
        self.keys.first().map(|key| format!("{}:{}", key.side.as_str(), key.id)).unwrap_or_default()
    }

    /// The choice that stands for what is remembered of one record, of one or both sides.
    pub fn remembered(memories: &[RecordMemory]) -> Self {
        let link = memories.iter().find_map(|memory| memory.link.as_deref());
        let keys = match link {
            Some(link) if link.kind == Kind::WorkOrder => {
                vec![link.key(Side::Platform), link.key(Side::Latchel)]
            }
            Some(link) => vec![link.key(Side::Platform)],
            None => memories.iter().map(|memory| memory.key.clone()).collect(),
        };
        let newest = |memory: &&RecordMemory| memory.outcome.as_deref().map(|outcome| outcome.at);
        let outcome = memories.iter().max_by_key(newest).and_then(|memory| memory.outcome.as_deref());
        let mut labels = memories.iter().filter_map(|memory| Some(&memory.outcome.as_deref()?.label));
        let number =
            || link.and_then(|link| link.platform_number.as_ref()).map(|number| format!("#{number}"));
        Self {
            keys,
            label: labels.find(|label| !label.is_empty()).cloned().or_else(number).unwrap_or_default(),
            status: outcome.map(|outcome| outcome.status()),
        }
    }
}

impl Engine {
    /// The records of `kind` that `text` names. The ledger is asked first. If it knows none, both systems are asked for the
    /// text as an id, then the lists of what the next run looks at for the number, or all properties or residents for a part
    /// of the name. At most 50.
    ///
    /// # Errors
    ///
    /// If one of the two systems or the ledger cannot be read.
    pub async fn search(&self, kind: Kind, text: &str, now: DateTime<Utc>) -> Result<Vec<Choice>> {
        let known = look_up(&*self.ledger, &self.account.name, kind, text).await?;
        if !known.is_empty() {
            return Ok(records(known).iter().map(|sides| Choice::remembered(sides)).collect());
        }
        let explained = self.explain(kind, text, now).await?;
        if !explained.is_empty() || exact(kind, text).is_some() {
            let choice = |key, label| Choice { keys: vec![key], label, status: None };
            return Ok(explained.into_iter().map(|one| choice(one.key, one.label)).collect());
        }
        let cx = self.explaining(kind, now).await?;
        let listed = self.listed(&cx, kind, bare(text)).await?;
        let mut all = Vec::new();
        for choice in listed {
            let known = self.ledger.recall(&self.account.name, &choice.keys).await?;
            let Choice { keys, status, .. } = Choice::remembered(&known);
            all.push(Choice { keys, status, ..choice });
        }
        Ok(all)
    }

    /// The records that their systems list by this number or name.
    async fn listed(&self, cx: &Context<'_>, kind: Kind, text: &str) -> Result<Vec<Choice>> {
        if text.is_empty() || kind != Kind::WorkOrder && !is_name(text) {
            return Ok(Vec::new());
        }
        let everything = Window { from: DateTime::UNIX_EPOCH };
        Ok(match kind {
            Kind::Property => called(&Properties(cx), everything, text, |one| one.name()).await?,
            Kind::Resident => called(&Residents(cx), everything, text, |one| one.name.clone()).await?,
            Kind::WorkOrder => {
                let account = self.ledger.account(&self.account.name).await?;
                let added_at = account.map_or(cx.now, |account| account.created_at);
                let window = async |phase| self.window_now(cx, phase, added_at).await;
                let (import, export) = (Import(cx), Export(cx));
                let of_import = window(Phase::WorkOrdersToLatchel).await?;
                let mut both = called(&import, of_import, text, |one| import.label(one)).await?;
                let of_export = window(Phase::WorkOrdersToPlatform).await?;
                both.extend(called(&export, of_export, text, |one| export.label(one)).await?);
                both.truncate(AT_MOST);
                both
            }
        })
    }
}

/// True of a text that may be a name, and is no mistyped id for which a whole list would be read.
fn is_name(text: &str) -> bool {
    let has = |is: fn(char) -> bool| text.chars().any(is);
    may_be_a_name(text) && (has(char::is_whitespace) || !has(|letter| letter.is_ascii_digit()))
}

/// Goes through a list, page by page, and returns up to `AT_MOST` records that people call `text`.
async fn called<F: Flow>(
    flow: &F,
    window: Window,
    text: &str,
    label: impl Fn(&F::Record) -> String,
) -> Result<Vec<Choice>> {
    let mut found = Vec::new();
    let mut pages = flow.pages(window);
    while let Some(page) = pages.next().await {
        let mut rows = page?;
        let hinted: Vec<_> = rows
            .iter()
            .filter_map(|row| match row {
                Row::Hint { id, .. } => Some(id.clone()),
                _ => None,
            })
            .collect();
        if !hinted.is_empty() {
            rows.extend(flow.fetch(&hinted).await?);
        }
        for row in rows {
            let Row::Record(record) = row else { continue };
            if flow.is_called(&record, text) {
                let choice =
                    Choice { keys: vec![flow.key(flow.id(&record))], label: label(&record), status: None };
                if !found.contains(&choice) {
                    found.push(choice);
                }
            }
        }
        if found.len() >= AT_MOST {
            found.truncate(AT_MOST);
            break;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_id_is_no_name() {
        let names = ["Ada", "12 Main Street", "O'Neil", "81", "0b6f2c9e-1d7a", "40083@1009"].map(is_name);
        assert_eq!(names, [true, true, true, false, false, false]);
    }
}
