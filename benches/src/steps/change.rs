//! Target 6: one unit is renamed on the platform; how long does the run take that brings the new name over?

use anyhow::{Result, ensure};
use serde_json::json;

use super::{Scenes, Sizes};
use crate::far::{Manner, Vendor};
use crate::measured::least;
use crate::scene::Limits;
use crate::table::{Line, Report, Verdict};

/// Longest time of a run beyond its calls, in seconds: it starts a process and opens the ledger.
const OVERHEAD: f64 = 0.1;

pub async fn run(scenes: &mut Scenes, report: &mut Report) -> Result<()> {
    let Sizes { latency, repeats, records, .. } = scenes.sizes;
    let scene = scenes.few(Vendor::Buildium)?;
    scene.configure(Limits::Lifted, "")?;
    scene.settle().await?;
    let manner = Manner { latency_ms: latency, per_second: None };
    let (mut runs, mut calls) = (Vec::new(), 0);
    for repeat in 0..repeats.max(1) {
        let unit = 1 + repeat as u64;
        scene.rename(unit, &format!(" ({repeat})")).await?;
        scene.manner(manner, manner).await?;
        let (measured, run) = scene.sync(&[])?;
        run.succeeded()?;
        ensure!(run.count("property_changed") == 1, "the change did not come over: {:?}", run.counts());
        let counts = scene.counts().await?;
        calls = counts.platform.answered() + counts.latchel.answered();
        runs.push(measured);
        scene.settle().await?;
    }
    let best = least(&runs).ok_or_else(|| anyhow::anyhow!("nothing was measured"))?;
    let own_calls = calls as f64 * latency as f64 / 1_000.0;
    let line = Line::target(
        "T6",
        format!(
            "a run that brings one change over, {records} linked: its time beyond its {calls} calls of {latency} ms"
        ),
        format!("≤ {OVERHEAD} s"),
        format!("{:.3} s ({:.3} s in all)", best.wall - own_calls, best.wall),
        Verdict::of(best.wall - own_calls <= OVERHEAD),
    );
    report.add("t6", vec![line], json!({ "runs": runs, "calls": calls }));
    Ok(())
}
