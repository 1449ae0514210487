//! Target 2, work orders: what a first run costs where both systems answer late, and what each record costs that is created,
//! changed or closed.

use anyhow::{Result, ensure};
use chrono::TimeDelta;
use futures::future::try_join_all;
use mock_pms::world::Edit;
use mock_pms::{Dialect, LoggedRequest, Side};
use serde_json::{Value, json};

use super::Sizes;
use super::quiet::{Asked, until_quiet};
use super::scenes::EVER;
use crate::mocked::{Mocked, Pace};
use crate::table::Line;

/// Latency of the platform and of Latchel in a first run, in milliseconds.
const LATENCY: (u64, u64) = (200, 50);
/// Number of records that people change between two runs.
const CHANGES: usize = 8;

/// Lines and figures of every platform.
pub async fn run(sizes: &Sizes) -> Result<(Vec<Line>, Value)> {
    let (mut lines, mut figures) = (Vec::new(), Vec::new());
    let world = sizes.world;
    let one = |dialect| async move {
        let mut mocked = Mocked::start(dialect, world, Pace::Unlimited).await?;
        anyhow::Ok((first_run(&mocked)?, costs(&mut mocked)?))
    };
    let of_all = Dialect::ALL.iter().map(|dialect| tokio::spawn(one(*dialect)));
    for (dialect, found) in Dialect::ALL.iter().zip(try_join_all(of_all).await?) {
        let (first, costs) = found?;
        lines.push(first.line(*dialect));
        lines.push(Line::told(
            "T2",
            format!("{}, calls for each record, of the platform and of Latchel", dialect.title()),
            costs.iter().map(Cost::told).collect::<Vec<_>>().join("; "),
        ));
        let costs: Vec<_> = costs.iter().map(|cost| json!({ "what": cost.what, "records": cost.records, "platform": cost.platform, "latchel": cost.latchel })).collect();
        figures.push(json!({ "platform": dialect.name(), "first": first.asked, "records": first.records, "seconds": first.seconds, "each": costs }));
    }
    Ok((lines, figures.into()))
}

/// A first run of work orders.
struct First {
    asked: Asked,
    records: u64,
    creates: u64,
    platform: u64,
    seconds: f64,
}

impl First {
    fn line(&self, dialect: Dialect) -> Line {
        let Self { asked, records, creates, platform, seconds } = self;
        Line::told(
            "T2",
            format!(
                "{}, a first run of work orders, {} ms and {} ms an answer: calls = pages + look-ups + creates + rest",
                dialect.title(),
                LATENCY.0,
                LATENCY.1,
            ),
            format!(
                "{} = {} + {} + {creates} + {}; {platform} of them of the platform, for {records} records, {seconds:.1} s",
                asked.calls,
                asked.pages,
                asked.look_ups,
                asked.rest() - creates,
            ),
        )
    }
}

fn first_run(mocked: &Mocked) -> Result<First> {
    mocked.sync(&["--only", "properties", "--only", "residents", "--since", EVER])?;
    mocked.delay(LATENCY.0, LATENCY.1);
    let (measured, run, requests) =
        mocked.sync(&["--only", "work-orders", "--direction", "to-latchel", "--since", EVER])?;
    mocked.delay(0, 0);
    let creates = requests
        .iter()
        .filter(|one| one.side == Side::Latchel && one.is_write() && one.path.ends_with("/jobs"));
    Ok(First {
        records: run.counts().values().sum(),
        creates: creates.count() as u64,
        platform: of(&requests, Side::Platform),
        seconds: measured.wall,
        asked: Asked::of(&requests),
    })
}

fn of(requests: &[LoggedRequest], side: Side) -> u64 {
    requests.iter().filter(|request| request.side == side).count() as u64
}

/// Cost of one kind of change.
struct Cost {
    what: &'static str,
    records: u64,
    /// Calls of each system beyond those of a run that finds nothing to do.
    platform: i64,
    latchel: i64,
}

impl Cost {
    fn told(&self) -> String {
        let each = |calls: i64| calls as f64 / self.records as f64;
        format!("{} {:.1} and {:.1}", self.what, each(self.platform), each(self.latchel))
    }
}

/// Cost of each kind of change.
fn costs(mocked: &mut Mocked) -> Result<Vec<Cost>> {
    // The first run of everything else creates what the platform has, in Latchel.
    mocked.sync(&["--since", EVER])?;
    let quiet = until_quiet(mocked)?;
    let mut all = vec![];
    let created: Vec<Edit> = edits((0..CHANGES).map(|index| {
        let property = mocked.read(|world| {
            let known = world.latchel.properties.iter().filter(|one| one.ref_property_id.is_some() && one.is_active);
            known.map(|one| one.id).nth(index)
        });
        json!({"side": "latchel", "collection": "jobs", "create": {"source": "Tenant Call", "state": "Diagnosing Issue",
            "name": format!("Reported, no. {index}"), "description": "It drips.", "property_id": property}})
    }))?;
    all.extend(cost("created there", mocked, &created, &quiet)?);
    let jobs: Vec<_> = mocked.read(|world| {
        world.latchel.jobs.iter().filter(|job| job.name.starts_with("Reported")).map(|job| job.id).collect()
    });
    let completed = edits(jobs.into_iter().map(
        |id| json!({"side": "latchel", "collection": "jobs", "id": id, "set": {"state": "Completed"}}),
    ))?;
    all.extend(cost("closed there", mocked, &completed, &quiet)?);
    let properties: Vec<_> =
        mocked.read(|world| world.platform.properties.iter().map(|one| one.id).take(CHANGES).collect());
    let renamed = edits(properties.into_iter().map(
        |id| json!({"collection": "properties", "id": id, "set": {"name": format!("Elm Court {id}")}}),
    ))?;
    all.extend(cost("changed in Latchel", mocked, &renamed, &quiet)?);
    Ok(all)
}

fn edits(all: impl Iterator<Item = Value>) -> Result<Vec<Edit>> {
    Ok(all.map(serde_json::from_value).collect::<Result<_, _>>()?)
}

/// Cost of what `edits` make a run do; nothing if it writes nothing.
fn cost(what: &'static str, mocked: &mut Mocked, edits: &[Edit], quiet: &Asked) -> Result<Option<Cost>> {
    ensure!(!edits.is_empty(), "nothing to change: {what}");
    mocked.advance(TimeDelta::minutes(15));
    mocked.edit(edits)?;
    mocked.advance(TimeDelta::minutes(1));
    let (_, run, requests) = mocked.sync(&[])?;
    let beyond = |side: Side| of(&requests, side) as i64 - quiet.of_side(side) as i64;
    let cost = Cost {
        what,
        records: run.writes(),
        platform: beyond(Side::Platform),
        latchel: beyond(Side::Latchel),
    };
    Ok((cost.records > 0).then_some(cost))
}
