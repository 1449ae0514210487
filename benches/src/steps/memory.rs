//! Target 3: a run over a million records takes no more memory than one over a tenth of them.

use anyhow::Result;
use serde_json::json;

use super::Scenes;
use super::full_sync::told;
use crate::far::{Manner, Vendor};
use crate::measured::Measured;
use crate::scene::{Limits, Scene};
use crate::table::{Line, Report, Verdict};

/// Largest ratio of the larger run's peak to the smaller run's, and the largest peak, in MB.
const GROWTH: f64 = 1.10;
const PEAK: f64 = 96.0;

pub async fn run(scenes: &mut Scenes, report: &mut Report) -> Result<()> {
    let few = full_sync(scenes.few(Vendor::Buildium)?).await?;
    let many = full_sync(scenes.many()?).await?;
    let growth = many.used.peak_mb() / few.used.peak_mb();
    let (small, large) = (scenes.sizes.records, scenes.sizes.many);
    let lines = vec![
        Line::target(
            "T3",
            format!("peak resident of a full sync of {large} over that of {small}"),
            format!("≤ {GROWTH}"),
            format!("{growth:.2}"),
            Verdict::of(growth <= GROWTH),
        ),
        Line::target(
            "T3",
            format!("peak resident of a full sync of {large}"),
            format!("< {PEAK} MB"),
            format!("{:.1} MB", many.used.peak_mb()),
            Verdict::of(many.used.peak_mb() < PEAK),
        ),
        Line::told("T3", format!("full sync of {small}, no latency"), told(&few)),
        Line::told("T3", format!("full sync of {large}, no latency"), told(&many)),
    ];
    report.add("t3", lines, json!({ "few": few, "many": many }));
    Ok(())
}

async fn full_sync(scene: &Scene) -> Result<Measured> {
    scene.configure(Limits::Lifted, "")?;
    scene.touch().await?;
    scene.manner(Manner::default(), Manner::default()).await?;
    let (measured, run) = scene.sync(&["--only", "properties"])?;
    run.succeeded()?;
    scene.settle().await?;
    Ok(measured)
}
