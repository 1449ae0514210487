//! [`Platform::aliases`](latchel_sync_core::Platform::aliases).

use std::collections::{BTreeMap, BTreeSet};

use latchel_sync_core::model::{Alias, Kind};

use crate::bench::{Bench, EVERYTHING};
use crate::expect::ensure;
use crate::far_side::Setup;
use crate::report::{Stop, Verdict};

/// Two records of each kind, with whatever other ids the platform tells of them.
pub async fn each_is_of_one_record(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let mut told = 0;
    for kind in Kind::ALL {
        for label in ["Alpha", "Beta"] {
            bench.add(kind, label).await?;
        }
        let listed: BTreeSet<_> = bench.list(kind, EVERYTHING).await?.into_iter().map(|row| row.id).collect();
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        for Alias { id, other } in bench.platform.aliases(kind).await? {
            ensure!(listed.contains(&id), "{other} is said to be {kind} {id}, which no list has");
            ensure!(
                !listed.contains(&other),
                "{other} is said to be {kind} {id}, and is another one's own id"
            );
            let before = known.insert(other.clone(), id.clone());
            let is_one = before.as_ref().is_none_or(|before| *before == id);
            ensure!(is_one, "{other} is said to be {kind} {id}, and {before:?}");
            told += 1;
        }
    }
    if told == 0 {
        return Err(Stop::no_notion("it tells no other ids of its records"));
    }
    Ok(())
}
