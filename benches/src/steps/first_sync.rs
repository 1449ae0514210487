//! Target 4: everything is new to a Latchel that answers in 20 ms and allows 50 calls a second.

use anyhow::Result;
use latchel_sync_core::registry::{self, COMMON_SETTINGS};
use serde_json::json;

use super::full_sync::told;
use super::scenes::EVER;
use super::{Extent, Sizes};
use crate::far::{Counts, Holdings, Manner, Vendor};
use crate::scene::{Limits, Scene};
use crate::table::{Line, Report, Verdict};

/// Number of requests that Latchel allows in a second, and its latency in milliseconds.
const ALLOWED: usize = 50;
const LATENCY: u64 = 20;
/// The setting by which a Latchel adapter learns what is allowed.
const SETTING: &str = "calls_per_second";
/// The least shares of what is allowed: in calls of any kind, and in creates alone.
const SHARE: f64 = 0.95;
const CREATES: f64 = 0.90;

pub async fn run(sizes: &Sizes, report: &mut Report) -> Result<()> {
    let creates = match sizes.extent {
        Extent::Slice => sizes.creates,
        Extent::Full => sizes.records,
    };
    let (units, residents) = (creates - creates / 2, creates / 2);
    let scene = Scene::start(Holdings { vendor: Vendor::Buildium, units, residents, counterparts: 0 })?;
    let known = is_known();
    scene.configure(Limits::Lifted, &if known { format!("{SETTING} = {ALLOWED}") } else { String::new() })?;
    let platform = Manner { latency_ms: sizes.latency, per_second: None };
    scene.manner(platform, Manner { latency_ms: LATENCY, per_second: Some(ALLOWED) }).await?;

    let (measured, run) = scene.sync(&["--only", "properties", "--only", "residents", "--since", EVER])?;
    let counts = scene.counts().await?;
    let (made, used) = (run.writes(), share(&counts.latchel, counts.latchel.answered()));
    let in_creates = share(&counts.latchel, made);
    let each = counts.latchel.answered() as f64 / made as f64;
    let slice = if sizes.extent == Extent::Full { "all" } else { "a slice" };
    let what = format!("first sync of {creates} records ({slice})");
    let lines = vec![
        Line::target(
            "T4",
            format!("{what}: used share of {ALLOWED} calls/s"),
            format!("≥ {:.0} %", SHARE * 100.0),
            format!("{:.1} %", used * 100.0),
            Verdict::of(used >= SHARE),
        ),
        Line::target(
            "T4",
            format!("{what}: used share of {ALLOWED} calls/s, in creates alone"),
            format!("≥ {:.0} %", CREATES * 100.0),
            format!("{:.1} % ({each:.3} calls for each record)", in_creates * 100.0),
            Verdict::of(in_creates >= CREATES),
        ),
        Line::target(
            "T4",
            format!("{what}: refused as too many"),
            "0",
            counts.latchel.refused.to_string(),
            Verdict::of(counts.latchel.refused == 0),
        ),
        Line::target(
            "T4",
            format!("{what}: created"),
            creates.to_string(),
            made.to_string(),
            Verdict::of(made == creates),
        ),
        Line::told("T4", format!("{what}: creates/s"), format!("{:.1}", made as f64 / measured.wall)),
        Line::told("T4", format!("{what}: calls of Latchel"), format!("{:?}", counts.latchel.kinds)),
        Line::told(
            "T4",
            format!("{what}: the limit was known to the client"),
            if known { "yes" } else { "no" },
        ),
        Line::told("T4", what, told(&measured)),
    ];
    let figures = json!({ "creates": creates, "ours": measured, "calls": counts, "outcomes": run.counts(), "limit_known": known });
    report.add("t4", lines, figures);
    Ok(())
}

/// The part of the allowance that so many calls are: in a span and any second after it there may be no more than the span and
/// one second allow.
fn share(counts: &Counts, calls: u64) -> f64 {
    calls as f64 / ((counts.span + 1.0) * ALLOWED as f64)
}

/// True if this build's Latchel adapter has a setting for the limit.
fn is_known() -> bool {
    let own = registry::latchels()
        .into_iter()
        .find(|one| one.name == "latchel-gateway")
        .map_or(&[][..], |one| one.settings);
    own.iter().chain(COMMON_SETTINGS).any(|setting| setting.key == SETTING)
}
