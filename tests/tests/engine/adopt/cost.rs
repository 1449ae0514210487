//! Calls that taking an account over costs.

use latchel_sync_core::engine::Proposal;
use latchel_sync_core::model::*;
use tests::simulation::pair::Pair;

use super::{adopt, filled, proposals, row};

/// The platform's look-ups by id since they were last asked for.
fn look_ups(pair: &Pair) -> Vec<&'static str> {
    let calls = pair.journal.take().into_iter().filter(|call| call.side == Side::Platform);
    calls.map(|call| call.method).filter(|method| method.ends_with("_by_id")).collect()
}

#[tokio::test]
async fn what_the_lists_have_shown_is_not_asked_for_again() {
    let pair = filled().await;
    pair.journal.take();
    assert_eq!(adopt(&pair, None).await.linked, 6);
    assert_eq!(look_ups(&pair), Vec::<&str>::new());
}

#[tokio::test]
async fn a_few_decisions_are_checked_by_their_ids() {
    let pair = filled().await;
    let rows = proposals(&pair).await.pairs;
    pair.journal.take();
    assert_eq!(adopt(&pair, Some(rows)).await.linked, 6);
    assert_eq!(look_ups(&pair), ["properties_by_id", "residents_by_id", "work_orders_by_id"]);
}

#[tokio::test]
async fn many_decisions_are_checked_by_the_lists_and_those_of_no_list_by_their_ids() {
    let pair = filled().await;
    let strangers = (0..100).map(|number| row(Kind::WorkOrder, &format!("Z{number}"), 900 + number));
    let rows: Vec<Proposal> = proposals(&pair).await.pairs.into_iter().chain(strangers).collect();
    pair.journal.take();
    let adopted = adopt(&pair, Some(rows)).await;
    assert_eq!((adopted.linked, adopted.refused.len()), (6, 100));
    let why = &adopted.refused[0].why;
    assert!(why.contains("the platform has no work order Z0"), "{why}");
    // A hundred rows are checked together.
    assert_eq!(look_ups(&pair), ["work_orders_by_id", "work_orders_by_id"]);
}
