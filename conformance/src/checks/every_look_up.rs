//! Checks of `properties_by_id`, `residents_by_id` and `work_orders_by_id` alike.

use std::collections::{BTreeMap, BTreeSet};

use latchel_sync_core::model::Kind;

use crate::bench::{Bench, EVERYTHING, Outcome, Seen};
use crate::expect::ensure;
use crate::far_side::Setup;
use crate::report::Verdict;

/// Three records are the same by list and by id.
pub async fn finds_what_the_list_has(setup: &dyn Setup, kind: Kind) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    for label in ["Alpha", "Beta", "Gamma"] {
        bench.add(kind, label).await?;
    }
    let listed = by_id(bench.list(kind, EVERYTHING).await?);
    let ids: Vec<_> = listed.keys().cloned().collect();
    let found = by_id(bench.look_up(kind, &ids).await?);
    for (id, row) in &listed {
        let content = found.get(id).map(|row| &row.content);
        ensure!(
            content == Some(&row.content),
            "{kind} {id} is {row:?} in the list and {:?} by id",
            found.get(id)
        );
    }
    Ok(())
}

/// One of three is removed on the far side.
pub async fn what_is_gone_is_left_out(setup: &dyn Setup, kind: Kind) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.add(kind, "Alpha").await?;
    let gone = bench.add(kind, "Beta").await?;
    bench.add(kind, "Gamma").await?;
    let ids: Vec<_> = bench.list(kind, EVERYTHING).await?.into_iter().map(|row| row.id).collect();
    bench.far.remove(kind, &gone).await?;
    let found = bench.look_up(kind, &ids).await?;
    let label = |label: &str| found.iter().any(|row| row.label.contains(label));
    ensure!(!label("Beta"), "what no longer exists must be left out: {found:?}");
    ensure!(label("Alpha") && label("Gamma"), "what still exists must be found: {found:?}");
    let other = found.iter().find(|row| !matches!(row.outcome, Outcome::Record(_)));
    ensure!(other.is_none(), "what no longer exists must be left out, and is {other:?}");
    Ok(())
}

/// A look-up of 300 records at once, more than fit into the address of one call.
pub async fn any_number_of_ids(setup: &dyn Setup, kind: Kind) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    for number in 0..300 {
        bench.add(kind, &format!("Many {number:05}")).await?;
    }
    let ids: BTreeSet<_> = bench.list(kind, EVERYTHING).await?.into_iter().map(|row| row.id).collect();
    let asked: Vec<_> = ids.iter().cloned().collect();
    let found: BTreeSet<_> = bench.look_up(kind, &asked).await?.into_iter().map(|row| row.id).collect();
    let missing: Vec<_> = ids.difference(&found).collect();
    ensure!(
        missing.is_empty(),
        "of {} ids {} are not found, first {:?}",
        ids.len(),
        missing.len(),
        missing.first()
    );
    let nothing = bench.look_up(kind, &[]).await?;
    ensure!(nothing.is_empty(), "no ids must find nothing, and find {nothing:?}");
    Ok(())
}

fn by_id(rows: Vec<Seen>) -> BTreeMap<String, Seen> {
    rows.into_iter()
        .filter(|row| !matches!(row.outcome, Outcome::Other))
        .map(|row| (row.id.clone(), row))
        .collect()
}
