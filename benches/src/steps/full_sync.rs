//! Target 1: every record was changed on the platform, and is in Latchel already and equal. The sync pulls, looks up, decides
//! and records; the plain client makes the same calls of the platform and stores the rows.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{Scenes, Sizes};
use crate::far::{Manner, Vendor};
use crate::measured::{Measured, least};
use crate::scene::{Limits, Scene, Store};
use crate::table::{Line, Report, Verdict};

/// Largest ratios of a sync to the plain client: of the time that passes, and of the processor time.
const WALL: f64 = 1.5;
const CPU: f64 = 3.0;

pub async fn run(scenes: &mut Scenes, report: &mut Report) -> Result<()> {
    let sizes = &scenes.sizes.clone();
    let (mut lines, mut figures) = (Vec::new(), Vec::new());
    for vendor in [Vendor::Buildium, Vendor::Propertyware] {
        let scene = scenes.few(vendor)?;
        let Both { plain, ours, calls, figure } = side_by_side(scene, sizes).await?;
        let (wall, cpu) = (ours.wall / plain.wall, ours.used.cpu() / plain.used.cpu());
        let sync = format!("a full sync of {} with {}'s adapter", sizes.records, vendor.title());
        for (what, ratio, most) in [("time", wall, WALL), ("CPU", cpu, CPU)] {
            lines.push(Line::target(
                "T1",
                format!("{what} of {sync} over the plain client's, limits lifted"),
                format!("≤ {most}"),
                format!("{ratio:.2}"),
                Verdict::of(ratio <= most),
            ));
        }
        let limited = within_limits(scene, sizes).await?;
        for (who, one) in [("plain client", &plain), ("latchel-sync", &ours)] {
            let what = format!("{who}, {calls} calls of {}, limits lifted", vendor.title());
            lines.push(Line::told("T1", what, told(one)));
        }
        let what = format!("latchel-sync, {calls} calls of {} within the vendor's limits", vendor.title());
        lines.push(Line::told("T1", what, told(&limited)));
        figures.push(json!({ "vendor": vendor, "lifted": figure, "within_limits": limited }));
        scene.settle().await?;
    }
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

/// The least of both, the calls of the platform, and every figure.
struct Both {
    plain: Measured,
    ours: Measured,
    calls: usize,
    figure: Value,
}

async fn side_by_side(scene: &Scene, sizes: &Sizes) -> Result<Both> {
    let (mut plain, mut ours, mut calls) = (Vec::new(), Vec::new(), 0);
    let mut counted = Value::Null;
    for _ in 0..sizes.repeats.max(1) {
        let before = scene.usage().await?;
        ours.push(full_sync(scene, sizes, Limits::Lifted).await?);
        let far = scene.usage().await?.cpu() - before.cpu();
        let asked = scene.asked().await?;
        counted = json!({ "calls": scene.counts().await?, "far_cpu": far });
        scene.manner(manner(sizes), manner(sizes)).await?;
        plain.push(scene.plain(&asked, Store::Sqlite)?);
        calls = asked.len();
    }
    let figure = json!({ "records": sizes.records, "plain": plain, "ours": ours, "counted": counted });
    let least = |some: &[Measured]| least(some).context("nothing was measured");
    Ok(Both { plain: least(&plain)?, ours: least(&ours)?, calls, figure })
}

async fn within_limits(scene: &Scene, sizes: &Sizes) -> Result<Measured> {
    full_sync(scene, sizes, Limits::Kept).await
}

async fn full_sync(scene: &Scene, sizes: &Sizes, limits: Limits) -> Result<Measured> {
    scene.configure(limits, "")?;
    scene.touch().await?;
    scene.manner(manner(sizes), manner(sizes)).await?;
    let (measured, run) = scene.sync(&["--only", "properties"])?;
    run.succeeded()?;
    ensure!(run.count("property_unchanged") == sizes.records, "not all were seen: {:?}", run.counts());
    Ok(measured)
}

fn manner(sizes: &Sizes) -> Manner {
    Manner { latency_ms: sizes.latency, per_second: None }
}
