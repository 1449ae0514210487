//! What a platform cannot do, and what its Latchel user cannot reach.

use chrono::TimeDelta;
use latchel_sync_core::model::*;
use latchel_sync_core::rules::Reason;
use latchel_sync_core::{Capabilities, Platform};

use tests::simulation::pair::{Pair, world};

async fn with(change: fn(&mut Capabilities)) -> Pair {
    let policy = Policy::new(SyncMethod::All);
    let limited = |platform: latchel_sync_core::memory::MemoryPlatform| {
        let mut capabilities = platform.capabilities();
        change(&mut capabilities);
        platform.with_capabilities(capabilities)
    };
    let mut pair = Pair::with(world(), policy, limited).await;
    pair.sync().await;
    pair.advance(TimeDelta::minutes(15));
    pair.journal.take();
    pair
}

#[tokio::test]
async fn a_platform_without_a_create_says_so_instead_of_failing() {
    let mut pair = with(|capabilities| capabilities.create_work_order = false).await;
    let job = pair.add_job("Diagnosing Issue");
    pair.advance(TimeDelta::minutes(15));
    let key = RecordKey::latchel(Kind::WorkOrder, job);
    assert_eq!(pair.sync().await.reason(&key), Reason::NotSupportedByPlatform);
    assert_eq!(pair.journal.take_writes(), []);
}

#[tokio::test]
async fn a_platform_that_cannot_cancel_still_completes() {
    let mut pair = with(|capabilities| capabilities.set_cancelled = false).await;
    let (done, off) = (pair.add_job("Diagnosing Issue"), pair.add_job("Diagnosing Issue"));
    pair.advance(TimeDelta::minutes(15));
    pair.sync().await;
    pair.latchel.edit(|world| {
        world.change_job(done, |job| job.state = JobState::Completed);
        world.change_job(off, |job| job.state = JobState::Cancelled);
    });
    pair.advance(TimeDelta::minutes(15));
    let outcome = pair.sync().await;
    assert_eq!(outcome.reason(&RecordKey::latchel(Kind::WorkOrder, done)), Reason::StatusCompleted);
    assert_eq!(outcome.reason(&RecordKey::latchel(Kind::WorkOrder, off)), Reason::NotSupportedByPlatform);
}

#[tokio::test]
async fn an_unreachable_property_gets_no_work_order_unless_reach_is_unknown() {
    for (knows_reach, expected) in
        [(true, Reason::PropertyNotAssignedToLatchel), (false, Reason::WorkOrderCreated)]
    {
        let mut pair = match knows_reach {
            true => with(|_| {}).await,
            false => with(|capabilities| capabilities.knows_reach = false).await,
        };
        pair.platform.edit(|world| world.unreachable = vec![PropertyId::new("12"), PropertyId::new("13")]);
        let job = pair.add_job("Diagnosing Issue");
        pair.advance(TimeDelta::minutes(15));
        assert_eq!(pair.sync().await.reason(&RecordKey::latchel(Kind::WorkOrder, job)), expected);
    }
}
