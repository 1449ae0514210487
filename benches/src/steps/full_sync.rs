//! Target 1: every record was changed on the platform, and is in Latchel already and equal. The sync pulls, looks up, decides
//! and records; the plain client pulls and stores.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{Scenes, Sizes};
use crate::far::Manner;
use crate::measured::{Measured, least};
use crate::scene::{Scene, Store};
use crate::table::{Line, Report, Verdict};

/// Largest ratios of a sync to the plain client: of the time that passes, and of the processor time.
const WALL: f64 = 1.5;
const CPU: f64 = 3.0;

pub async fn run(scenes: &mut Scenes, report: &mut Report) -> Result<()> {
    let sizes = &scenes.sizes.clone();
    let scene = scenes.few()?;
    let (mut lines, mut figures) = (Vec::new(), Vec::new());
    for page in [1_000, 100] {
        let (plain, ours, figure) = side_by_side(scene, sizes, page).await?;
        let (wall, cpu) = (ours.wall / plain.wall, ours.used.cpu() / plain.used.cpu());
        let what = |what: &str| {
            format!("{what} of a full sync of {} over the plain client's, {page} rows a page", sizes.records)
        };
        lines.push(Line::target(
            "T1",
            what("time"),
            format!("≤ {WALL}"),
            format!("{wall:.2}"),
            Verdict::of(wall <= WALL),
        ));
        lines.push(Line::target(
            "T1",
            what("CPU"),
            format!("≤ {CPU}"),
            format!("{cpu:.2}"),
            Verdict::of(cpu <= CPU),
        ));
        for (who, one) in [("plain client", &plain), ("latchel-sync", &ours)] {
            lines.push(Line::told("T1", format!("{who}, {page} rows a page"), told(one)));
        }
        figures.push(figure);
    }
    scene.settle().await?;
    report.add("t1", lines, figures.into());
    Ok(())
}

/// Figures of a process, in words: its time, its processor time and its peak memory.
pub fn told(one: &Measured) -> String {
    let (user, system) = (one.used.user, one.used.system);
    format!(
        "{:.2} s, {:.2} CPU-s ({user:.2} + {system:.2}), {:.1} MB",
        one.wall,
        one.used.cpu(),
        one.used.peak_mb()
    )
}

/// The least of both, and every figure.
async fn side_by_side(scene: &Scene, sizes: &Sizes, page: usize) -> Result<(Measured, Measured, Value)> {
    scene.configure(page, "")?;
    let manner = Manner { latency_ms: sizes.latency, per_second: None };
    let (mut plain, mut ours) = (Vec::new(), Vec::new());
    let mut counted = Value::Null;
    for _ in 0..sizes.repeats.max(1) {
        scene.touch().await?;
        scene.manner(manner, manner).await?;
        plain.push(scene.plain(page, Store::Sqlite)?);
        scene.manner(manner, manner).await?;
        let before = scene.usage().await?;
        let (measured, run) = scene.sync(&["--only", "properties"])?;
        run.succeeded()?;
        ensure!(run.count("property_unchanged") == sizes.records, "not all were seen: {:?}", run.counts());
        ours.push(measured);
        let far = scene.usage().await?.cpu() - before.cpu();
        counted = json!({ "calls": scene.counts().await?, "outcomes": run.counts(), "writes": run.writes(), "far_cpu": far });
    }
    let figure =
        json!({ "page": page, "records": sizes.records, "plain": plain, "ours": ours, "counted": counted });
    let least = |some: &[Measured]| least(some).ok_or_else(|| anyhow::anyhow!("nothing was measured"));
    Ok((least(&plain)?, least(&ours)?, figure))
}
