//! [`Platform::reach`](latchel_sync_core::Platform::reach).

use latchel_sync_core::model::{Kind, Reach};

use crate::bench::Bench;
use crate::expect::{ensure, same};
use crate::far_side::Setup;
use crate::report::{Stop, Verdict};

/// Two properties, one of which no user can reach.
pub async fn one_answer_for_each(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.add(Kind::Property, "Open").await?;
    let shut = bench.add(Kind::Property, "Shut").await?;
    let user = bench.latchel_user().await?.id;
    let open_id = bench.property("Open").await?.id.property;
    let shut_id = bench.property("Shut").await?.id.property;
    let asked = [shut_id.clone(), open_id, shut_id];
    let knows = bench.platform.capabilities().knows_reach;
    if !knows {
        let answers = bench.platform.reach(&user, &asked).await?;
        return same("the answers of a platform that does not tell", &answers[..], &[Reach::Unknown; 3]);
    }
    bench.far.keep_users_from(&shut).await?;
    let answers = bench.platform.reach(&user, &asked).await?;
    let [first, second, third] = answers[..] else {
        return Err(Stop::failed(format!("three properties must have three answers, and have {answers:?}")));
    };
    ensure!(second != Reach::Unreachable, "a property that users can reach must not be {second:?}");
    same("the reach of a property that nobody can reach", &[first, third], &[Reach::Unreachable; 2])
}
