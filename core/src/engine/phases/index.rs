use std::collections::HashMap;

/// Indexes `records` by a key that each of them may have; of several with one key, the first stays.
pub(in crate::engine) fn index<T, K: std::hash::Hash + Eq>(
    records: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> Option<K>,
) -> HashMap<K, T> {
    let mut map = HashMap::new();
    for record in records {
        if let Some(key) = key(&record) {
            map.entry(key).or_insert(record);
        }
    }
    map
}

/// Sorts items, and leaves doubled ones out.
pub(in crate::engine) fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = items.collect();
    all.sort();
    all.dedup();
    all
}
