//! Target 2: a run that finds nothing to do costs the pages that the platform's filter returns and a constant, and little
//! memory however many records are linked.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Result, ensure};
use chrono::TimeDelta;
use futures::future::try_join_all;
use mock_pms::{Dialect, LoggedRequest, Side};
use serde::Serialize;
use serde_json::{Value, json};

use super::full_sync::told;
use super::scenes::EVER;
use super::{Scenes, work_orders};
use crate::far::Manner;
use crate::mocked::{Mocked, Pace};
use crate::scene::Limits;
use crate::table::{Line, Report, Verdict};

/// The most memory, in MB.
const PEAK: f64 = 64.0;
/// After so many runs nothing is left to do.
const RUNS: usize = 6;

pub async fn run(scenes: &mut Scenes, report: &mut Report) -> Result<()> {
    let (mut lines, mut figures) = (Vec::new(), Vec::new());
    // Side by side: calls are counted, and their number does not hang on the time.
    let world = scenes.sizes.world;
    let both =
        |dialect| async move { anyhow::Ok((calls(dialect, world).await?, calls(dialect, world * 4).await?)) };
    let of_all = Dialect::ALL.iter().map(|dialect| tokio::spawn(both(*dialect)));
    for (dialect, both) in Dialect::ALL.iter().zip(try_join_all(of_all).await?) {
        let (few, many) = both?;
        lines.push(line(*dialect, "nothing in the window", &few.settled, &many.settled));
        lines.push(line(*dialect, "every recent change in the window, and seen", &few.seen, &many.seen));
        figures.push(json!({ "platform": dialect.name(), "few": few, "many": many }));
    }
    let linked = scenes.sizes.many;
    let scene = scenes.many()?;
    scene.configure(Limits::Lifted, "")?;
    scene.manner(Manner::default(), Manner::default()).await?;
    let (measured, run) = scene.sync(&[])?;
    run.succeeded()?;
    ensure!(run.writes() == 0, "there was something to do: {:?}", run.counts());
    let peak = measured.used.peak_mb();
    lines.push(Line::target(
        "T2",
        format!("peak resident of a run that finds nothing to do, {linked} linked"),
        format!("< {PEAK} MB"),
        format!("{peak:.1} MB"),
        Verdict::of(peak < PEAK),
    ));
    lines.push(Line::told("T2", format!("run that finds nothing to do, {linked} linked"), told(&measured)));
    let counts = scene.counts().await?;
    let (more, orders) = work_orders::run(&scenes.sizes).await?;
    lines.extend(more);
    report.add(
        "t2",
        lines,
        json!({ "platforms": figures, "many_linked": measured, "calls": counts, "orders": orders }),
    );
    Ok(())
}

/// Calls of two runs that had nothing to do.
#[derive(Debug, Serialize)]
struct Quiet {
    /// Long after every change.
    settled: Asked,
    /// Directly after a run that saw the same.
    seen: Asked,
}

/// The calls of a run to both systems.
#[derive(Debug, Default, Serialize)]
pub struct Asked {
    pub calls: u64,
    /// The pages that the lists' filters return, each counted once however often it was asked for.
    pub pages: u64,
    /// The calls that ask Latchel for its records of a page's rows.
    pub look_ups: u64,
    /// Each path with how often it was asked for.
    paths: BTreeMap<String, u64>,
}

impl Asked {
    /// Number of calls that are neither a page of a list nor a look-up for one.
    pub fn rest(&self) -> u64 {
        self.calls - self.pages - self.look_ups
    }

    /// Number of calls of one system.
    pub fn of_side(&self, side: Side) -> u64 {
        let begin = format!("{side} ");
        self.paths.iter().filter(|(path, _)| path.starts_with(&begin)).map(|(_, calls)| calls).sum()
    }

    pub fn of(requests: &[LoggedRequest]) -> Self {
        let mut pages = HashSet::new();
        let mut asked = Self { calls: requests.len() as u64, ..Self::default() };
        for request in requests {
            *asked
                .paths
                .entry(format!("{} {} {}", request.side, request.method, request.path))
                .or_default() += 1;
            asked.look_ups += u64::from(request.path.ends_with("/lookup"));
            if is_list(request) {
                pages.insert((&request.path, request.query_pairs()));
            }
        }
        asked.pages = pages.len() as u64;
        asked
    }
}

/// True if the answer is a list's page.
fn is_list(request: &LoggedRequest) -> bool {
    let body = request.response.as_ref().filter(|_| request.method == "GET");
    body.is_some_and(|body| body.is_array() || body.get("data").is_some_and(Value::is_array))
}

async fn calls(dialect: Dialect, units: u32) -> Result<Quiet> {
    let mut mocked = Mocked::start(dialect, units, Pace::Unlimited).await?;
    // Once everything, so that nothing waits for what is older than the window.
    mocked.sync(&["--since", EVER])?;
    let seen = until_quiet(&mut mocked)?;
    mocked.advance(TimeDelta::days(10));
    let settled = until_quiet(&mut mocked)?;
    Ok(Quiet { settled, seen })
}

/// Syncs until a run writes nothing, and tells what that run asked for.
pub fn until_quiet(mocked: &mut Mocked) -> Result<Asked> {
    for _ in 0..RUNS {
        mocked.advance(TimeDelta::minutes(15));
        let (_, run, requests) = mocked.sync(&[])?;
        let writes = requests.iter().filter(|request| request.is_write()).count();
        if writes == 0 && run.writes() == 0 {
            return Ok(Asked::of(&requests));
        }
    }
    anyhow::bail!("after {RUNS} runs there is still something to do")
}

fn line(dialect: Dialect, when: &str, few: &Asked, many: &Asked) -> Line {
    let formula =
        |asked: &Asked| format!("{} = {} + {} + {}", asked.calls, asked.pages, asked.look_ups, asked.rest());
    let one_for_each_page = [few, many].iter().all(|asked| asked.look_ups <= asked.pages);
    Line::target(
        "T2",
        format!(
            "{}, {when}: calls = pages + look-ups + rest, in a small and a four times larger account",
            dialect.title()
        ),
        "look-ups ≤ pages, the same rest",
        format!("{}; {}", formula(few), formula(many)),
        Verdict::of(few.rest() == many.rest() && one_for_each_page),
    )
}
