//! Checks of every call.

mod secrecy;
mod texts;
mod trouble;
mod unreadable;
mod words;

use std::time::{Duration, Instant};

use latchel_sync_core::model::{JobId, Kind, Marker};

use crate::bench::{Bench, EVERYTHING, Seen};
use crate::expect::{ensure, same};
use crate::far_side::{Answered, Ground, Pace, Setup};
use crate::report::{Stop, Verdict};

pub use secrecy::no_credential_is_shown;
pub use texts::{texts_are_sent, texts_arrive};
pub use trouble::{
    a_failure_once_is_temporary, a_missing_permission_is_forbidden, an_error_names_its_call,
    failing_is_unavailable, nonsense_is_malformed, too_many_is_rate_limited,
    wrong_credentials_are_unauthorized,
};
pub use unreadable::{an_unknown_status_is_open, an_unreadable_row_stays_alone};
pub use words::no_unknown_word_is_refused;

/// Time in which calls are made as fast as the adapter lets them.
const HASTE: Duration = Duration::from_millis(1_500);

/// Every call that reads, twice.
pub async fn reads_change_nothing(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let group = bench.add(Kind::Property, "House").await?;
    bench.add(Kind::Resident, "Reader").await?;
    bench.add(Kind::WorkOrder, "To be read").await?;
    // Not every platform has groups, and the check is about the others too.
    let _ = bench.far.add_group("A group", &[group]).await;
    let before = bench.far.snapshot().await?;
    let first = read_everything(&bench).await?;
    let second = read_everything(&bench).await?;
    ensure!(bench.far.snapshot().await? == before, "calls that read changed something");
    same("what is read the second time", &second, &first)
}

async fn read_everything(bench: &Bench) -> Result<Vec<Seen>, Stop> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let listed = bench.list(kind, EVERYTHING).await?;
        let ids: Vec<_> = listed.iter().map(|row| row.id.clone()).collect();
        all.extend(bench.look_up(kind, &ids).await?);
        all.extend(listed);
    }
    all.sort_by_key(|row| (row.id.clone(), row.label.clone()));
    let properties = [bench.home_ref().await?.property];
    bench.platform.users().await?;
    bench.platform.property_groups().await?;
    bench.platform.reach(&bench.latchel_user().await?.id, &properties).await?;
    bench.platform.find_by_marker(&Marker::for_job(JobId(1))).await?;
    bench.platform.check().await?;
    Ok(all)
}

/// Calls as fast as the adapter lets them, against a far side that has the real limits.
pub async fn rate_limits_are_kept(setup: &dyn Setup) -> Verdict {
    let declared = setup.adapter().map(|adapter| adapter.rate_limits).unwrap_or_default();
    if declared.is_empty() {
        return Err(Stop::no_notion("the adapter declares no rate limit"));
    }
    let ground = Ground { pace: Pace::Rationed, ..Ground::default() };
    let far = setup.fresh(ground).await?;
    let platform = far.platform();
    far.forget_calls().await?;
    let begin = Instant::now();
    while let Some(left) = HASTE.checked_sub(begin.elapsed()) {
        // The adapter makes the last call wait for longer than this check does.
        match tokio::time::timeout(left, platform.users()).await {
            Ok(answer) => drop(answer?),
            Err(_) => break,
        }
    }
    let calls = far.calls().await?;
    let seconds = u32::try_from(begin.elapsed().as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    let refused = calls.iter().filter(|call| call.answer == Answered::TooMany).count();
    same("the number of calls that were too many", &refused, &0)?;
    for limit in declared {
        let spans = seconds.div_ceil(limit.seconds.max(1));
        let allowed = usize::try_from(limit.calls.saturating_mul(spans)).unwrap_or(usize::MAX);
        ensure!(
            calls.len() <= allowed,
            "{} calls in {seconds} s are more than {limit:?} allows",
            calls.len()
        );
    }
    ensure!(!calls.is_empty(), "no call was made at all");
    Ok(())
}
