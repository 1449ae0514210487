//! Target 5: each platform is pulled for a while within the limits that its adapter declares, one after another, so that the
//! adapter is measured and not the processor; the mock takes no more than those, answers late, and counts.

use std::time::Duration;

use anyhow::{Result, anyhow};
use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use latchel_sync_core::Platform;
use latchel_sync_core::model::Window;
use mock_pms::Dialect;
use serde_json::{Value, json};

use super::Sizes;
use crate::mocked::{Mocked, Pace, declared};
use crate::table::{Line, Report, Verdict};

/// The least share of the allowance.
const SHARE: f64 = 0.95;
/// Latency of every answer, in milliseconds.
const LATENCY: u64 = 300;

pub async fn run(sizes: &Sizes, report: &mut Report) -> Result<()> {
    let (mut lines, mut figures) = (Vec::new(), Vec::new());
    for &dialect in Dialect::ALL {
        let (line, figure) = pull(dialect, sizes).await?;
        lines.push(line);
        figures.push(figure);
    }
    report.add("t5", lines, figures.into());
    Ok(())
}

/// Reads every list again and again for so long.
async fn pull(dialect: Dialect, sizes: &Sizes) -> Result<(Line, Value)> {
    let seconds = sizes.pull_seconds;
    let mocked = Mocked::start(dialect, sizes.pull_units, Pace::Declared).await?;
    mocked.delay(LATENCY, LATENCY);
    let platform = mocked.platform()?;
    let pulled = tokio::time::timeout(Duration::from_secs(seconds), lists(&*platform)).await;
    if let Ok(Err(error)) = pulled {
        return Err(anyhow!("{dialect}: {error}"));
    }
    let asked = mocked.asked();
    let refused = asked.iter().filter(|request| request.status == 429).count();
    let answered = asked.len() - refused;
    let limits = declared(dialect)?;
    let allowed =
        limits.iter().map(|limit| u64::from(limit.calls) * seconds.div_ceil(limit.seconds.into())).min();
    let share = answered as f64 / allowed.unwrap_or(u64::MAX) as f64;
    let declared: Vec<_> =
        limits.iter().map(|limit| format!("{}/{} s", limit.calls, limit.seconds)).collect();
    let line = Line::target(
        "T5",
        format!(
            "{}, {}: share of the allowance in {seconds} s, {LATENCY} ms an answer; refused",
            dialect.title(),
            declared.join(", ")
        ),
        format!("≥ {:.0} %; 0", SHARE * 100.0),
        format!("{:.1} % ({answered} calls); {refused}", share * 100.0),
        Verdict::of(share >= SHARE && refused == 0),
    );
    let figure = json!({ "platform": dialect.name(), "seconds": seconds, "answered": answered, "refused": refused, "allowed": allowed });
    Ok((line, figure))
}

async fn lists(platform: &dyn Platform) -> latchel_sync_core::Result<()> {
    let window = Window { from: DateTime::<Utc>::UNIX_EPOCH };
    loop {
        while_there_is_more(platform.properties(window)).await?;
        while_there_is_more(platform.residents(window)).await?;
        while_there_is_more(platform.work_orders(window)).await?;
    }
}

async fn while_there_is_more<T>(mut pages: latchel_sync_core::Pages<'_, T>) -> latchel_sync_core::Result<()> {
    while pages.try_next().await?.is_some() {}
    Ok(())
}
