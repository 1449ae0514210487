use latchel_sync_core::model::{Kind, WorkOrderStatus};

use crate::bench::{Bench, EVERYTHING, Outcome};
use crate::expect::{ensure, same};
use crate::far_side::Setup;
use crate::report::{Stop, Verdict};

/// One of three records has values that are none of their kind.
pub async fn an_unreadable_row_stays_alone(setup: &dyn Setup, kind: Kind) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    for label in ["Alpha", "Illegible", "Gamma"] {
        bench.add(kind, label).await?;
    }
    let listed = bench.list(kind, EVERYTHING).await?;
    let bad = listed.iter().find(|row| row.label.contains("Illegible")).map(|row| row.id.clone());
    bench.far.garble("Illegible").await?;
    let listed = bench.list(kind, EVERYTHING).await?;
    for label in ["Alpha", "Gamma"] {
        let there = listed.iter().any(|row| row.label.contains(label));
        ensure!(there, "a row that cannot be understood must leave the others alone, and {label:?} is gone");
    }
    let invalid = listed.iter().find_map(|row| match &row.outcome {
        Outcome::Invalid { field } => Some((row.id.clone(), field.clone())),
        Outcome::Record(_) | Outcome::Other => None,
    });
    let still_read =
        |id: &String| listed.iter().any(|row| row.id == *id && matches!(row.outcome, Outcome::Record(_)));
    if invalid.is_none() && bad.as_ref().is_some_and(still_read) {
        return Err(Stop::no_notion("the row that names the record says nothing that decides"));
    }
    let Some((id, field)) = invalid else {
        return Err(Stop::failed("a row that cannot be understood must be told as invalid, and none is"));
    };
    ensure!(
        field.chars().any(char::is_alphabetic),
        "it must name the field that is wrong, and names {field:?}"
    );
    same("the id of what cannot be understood, by which it is asked for again", &Some(id), &bad)
}

/// The platform learns a word for a status that the adapter has never heard.
pub async fn an_unknown_status_is_open(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.add(Kind::WorkOrder, "Odd").await?;
    let before = bench.titled("Odd").await?;
    let WorkOrderStatus::Open(word) = &before.status else {
        return Err(Stop::failed(format!("a new work order must be open, and is {:?}", before.status)));
    };
    bench.far.reword(word, "Awaiting Moonlight").await?;
    let after = bench.titled("Odd").await?;
    if after.status == before.status {
        return Err(Stop::no_notion(format!("its answers do not spell the status as {word:?}")));
    }
    same("the status", &after.status, &WorkOrderStatus::Open("Awaiting Moonlight".to_owned()))
}
