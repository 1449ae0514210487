//! A platform and a Latchel that do not show at once what was made there, and markers that a person copies.

use chrono::TimeDelta;
use mock_pms::{Fault, FaultPlan, FaultRule, LoggedRequest, Moment, Side};

use crate::both_ways::new_job;
use crate::kills::killed_at;
use crate::pairs::pairs;
use crate::setup::Setup;
use crate::story::{Story, copy_work_order};

/// Every kind of create.
const CREATES: [(Side, &str); 4] = [
    (Side::Platform, "/v1/workorders"),
    (Side::Latchel, "/v1/properties"),
    (Side::Latchel, "/v1/residents"),
    (Side::Latchel, "/v1/jobs"),
];

/// A side that shows its state of a minute ago.
fn slow(side: Side) -> FaultRule {
    FaultRule { side: Some(side), ..FaultRule::always(Fault::Stale { seconds: 60 }) }
}

/// Runs while what was made cannot be seen yet, at once and half a minute later, and then when it can.
async fn is_not_made_twice(story: &Story, mut setup: Setup, expected: &[String], what: &str) {
    for seconds in [0, 30, 31] {
        setup.advance(TimeDelta::seconds(seconds));
        setup.output(&["sync"]).await;
        pairs(&setup);
    }
    story.is_made_good(setup, expected, what).await;
}

#[tokio::test]
async fn what_shows_only_a_minute_after_its_answer_was_lost_is_not_made_twice() {
    let story = Story::every_rule().await;
    let (expected, _) = story.undisturbed().await;
    for (side, path) in CREATES {
        let setup = story.begin().await;
        let cut = FaultRule {
            side: Some(side),
            method: Some("POST".to_owned()),
            path: Some(path.to_owned()),
            times: Some(1),
            ..FaultRule::always(Fault::CutAfter)
        };
        setup.server.set_faults(FaultPlan { seed: 1, faults: vec![cut, slow(side)] });
        setup.output(story.run).await;
        is_not_made_twice(&story, setup, &expected, &format!("{side} {path}")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_shows_only_a_minute_after_the_run_was_killed_is_not_made_twice() {
    let story = Story::every_rule().await;
    let (expected, _) = story.undisturbed().await;
    for (side, path) in CREATES {
        let plan = FaultPlan { seed: 1, faults: vec![slow(side)] };
        let create = move |one: &LoggedRequest| {
            (one.side, one.method.as_str(), one.path.as_str()) == (side, "POST", path)
        };
        let setup = story.begin().await;
        setup.server.set_faults(plan);
        let what = format!("killed when {side} {path} was done");
        assert!(killed_at(&setup, story.run, Moment::Done, create, 1).await, "{what}: it was not");
        is_not_made_twice(&story, setup, &expected, &what).await;
    }
}

/// A Latchel work order whose platform work order a person has copied, after the answer that made it was lost or not.
async fn copied(answer_lost: bool) -> (Setup, i64) {
    let mut setup = Setup::small("all").await;
    setup.sync(0).await;
    setup.advance(TimeDelta::minutes(15));
    let job = new_job(&setup, "Diagnosing Issue");
    setup.advance(TimeDelta::minutes(15));
    if answer_lost {
        let cut = FaultRule {
            path: Some("/v1/workorders".to_owned()),
            method: Some("POST".to_owned()),
            ..FaultRule::always(Fault::CutAfter)
        };
        setup.server.set_faults(FaultPlan { seed: 1, faults: vec![cut] });
    }
    setup.sync(i32::from(answer_lost)).await;
    setup.server.set_faults(FaultPlan::default());
    setup.advance(TimeDelta::minutes(5));
    copy_work_order(&setup, job);
    setup.advance(TimeDelta::minutes(10));
    (setup, job)
}

/// Takes the marker out of the title of the newer of the two.
fn unmark(setup: &Setup) {
    setup.server.edit(|world| {
        let id = world.platform.work_orders.iter().map(|one| one.id).max().expect("the copy");
        let unmarked = |one: &mut mock_pms::world::WorkOrder| one.title = Some("A copy".to_owned());
        world.update(id, unmarked).expect("the copy");
        let task = world.platform.work_orders.get(id).expect("the copy").task_id;
        let unmarked = |one: &mut mock_pms::world::Task| one.title = "A copy".to_owned();
        world.update(task, unmarked).expect("its task");
    });
}

#[tokio::test]
async fn a_marker_found_twice_is_reported_until_a_person_decides() {
    for answer_lost in [true, false] {
        let (mut setup, job) = copied(answer_lost).await;
        let before = pairs(&setup);
        for _ in 0..2 {
            assert_eq!(setup.sync(1).await, [], "a sync does not guess");
            assert_eq!(pairs(&setup), before);
            let pending = setup.run(0, &["pending", "list"]).await;
            assert!(pending.contains("marker_ambiguous"), "{pending}");
            setup.advance(TimeDelta::hours(6));
        }
        unmark(&setup);
        setup.advance(TimeDelta::hours(6));
        setup.sync(0).await;
        let banner = setup.run(0, &["status", "work-order", &job.to_string()]).await;
        assert!(banner.starts_with("[synced]"), "{banner}");
        assert_eq!(setup.sync(0).await, []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_answer_leaves_out_is_asked_for_again_before_it_is_created() {
    let begun = Setup::small("all").await;
    begun.sync(0).await;
    let expected = pairs(&begun);
    let mut happened = 0;
    for path in ["/v1/properties/lookup", "/v1/residents/lookup", "/v1/jobs/lookup"] {
        for call in 1..=6 {
            let setup = begun.copy().await;
            // With an empty ledger, only what Latchel answers says what it has.
            std::fs::remove_file(setup.ledger_file()).expect("the ledger");
            let rule = FaultRule {
                side: Some(Side::Latchel),
                path: Some(path.to_owned()),
                calls: vec![call],
                ..FaultRule::always(Fault::MissingRow)
            };
            setup.server.set_faults(FaultPlan { seed: call, faults: vec![rule] });
            setup.run(0, &["sync"]).await;
            happened += setup.server.faults_happened();
            assert_eq!(pairs(&setup), expected, "call {call} of {path}");
        }
    }
    assert!(happened >= 6, "{happened} rows were left out");
}
