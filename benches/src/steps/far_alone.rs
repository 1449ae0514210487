//! Speed of the far side, for a reader that does nothing with the rows.

use anyhow::Result;
use serde_json::json;

use super::Sizes;
use crate::far::{Holdings, Manner, Vendor};
use crate::measured::least;
use crate::scene::{Scene, Store};
use crate::table::{Line, Report};

const PAGE: usize = 1_000;

pub async fn run(sizes: &Sizes, report: &mut Report) -> Result<()> {
    let rows = sizes.records;
    let scene =
        Scene::start(Holdings { vendor: Vendor::Buildium, units: rows, residents: 0, counterparts: 0 })?;
    let calls: Vec<_> = (0..rows)
        .step_by(PAGE)
        .map(|offset| format!("/platform/v1/rentals/units?offset={offset}&limit={PAGE}"))
        .collect();
    let (mut lines, mut figures) = (Vec::new(), Vec::new());
    for latency_ms in [0, sizes.latency] {
        let manner = Manner { latency_ms, per_second: None };
        scene.manner(manner, manner).await?;
        let before = scene.usage().await?;
        let read = (0..sizes.repeats.max(1)).map(|_| scene.plain(&calls, Store::Nowhere));
        let read = read.collect::<Result<Vec<_>>>()?;
        let used = (scene.usage().await?.cpu() - before.cpu()) / read.len() as f64;
        let Some(best) = least(&read) else { continue };
        let (pages, rows_a_second) = (rows as f64 / PAGE as f64 / best.wall, rows as f64 / best.wall);
        lines.push(Line::told(
            "far side",
            format!("alone, {latency_ms} ms, {PAGE} rows a page, 8 in flight"),
            format!("{pages:.0} pages/s, {rows_a_second:.0} rows/s, {used:.2} CPU-s"),
        ));
        figures
            .push(json!({ "latency_ms": latency_ms, "pages_per_s": pages, "far_cpu": used, "reader": best }));
    }
    report.add("far", lines, figures.into());
    Ok(())
}
