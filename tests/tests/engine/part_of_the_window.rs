//! A run of a part of the window covers nothing (rule W2).

use chrono::TimeDelta;
use latchel_sync_core::engine::{Mode, Request};
use latchel_sync_core::model::*;

use tests::simulation::pair::{Pair, stamped, unit, world};

/// Syncs what was changed since then.
async fn since(pair: &Pair, ago: TimeDelta) -> Vec<String> {
    let since = Some(pair.now - ago);
    pair.request(&Request { since, ..Request::everything(Mode::Apply, pair.now) }).await.run.warnings
}

fn rename(pair: &Pair) -> RecordKey {
    pair.platform.edit(|world| {
        let now = world.now;
        let Some(Row::Record(one)) = world.properties.get_mut(&unit("13", None)) else { panic!() };
        (one.property_name, one.freshness) = ("Oak".to_owned(), stamped(now));
    });
    RecordKey::platform(Kind::Property, "13")
}

#[tokio::test]
async fn what_a_shorter_run_left_out_arrives_with_the_next_plain_one() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::hours(1));
    let renamed = rename(&pair);
    pair.advance(TimeDelta::days(5));
    let said = since(&pair, TimeDelta::hours(1)).await;
    assert!(said.iter().any(|one| one.contains("not covered by `--since`")), "{said:?}");
    pair.advance(TimeDelta::minutes(15));
    let done = pair.sync().await;
    assert_eq!(done.reason(&renamed), Reason::PropertyChanged);
    assert_eq!(done.run.warnings, Vec::<String>::new());
}

#[tokio::test]
async fn the_same_holds_for_an_accounts_very_first_run() {
    let mut pair = Pair::new(world()).await;
    pair.advance(TimeDelta::days(2));
    since(&pair, TimeDelta::hours(1)).await;
    pair.advance(TimeDelta::days(5));
    assert_eq!(pair.sync().await.reason(&RecordKey::platform(Kind::Property, "13")), Reason::PropertyNew);
}

#[tokio::test]
async fn a_longer_run_covers_the_gap_and_a_short_one_without_a_gap_says_nothing() {
    let mut pair = Pair::new(world()).await;
    pair.sync().await;
    pair.advance(TimeDelta::days(5));
    assert_eq!(since(&pair, TimeDelta::days(6)).await, Vec::<String>::new());
    pair.advance(TimeDelta::minutes(10));
    assert_eq!(since(&pair, TimeDelta::hours(1)).await, Vec::<String>::new());
    // Its window is the ordinary one again: what is older is outside of it.
    let renamed = rename(&pair);
    pair.advance(TimeDelta::days(4));
    let done = pair.sync().await;
    assert_eq!(done.reason(&renamed), Reason::PropertyChanged);
}
