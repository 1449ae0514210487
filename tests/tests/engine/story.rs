//! Stories that shrink to the shortest that goes wrong.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use latchel_sync_core::ErrorKind;
use latchel_sync_core::engine::Mode;
use latchel_sync_core::ledger::Outcome;
use latchel_sync_core::memory::Fate;
use latchel_sync_core::model::*;
use latchel_sync_core::rules::Reason;
use proptest::prelude::*;
use tests::simulation::story::{Step, Story};

fn step() -> impl Strategy<Value = Step> {
    let which = 0_usize..4;
    let closed = prop_oneof![Just(ClosedStatus::Completed), Just(ClosedStatus::Cancelled)];
    let state = prop::sample::select(vec!["Completed", "Cancelled", "Forwarded to PM", "Awaiting Invoice"]);
    let fate = prop_oneof![
        4 => Just(Fate::Proceed),
        1 => Just(Fate::Pretend),
        2 => Just(Fate::LoseAnswer),
        1 => Just(Fate::Fail(ErrorKind::Unavailable)),
        1 => Just(Fate::Fail(ErrorKind::Refused)),
    ];
    let person = prop_oneof![
        (1_i64..200).prop_map(Step::Wait),
        (which.clone(), any::<bool>()).prop_map(|(one, active)| Step::SetActive(one, active)),
        (which.clone(), -3_i64..10).prop_map(|(one, days)| Step::MoveOut(one, days)),
        which.clone().prop_map(Step::ChangeContact),
        (which.clone(), any::<bool>()).prop_map(|(one, assigned)| Step::AssignToLatchel(one, assigned)),
        (which.clone(), closed).prop_map(|(one, status)| Step::CloseOnPlatform(one, status)),
        which.clone().prop_map(Step::NewWorkOrder),
    ];
    let person_in_latchel = prop_oneof![
        state.clone().prop_map(Step::NewJob),
        (which.clone(), state).prop_map(|(one, state)| Step::SetJobState(one, state)),
        (which.clone(), any::<bool>()).prop_map(|(one, active)| Step::SetPropertyInLatchel(one, active)),
        (which, any::<bool>()).prop_map(|(one, active)| Step::SetResidentInLatchel(one, active)),
    ];
    let sync = (0_usize..30, fate).prop_map(|(call, fate)| Step::Sync(call, fate));
    let crash = (0_u32..120).prop_map(Step::Crash);
    prop_oneof![3 => person, 2 => person_in_latchel, 2 => sync, 1 => crash]
}

fn tell(method: SyncMethod, steps: &[Step]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut story = Story::begin(method).await;
        for step in steps {
            story.go_on(step).await;
        }
        story.end().await;
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn under_all(steps in prop::collection::vec(step(), 1..25)) {
        tell(SyncMethod::All, &steps);
    }

    #[test]
    fn under_assigned(steps in prop::collection::vec(step(), 1..25)) {
        tell(SyncMethod::Assigned, &steps);
    }

    #[test]
    fn under_none(steps in prop::collection::vec(step(), 1..25)) {
        tell(SyncMethod::None, &steps);
    }
}

#[tokio::test]
async fn a_plan_says_what_the_sync_then_does_and_writes_nothing() {
    let mut story = Story::begin(SyncMethod::All).await;
    let steps = [
        Step::SetActive(0, false),
        Step::MoveOut(1, 5),
        Step::NewWorkOrder(0),
        Step::NewJob("Completed"),
        Step::NewJob("Forwarded to PM"),
        Step::ChangeContact(0),
    ];
    for step in &steps {
        story.go_on(step).await;
    }
    story.pair.advance(TimeDelta::minutes(15));
    story.pair.journal.take();
    let told = |outcomes: Vec<Outcome>| -> BTreeMap<RecordKey, (Reason, &'static str)> {
        outcomes.into_iter().map(|one| (one.key, (one.reason, one.action.as_str()))).collect()
    };
    let planned = told(story.pair.run(Mode::Plan).await.outcomes);
    assert_eq!(story.pair.journal.take_writes(), []);
    assert_eq!(planned, told(story.pair.sync().await.outcomes));
}
