//! What several processes keep together: rate limits, and tries of something secret.

use std::time::Duration;

use chrono::TimeDelta;
use latchel_sync_core::shared_limits::{Block, Ended, KeptLimit, SharedLimits, Taken, Wish};

use super::{now, user};
use crate::desk::*;

fn wish(calls: u32, ended: Option<Ended>) -> Wish {
    let limits = vec![KeptLimit { calls: 4, span: Duration::from_secs(600) }];
    Wish { limits, calls, ended }
}

async fn block(place: &dyn SharedLimits, group: &str, ended: Option<Ended>) -> Block {
    match place.take(group, &wish(100, ended)).await.expect("an answer") {
        Taken::Block(block) => block,
        Taken::Later(pause) => panic!("a block, and not {pause:?}"),
    }
}

pub async fn calls_of_a_group_are_taken_until_there_are_none(place: &dyn SharedLimits) {
    let mut last = block(place, "a", None).await;
    for _ in 0..3 {
        assert_eq!(last.calls, [Duration::ZERO]);
        last = block(place, "a", None).await;
    }
    let Taken::Later(_) = place.take("a", &wish(1, None)).await.expect("an answer") else {
        panic!("none is left")
    };
    assert_eq!(block(place, "b", None).await.calls.len(), 1, "another group's");
    let ended = Ended { block: last.id, sent: Vec::new() };
    let given_back = block(place, "a", Some(ended)).await;
    assert_ne!(given_back.id, last.id);
}

pub async fn a_group_that_is_held_back_gets_nothing_and_others_do(place: &dyn SharedLimits) {
    place.hold_back("a", Duration::from_secs(30)).await.expect("held");
    let Taken::Later(pause) = place.take("a", &wish(1, None)).await.expect("an answer") else {
        panic!("it is held back")
    };
    assert!(pause > Duration::from_secs(20) && pause <= Duration::from_secs(30), "{pause:?}");
    assert_eq!(block(place, "b", None).await.calls.len(), 1);
}

fn keys(guessed: &str, address: &str) -> [TryKey; 2] {
    let key = |kind, key: &str, free| {
        let pace = Pace { free, longest: TimeDelta::minutes(5) };
        TryKey { kind, key: key.to_owned(), pace }
    };
    [key("name", guessed, 2), key("address", address, 4)]
}

pub async fn tries_are_slowed_down_by_each_of_their_keys(desk: &dyn Desk) {
    let at = async |guessed, address, seconds| {
        let wait = desk.count_try(&keys(guessed, address), now() + TimeDelta::seconds(seconds)).await;
        wait.expect("counted").num_seconds()
    };
    assert_eq!((at("ann", "1", 0).await, at("ann", "2", 0).await), (0, 0));
    assert_eq!((at("ann", "3", 0).await, at("ann", "3", 0).await), (1, 1), "what is refused counts nothing");
    assert_eq!(at("bob", "3", 0).await, 0);
    assert_eq!((at("ann", "3", 1).await, at("ann", "3", 1).await), (0, 2));
    // That was the address's second; two more, and it waits too.
    assert_eq!((at("cid", "3", 1).await, at("dee", "3", 1).await, at("eve", "3", 1).await), (0, 0, 1));
    assert_eq!(at("ann", "9", 1 + 3_599).await, 0, "the pause is over");
    assert_eq!(at("ann", "9", 1 + 3_599).await, 4, "and the count goes on");
    assert_eq!(at("ann", "9", 2 * 3_600).await, 0, "an hour forgets");
    assert_eq!(at("ann", "9", 2 * 3_600).await, 0);
    assert_eq!(at("ann", "9", 2 * 3_600).await, 1);
}

pub async fn a_right_try_is_taken_back(desk: &dyn Desk) {
    let [ann, one] = keys("ann", "1");
    for _ in 0..2 {
        assert_eq!(
            desk.count_try(&[ann.clone(), one.clone()], now()).await.expect("counted"),
            TimeDelta::zero()
        );
    }
    desk.try_was_right(&ann, &one).await.expect("taken back");
    let [bob, _] = keys("bob", "1");
    for key in [&ann, &ann, &bob] {
        let wait = desk.count_try(&[key.clone(), one.clone()], now()).await.expect("counted");
        assert_eq!(wait, TimeDelta::zero(), "{key:?}");
    }
    let [cid, _] = keys("cid", "1");
    let wait = desk.count_try(&[cid, one.clone()], now()).await.expect("refused");
    assert_eq!(wait, TimeDelta::seconds(1), "the address has begun with one");
    desk.try_was_right(&ann, &keys("", "unknown")[1]).await.expect("nothing to take back");
}

pub async fn tries_at_the_name_of_somebody_who_is_added_anew_are_forgotten(desk: &dyn Desk) {
    let pace = Pace { free: 1, longest: TimeDelta::minutes(5) };
    let [ann, bob] = ["ann", "bob"].map(|name| [TryKey { kind: OF_NAME, key: name.to_owned(), pace }]);
    for name in [&ann, &bob] {
        assert_eq!(desk.count_try(name, now()).await.expect("counted"), TimeDelta::zero());
    }
    desk.put_user(&user("ann", Role::Viewer)).await.expect("added");
    assert_eq!(desk.count_try(&ann, now()).await.expect("counted"), TimeDelta::zero());
    assert_eq!(desk.count_try(&bob, now()).await.expect("refused"), TimeDelta::seconds(1));
}
