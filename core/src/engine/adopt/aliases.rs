//! Other ids by which another program may have known the platform's records.

use std::collections::HashMap;

use crate::Result;
use crate::engine::context::Context;
use crate::model::{Alias, Kind};

/// Evidence of a pair that is known by such an id.
pub(super) const EVIDENCE: &str = "the reference in Latchel is another id of the platform's record";

/// Ids of records by their other ids; an other id that two records claim names neither.
pub(super) struct Aliases(HashMap<String, Option<String>>);

impl Aliases {
    /// Those of one kind, as the platform tells them.
    pub async fn of(cx: &Context<'_>, kind: Kind) -> Result<Self> {
        let mut by_other: HashMap<String, Option<String>> = HashMap::new();
        for Alias { id, other } in cx.platform().aliases(kind).await? {
            let known = by_other.entry(other).or_insert_with(|| Some(id.clone()));
            *known = known.take().filter(|known| *known == id);
        }
        Ok(Self(by_other))
    }

    /// Id of the record that a reference in Latchel names by another id.
    pub fn named(&self, reference: &str) -> Option<&String> {
        self.0.get(reference)?.as_ref()
    }

    /// Other ids of the records that `is_wanted` picks by their ids.
    pub fn others(&self, is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &String> {
        let of_wanted = move |id: &Option<String>| id.as_deref().is_some_and(&is_wanted);
        self.0.iter().filter(move |(_, id)| of_wanted(id)).map(|(other, _)| other)
    }
}
