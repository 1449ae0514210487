use latchel_sync_core::model::JobId;
use latchel_sync_server::{LeftOut, Origin, Readers, Served, Why};

use super::sender::*;
use crate::world::{ACCOUNT, World};

const LATER: &str = "2026-03-02T08:01:00Z";

/// Serves the account no longer, for this reason.
fn leave_out(world: &World, why: Why, webhooks: Readers) {
    let left_out = LeftOut { why, origin: Origin::Ledger, webhooks };
    let left_out = [(ACCOUNT.to_owned(), left_out)].into();
    world.app.accounts.replace(Served { left_out, ..Served::default() });
}

#[tokio::test]
async fn what_cannot_be_read_is_asked_for_again_and_what_is_not_configured_is_not() {
    let world = listening().await;
    leave_out(&world, Why::Wrong("a variable is not set".to_owned()), Readers::default());
    assert_eq!(latchel_tells(&world, JobId(300), LATER).await, 503);
    let path = "/webhooks/nobody/latchel";
    assert_eq!(post(&world, path, &[("x-api-key", KEY)], envelope(JobId(300), LATER)).await.0, 404);
    leave_out(&world, Why::Disabled, Readers::default());
    assert_eq!(latchel_tells(&world, JobId(300), LATER).await, 404);
    assert_eq!(open(&*world.app.desk).await, 0);
}

#[tokio::test]
async fn what_comes_meanwhile_is_worked_on_once_the_account_is_well_again() {
    let world = listening().await;
    let work = at_work(&world).await;
    let well = (*world.app.accounts.now()).clone();
    let job = add_job(&world);
    for why in [Why::Wrong("a variable is not set".to_owned()), Why::Disabled] {
        leave_out(&world, why, readers());
        let forged = envelope(job, LATER).replace(KEY, "wrong");
        assert_eq!(post(&world, LATCHEL, &[("x-api-key", KEY)], forged).await.0, 401);
        assert_eq!(latchel_tells(&world, job, LATER).await, 200);
        assert_eq!(open(&*world.app.desk).await, 1, "it is kept, once");
    }
    assert!(made_from(&world, job).is_empty());
    world.app.accounts.replace(well);
    worked_off(&world.app).await;
    assert_eq!(made_from(&world, job).len(), 1);
    world.app.stop.stop();
    work.await.expect("it ends");
}
