use std::time::Duration;

use latchel_sync_core::{Error, ErrorKind};

use crate::bench::{Bench, EVERYTHING, rows};
use crate::expect::{ensure, fails, same};
use crate::far_side::{Setup, Trouble};
use crate::report::{Stop, Verdict};

/// A pause that is longer than any adapter waits by itself.
const AN_HOUR: Duration = Duration::from_secs(3_600);

/// Credentials that nobody knows.
pub async fn wrong_credentials_are_unauthorized(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let stranger = bench.far.stranger().await?;
    let error = fails("a call with wrong credentials", stranger.users().await, ErrorKind::Unauthorized)?;
    same("whether trying again may help", &error.is_temporary(), &false)?;
    fails(
        "a list with wrong credentials",
        rows(stranger.properties(EVERYTHING)).await,
        ErrorKind::Unauthorized,
    )?;
    Ok(())
}

/// Credentials that are known, and may not see work orders.
pub async fn a_missing_permission_is_forbidden(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    bench.far.forbid_work_orders().await?;
    let answer = rows(bench.platform.work_orders(EVERYTHING)).await;
    let error = fails("a list that may not be seen", answer, ErrorKind::Forbidden)?;
    same("whether trying again may help", &error.is_temporary(), &false)?;
    rows(bench.platform.properties(EVERYTHING)).await?;
    Ok(())
}

/// A far side that refuses calls for an hour: the pause is passed on, not waited for.
pub async fn too_many_is_rate_limited(setup: &dyn Setup) -> Verdict {
    let error = failing(setup, Trouble::TooMany(AN_HOUR), ErrorKind::RateLimited).await?;
    same("the pause that was asked for", &error.retry_after(), &Some(AN_HOUR))?;
    same("whether trying again may help", &error.is_temporary(), &true)
}

/// A far side that fails and says for how long.
pub async fn failing_is_unavailable(setup: &dyn Setup) -> Verdict {
    let error = failing(setup, Trouble::Failing(AN_HOUR), ErrorKind::Unavailable).await?;
    same("whether trying again may help", &error.is_temporary(), &true)
}

/// Answers that are no answers.
pub async fn nonsense_is_malformed(setup: &dyn Setup) -> Verdict {
    for trouble in [Trouble::Garbage, Trouble::Truncated] {
        let error = failing(setup, trouble, ErrorKind::Malformed).await?;
        same("whether trying again may help", &error.is_temporary(), &false)?;
    }
    Ok(())
}

/// A read that fails once is repeated, or its error says that it can be.
pub async fn a_failure_once_is_temporary(setup: &dyn Setup) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    for trouble in [Trouble::TooManyOnce, Trouble::FailingOnce] {
        bench.far.trouble(Some(trouble)).await?;
        match rows(bench.platform.residents(EVERYTHING)).await {
            Ok(_) => {}
            Err(error) if error.is_temporary() => {}
            Err(error) => {
                return Err(Stop::failed(format!("{trouble:?} must pass or be temporary, and is {error:?}")));
            }
        }
        rows(bench.platform.residents(EVERYTHING)).await?;
    }
    Ok(())
}

/// The error of a failing far side says what was being done.
pub async fn an_error_names_its_call(setup: &dyn Setup) -> Verdict {
    let error = failing(setup, Trouble::Failing(AN_HOUR), ErrorKind::Unavailable).await?;
    let (all, bare) = (error.to_string(), error.message().to_owned());
    ensure!(all.len() > bare.len(), "the error must name what it happened on, and says only {bare:?}");
    Ok(())
}

async fn failing(setup: &dyn Setup, trouble: Trouble, kind: ErrorKind) -> Result<Error, Stop> {
    let bench = Bench::fresh(setup).await?;
    bench.far.trouble(Some(trouble)).await?;
    fails(&format!("`users` with {trouble:?}"), bench.platform.users().await, kind)?;
    let listed = rows(bench.platform.work_orders(EVERYTHING)).await;
    fails(&format!("`work_orders` with {trouble:?}"), listed, kind)
}
