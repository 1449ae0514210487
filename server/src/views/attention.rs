//! Attention by cause: the records that wait are followed to their root, counted there, and told with the remedy.

mod words;

use latchel_sync_core::Result;
use latchel_sync_core::model::Need;
use latchel_sync_ledger::desk::{Cause, Desk};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;
use words::Words;

/// Causes for which an account needs somebody, or for which records wait that a sync gets on with by itself.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct Attention {
    /// The causes: those that need somebody first, of these the ones that concern most records.
    pub causes: Vec<CauseView>,
    /// Number of all causes that need somebody, named or not.
    pub need_somebody: u64,
    /// Number of all causes that need time alone.
    pub need_time: u64,
}

/// A cause, in words.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Cause)]
pub struct CauseView {
    /// Code of the cause: that of a reason, or `property_unseen`, `unit_missing` or `property_arrived`.
    pub cause: &'static str,
    /// Thing that it needs: somebody, or time alone.
    #[schema(value_type = schema::Need)]
    pub needs: Need,
    /// Id on the platform of the property where it is; null where it is the same everywhere.
    pub property: Option<String>,
    /// Key of the record that shows it, `PROPERTY` or `PROPERTY/UNIT`; null likewise.
    pub record: Option<String>,
    /// Name of the property, or of its one unit; null if the ledger has none.
    pub name: Option<String>,
    /// Number of properties and units that have it.
    pub properties: u64,
    /// Number of residents that have it or wait for it.
    pub residents: u64,
    /// Number of work orders that have it or wait for it.
    pub work_orders: u64,
    /// Sentence or two that say it, without the property's name.
    pub sentence: String,
    /// Error or detail that all of these records share; null if they differ or there is none.
    pub detail: Option<String>,
    /// Advice on what somebody can do; empty if nothing needs to be done.
    pub remedy: String,
}

/// Reads what an account needs; `platform` is the platform's name for people. `most` causes are named.
///
/// # Errors
///
/// If the ledger cannot be read.
pub async fn attention(desk: &dyn Desk, account: &str, platform: &str, most: u32) -> Result<Attention> {
    let causes = desk.causes(account, most).await?;
    Ok(Attention {
        causes: causes.named.into_iter().map(|cause| CauseView::of(cause, platform)).collect(),
        need_somebody: causes.need_somebody,
        need_time: causes.need_time,
    })
}

impl CauseView {
    fn of(cause: Cause, platform: &str) -> Self {
        let Words { sentence, detail, remedy } = Words::of(&cause, platform);
        let Cause { why, property, labels, first, properties, residents, work_orders, .. } = cause;
        Self {
            cause: why.code(),
            needs: why.need(),
            property: property.map(|property| property.as_str().to_owned()),
            record: first,
            name: labels.and_then(|(first, last)| shared(&first, &last)),
            properties,
            residents,
            work_orders,
            sentence,
            detail,
            remedy,
        }
    }

    /// Name of the property for people, or its id where no name is known; `None` where the cause is the same everywhere.
    pub fn place(&self) -> Option<String> {
        let id = self.property.as_ref()?;
        Some(self.name.clone().unwrap_or_else(|| format!("Property {id}")))
    }

    /// Number of units of the property that have it, in brackets; empty if there is only one.
    pub fn units(&self) -> String {
        match (&self.property, self.properties) {
            (Some(_), units @ 2..) => format!(" ({units} units)"),
            _ => String::new(),
        }
    }

    /// The whole of it in a line, for a terminal or a text: the place, the sentence and the detail.
    pub fn line(&self) -> String {
        let place = self.place().map(|place| format!("{place}{}: ", self.units())).unwrap_or_default();
        let detail = self.detail.as_ref().map(|detail| format!(" {detail}")).unwrap_or_default();
        format!("{place}{}{detail}", self.sentence)
    }
}

/// Name that units share: they are named by their building and their own number. `None` if they share none.
fn shared(first: &str, last: &str) -> Option<String> {
    if first == last {
        return Some(first.to_owned()).filter(|name| !name.is_empty());
    }
    let same = first.char_indices().zip(last.chars()).find(|((_, one), other)| one != other);
    let prefix = same.map_or(first, |((end, _), _)| &first[..end]);
    // What is cut within a word is a part of the unit's own number.
    let end = prefix.rfind(|character: char| !character.is_alphanumeric())?;
    let name = prefix[..end].trim_end_matches(|character: char| !character.is_alphanumeric());
    Some(name.to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::shared;

    #[test]
    fn units_of_a_building_share_its_name_and_others_share_none() {
        let cases = [
            ("Dogwood Court 53, 101", "Dogwood Court 53, 115", Some("Dogwood Court 53")),
            ("Elm 1 - A", "Elm 1 - B", Some("Elm 1")),
            ("Elm 1", "Elm 1", Some("Elm 1")),
            ("Elm Court 10", "Elm Court 12", Some("Elm Court")),
            ("Größe 5, ä", "Größe 5, ö", Some("Größe 5")),
            ("Elm", "Elm, 2", None),
            ("Elm 1", "Oak 1", None),
            ("Elm", "Elmwood", None),
            ("", "", None),
        ];
        for (first, last, expected) in cases {
            assert_eq!(shared(first, last).as_deref(), expected, "{first} and {last}");
        }
    }
}
