//! [`Platform::check`](latchel_sync_core::Platform).

use std::time::Duration;

use chrono::TimeDelta;
use latchel_sync_core::{ErrorKind, Finding, FindingLevel, Platform, Probe, calls};

use crate::bench::Bench;
use crate::expect::{ensure, fails, same};
use crate::far_side::{Setup, Trouble};
use crate::report::Verdict;

/// Nothing on the far side has changed afterwards, and a sound connection has no finding that is an error.
pub async fn reads_only(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let before = bench.far.snapshot().await?;
    let (probe, calls) = calls::recorded(bench.platform.check()).await;
    let probe = probe?;
    ensure!(bench.far.snapshot().await? == before, "`check` changed something");
    let errors: Vec<_> = errors(&probe).collect();
    ensure!(errors.is_empty(), "a sound connection must have no error, and has {errors:?}");
    for reading in calls.clocks.values() {
        let off = (reading.shown - bench.now).abs();
        ensure!(
            off <= TimeDelta::seconds(2),
            "the far side's clock shows {}, not {}",
            bench.now,
            reading.shown
        );
    }
    Ok(())
}

/// Wrong credentials are a finding.
pub async fn wrong_credentials_are_a_finding(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    has_an_error_with_a_remedy(bench.far.stranger().await?.as_ref(), "wrong credentials").await
}

/// A missing permission is a finding.
pub async fn a_missing_permission_is_a_finding(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.far.forbid_work_orders().await?;
    has_an_error_with_a_remedy(bench.platform.as_ref(), "a missing permission").await
}

/// A far side that does not answer is no finding.
pub async fn no_answer_is_an_error(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.far.trouble(Some(Trouble::Failing(Duration::from_secs(3_600)))).await?;
    fails("`check` of a far side that fails", bench.platform.check().await, ErrorKind::Unavailable)?;
    Ok(())
}

async fn has_an_error_with_a_remedy(platform: &dyn Platform, what: &str) -> Verdict {
    let probe = platform.check().await?;
    let error = errors(&probe).next();
    ensure!(error.is_some(), "{what} must be a finding that is an error: {:?}", probe.findings);
    same("a remedy is missing", &error.is_some_and(|error| error.remedy.is_empty()), &false)
}

fn errors(probe: &Probe) -> impl Iterator<Item = &Finding> {
    probe.findings.iter().filter(|finding| finding.level == FindingLevel::Error)
}
