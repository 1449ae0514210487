//! Pairs that are alone with each other.

use std::collections::HashMap;
use std::hash::Hash;

/// Candidates on the right for each record on the left, by their keys.
pub(super) fn candidates<K: Hash + Eq>(left: &[Option<K>], right: &[Vec<K>]) -> Vec<Vec<usize>> {
    let mut by_key: HashMap<&K, Vec<usize>> = HashMap::new();
    for (index, keys) in right.iter().enumerate() {
        for key in keys {
            by_key.entry(key).or_default().push(index);
        }
    }
    let of = |key: &Option<K>| key.as_ref().and_then(|key| by_key.get(key)).cloned().unwrap_or_default();
    left.iter().map(of).collect()
}

/// The one candidate of each record on the left that has no other, and that is no other's.
pub(super) fn alone(candidates: &[Vec<usize>]) -> Vec<Option<usize>> {
    let mut wanted: HashMap<usize, u32> = HashMap::new();
    candidates.iter().flatten().for_each(|index| *wanted.entry(*index).or_default() += 1);
    let only = |of: &Vec<usize>| match of.as_slice() {
        [one] if wanted.get(one) == Some(&1) => Some(*one),
        _ => None,
    };
    candidates.iter().map(only).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_are_paired_that_are_alone_on_both_sides() {
        let left = [Some("a"), Some("b"), Some("b"), Some("c"), None, Some("d")];
        let right = [vec!["a"], vec!["b"], vec!["c"], vec!["c"], vec!["e", "d"]];
        let candidates = candidates(&left, &right);
        assert_eq!(candidates, [vec![0], vec![1], vec![1], vec![2, 3], vec![], vec![4]]);
        assert_eq!(alone(&candidates), [Some(0), None, None, None, None, Some(4)]);
    }
}
