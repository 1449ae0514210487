//! Rows of a page of a list that has no defined order.

use std::hash::{DefaultHasher, Hash, Hasher};

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::world::{Id, World};

/// Share of rows of a page that change places with one of the page beside it. Each page but the first and last has two
/// beside it, so that 5 rows of 100 are elsewhere than on their page.
const CROSSINGS: f64 = 0.27;

/// Place of a row in the order that there would be if nothing moved.
pub(super) fn place(id: Id) -> u64 {
    let mixed = id.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 29)
}

/// Up to `count` rows from the one at `from` in the order of their keys, and in it. The others are in no order: a page of a long list
/// is wanted more often than the list.
pub(super) fn nth<T, K: Ord>(rows: &mut [T], from: usize, count: usize, key: impl Fn(&T) -> K) -> &[T] {
    if from >= rows.len() {
        return &[];
    }
    rows.select_nth_unstable_by_key(from, &key);
    let behind = &mut rows[from..];
    if count < behind.len() {
        behind.select_nth_unstable_by_key(count, &key);
    }
    let wanted = count.min(behind.len());
    let wanted = &mut behind[..wanted];
    wanted.sort_unstable_by_key(&key);
    wanted
}

/// Chance for one request: the same for the same company and the same number of requests before it.
pub(super) fn chance(world: &World, request: u64) -> ChaCha8Rng {
    let mut hasher = DefaultHasher::new();
    (&world.latchel.company.name, request).hash(&mut hasher);
    ChaCha8Rng::seed_from_u64(hasher.finish())
}

/// The rows of a page, from 0, of `rows` in their order: some of them stand on the page beside it in this request, and some
/// of its rows here. A list of one page has all its rows.
pub(super) fn page<'r, T>(rows: &[&'r T], size: usize, page: usize, chance: &mut ChaCha8Rng) -> Vec<&'r T> {
    let pages: Vec<&[&T]> = rows.chunks(size).collect();
    let mut own = pages.get(page).copied().unwrap_or_default().to_vec();
    if own.is_empty() {
        return own;
    }
    for beside in [page.checked_sub(1), page.checked_add(1)] {
        let crosses = chance.random_bool(CROSSINGS);
        let Some(beside) = beside.and_then(|beside| pages.get(beside)).filter(|_| crosses) else { continue };
        let (gone, come) = (chance.random_range(0..own.len()), chance.random_range(0..beside.len()));
        own[gone] = beside[come];
    }
    own.shuffle(chance);
    own
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_long_walk_repeats_and_misses_one_row_in_twenty() {
        let all: Vec<Id> = (0..5_000).collect();
        let rows: Vec<&Id> = all.iter().collect();
        let mut seen: Vec<&Id> = Vec::new();
        for number in 0..500 {
            seen.extend(page(&rows, 10, number, &mut ChaCha8Rng::seed_from_u64(number as u64)));
        }
        let different: HashSet<_> = seen.iter().collect();
        assert_eq!(seen.len(), rows.len());
        let missed = rows.len() - different.len();
        assert!((200..300).contains(&missed), "{missed} of 5000");
    }

    #[test]
    fn a_part_of_the_order_is_as_in_the_whole() {
        let all: Vec<Id> = (0..200).map(|id| id * 37 % 200).collect();
        let mut sorted = all.clone();
        sorted.sort_unstable_by_key(|id| place(*id));
        for (from, count) in [(0, 30), (10, 30), (180, 30), (199, 5), (200, 5), (0, 500)] {
            let end = (from + count).min(200);
            let part = nth(&mut all.clone(), from, count, |id| place(*id)).to_vec();
            assert_eq!(part, sorted[from.min(200)..end], "{from} {count}");
        }
    }

    #[test]
    fn a_list_of_one_page_is_whole() {
        let all: Vec<Id> = (0..10).collect();
        let rows: Vec<&Id> = all.iter().collect();
        for seed in 0..50 {
            let page = page(&rows, 10, 0, &mut ChaCha8Rng::seed_from_u64(seed));
            assert_eq!(page.iter().collect::<HashSet<_>>().len(), 10);
        }
    }
}
