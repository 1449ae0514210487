use std::hash::Hash;

use foldhash::{HashMap, HashMapExt};

use crate::ledger::RecordMemory;

/// Counterparts in Latchel of a page's records, in the order of the records.
pub(in crate::engine) struct Counterparts<C>(Vec<Option<C>>);

impl<C> Counterparts<C> {
    /// No counterparts yet, for this many records.
    pub fn none(records: usize) -> Self {
        Self(std::iter::repeat_with(|| None).take(records).collect())
    }

    /// Fills in counterparts that were looked up by the records' links.
    pub fn linked<R>(&mut self, records: &[(R, RecordMemory)], found: Vec<C>, id: impl Fn(&C) -> i64) {
        let keys = records.iter().map(|(_, memory)| memory.link.as_deref().map(|link| link.latchel_id));
        self.place(keys, found, |one| Some(id(one)));
    }

    /// The references of the records that have none yet.
    pub fn missing<'r, R, K>(
        &self,
        records: &'r [(R, RecordMemory)],
        reference: impl Fn(&'r R) -> K,
    ) -> Vec<K> {
        let missing = records.iter().zip(&self.0).filter(|(_, found)| found.is_none());
        missing.map(|((record, _), _)| reference(record)).collect()
    }

    /// Fills in counterparts that were looked up by the references of the records that have none yet. Of several with
    /// one reference, the one with the lowest id counts.
    pub fn referred<'r, R, K: Hash + Eq>(
        &mut self,
        records: &'r [(R, RecordMemory)],
        reference: impl Fn(&'r R) -> K,
        mut found: Vec<C>,
        (id, of): (impl Fn(&C) -> i64, impl Fn(&C) -> Option<K>),
    ) {
        found.sort_by_key(id);
        self.place(records.iter().map(|(record, _)| Some(reference(record))), found, of);
    }

    /// Counterpart of each record, in the order of the records.
    pub fn iter(&self) -> impl Iterator<Item = Option<&C>> {
        self.0.iter().map(Option::as_ref)
    }

    /// Gives each of `found` to the record without a counterpart that has its key. If several have one key, the first
    /// counts.
    fn place<K: Hash + Eq>(
        &mut self,
        keys: impl Iterator<Item = Option<K>>,
        found: Vec<C>,
        key: impl Fn(&C) -> Option<K>,
    ) {
        let mut places: HashMap<K, &mut Option<C>> = HashMap::with_capacity(found.len());
        for (key, place) in keys.zip(&mut self.0).filter(|(_, place)| place.is_none()) {
            if let Some(key) = key {
                places.entry(key).or_insert(place);
            }
        }
        for one in found {
            if let Some(place) = key(&one).and_then(|key| places.remove(&key)) {
                *place = Some(one);
            }
        }
    }
}

impl<C> IntoIterator for Counterparts<C> {
    type Item = Option<C>;
    type IntoIter = std::vec::IntoIter<Option<C>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The ids in Latchel that the records are linked to.
pub(in crate::engine) fn links<R>(records: &[(R, RecordMemory)]) -> impl Iterator<Item = i64> {
    records.iter().filter_map(|(_, memory)| memory.link.as_deref().map(|link| link.latchel_id))
}
