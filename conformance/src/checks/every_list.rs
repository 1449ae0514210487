//! Checks of `properties`, `residents` and `work_orders` alike.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use futures::TryStreamExt;
use latchel_sync_core::model::{Freshness, Kind, Row, Window};
use latchel_sync_core::rules::{Remembered, Trace, WindowVerdict, judge_window};
use latchel_sync_core::{ChangeFilter, Pages, Platform, Result};

use crate::bench::{Bench, EVERYTHING, Labelled, Outcome, Seen};
use crate::expect::{ensure, same};
use crate::far_side::{Ground, Setup};
use crate::records::{Handle, NewResident, Stay};
use crate::report::{Stop, Verdict};

/// East, west and far east of UTC, so that a day begins earlier, later and much earlier there.
const ZONES: [Tz; 3] =
    [chrono_tz::America::Los_Angeles, chrono_tz::Europe::Athens, chrono_tz::Pacific::Auckland];
/// Number of records that fill more than a page of any platform that we know: the longest pages have 1,000 rows.
const TWO_PAGES: usize = 1_050;
/// Number of records that fill several such pages.
const MANY: usize = 2_100;

/// Records that were created or changed at the window's first instant are in it, at each end of a day.
pub async fn the_first_instant_is_inside(setup: &dyn Setup, kind: Kind) -> Verdict {
    for time_zone in ZONES {
        let bench = Bench::on(setup, Ground { time_zone, ..Ground::default() }).await?;
        let changed = bench.add_at(kind, "Changed", bench.now - TimeDelta::days(50)).await?;
        for (index, clock) in [(0, 1), (1, 12), (2, 23)] {
            let edge = at_local_hour(&bench, time_zone, clock);
            let label = format!("Created {index}");
            bench.add_at(kind, &label, edge).await?;
            bench.far.set_clock(edge).await?;
            bench.touch(kind, &changed).await?;
            bench.far.set_clock(bench.now).await?;
            let window = Window { from: edge };
            let listed = bench.list(kind, window).await?;
            for label in [label.as_str(), "Changed"] {
                let found = listed.iter().any(|row| row.label.contains(label) && is_inside(row, window));
                ensure!(
                    found,
                    "a record that was stamped at {edge}, the first instant of the window, must be inside \
                     (account in {time_zone}): {label:?} is not"
                );
            }
        }
    }
    Ok(())
}

/// Two days ago, at half past this hour by the account's clock.
fn at_local_hour(bench: &Bench, zone: Tz, hour: u32) -> DateTime<Utc> {
    let day = bench.now.with_timezone(&zone).date_naive() - TimeDelta::days(2);
    let local = day.and_hms_opt(hour, 30, 0).and_then(|local| local.and_local_timezone(zone).earliest());
    local.map_or(bench.now, |local| local.to_utc())
}

/// Records from before the window: one from long before is left out, and one that is a second too early is not called
/// inside.
pub async fn older_is_outside(setup: &dyn Setup, kind: Kind) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let from = bench.now - TimeDelta::hours(72);
    let window = Window { from };
    bench.add_at(kind, "Long past", from - TimeDelta::days(10)).await?;
    bench.add_at(kind, "Just before", from - TimeDelta::seconds(1)).await?;
    let listed = bench.list(kind, window).await?;
    let filter = narrowing(&bench, kind);
    for row in &listed {
        let filtered = matches!(row.outcome, Outcome::Record(Freshness::Filtered));
        ensure!(!filtered, "{:?} is from before the window, and is said to be inside", row.label);
        let stamped = matches!(row.outcome, Outcome::Record(Freshness::Stamped { .. }));
        let inside = stamped && is_inside(row, window);
        ensure!(!inside, "{:?} is from before the window, and its stamps say that it is inside", row.label);
        let long_past = row.label.contains("Long past") && filter != ChangeFilter::None;
        ensure!(
            !long_past,
            "{:?} is from ten days before a window that the platform can narrow to",
            row.label
        );
    }
    let known = bench.list(kind, EVERYTHING).await?;
    let there = known.iter().any(|row| row.label.contains("Just before"));
    same("whether a window of everything has it", &there, &true)
}

fn narrowing(bench: &Bench, kind: Kind) -> ChangeFilter {
    let capabilities = bench.platform.capabilities();
    match kind {
        Kind::Property => capabilities.properties_since,
        Kind::Resident => capabilities.residents_since,
        Kind::WorkOrder => capabilities.work_orders_since,
    }
}

/// True if the core would take the row for one of the window, with nothing remembered of it.
fn is_inside(row: &Seen, window: Window) -> bool {
    match &row.outcome {
        Outcome::Record(freshness) => {
            judge_window(freshness, window, Remembered::Nothing, &mut Trace::default())
                == WindowVerdict::Inside
        }
        Outcome::Invalid { .. } | Outcome::Other => false,
    }
}

/// A list of very many records has all of them.
pub async fn however_many(setup: &dyn Setup, kind: Kind) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let records = fill(&bench, kind, MANY).await?;
    let listed: Vec<_> = bench.list(kind, EVERYTHING).await?.into_iter().map(|row| row.label).collect();
    let missing = missing(&records, &listed);
    ensure!(
        missing.is_empty(),
        "of {MANY} records {} are missing, first {:?}",
        missing.len(),
        missing.first()
    );
    Ok(())
}

/// A list of no records is empty.
pub async fn nothing_is_empty(setup: &dyn Setup, kind: Kind) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let window = Window { from: bench.now - TimeDelta::hours(1) };
    let everything = bench.list(kind, EVERYTHING).await?;
    let foreign: Vec<_> = everything.iter().filter(|row| row.label != "Home").collect();
    ensure!(foreign.is_empty(), "an empty account must have no {kind}, and has {foreign:?}");
    bench.list(kind, window).await?;
    Ok(())
}

/// Records are added and changed between the pages of a long list.
pub async fn changes_between_pages_hide_nothing(setup: &dyn Setup, kind: Kind) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let window = Window { from: bench.now - TimeDelta::hours(72) };
    // Some records lie outside the window until they are changed.
    let old = bench.add_at(kind, "Woken", bench.now - TimeDelta::days(30)).await?;
    let records = fill(&bench, kind, TWO_PAGES).await?;
    let first = bench.add(kind, "Last of all").await?;
    bench.far.set_clock(bench.now + TimeDelta::seconds(5)).await?;
    let woken = [old, first];
    let (pages, listed) = match kind {
        Kind::Property => changing(&bench, kind, &woken, bench.platform.properties(window)).await?,
        Kind::Resident => changing(&bench, kind, &woken, bench.platform.residents(window)).await?,
        Kind::WorkOrder => changing(&bench, kind, &woken, bench.platform.work_orders(window)).await?,
    };
    if pages < 2 {
        return Err(Stop::no_notion(format!("{TWO_PAGES} records come in one page")));
    }
    let missing = missing(&records, &listed);
    ensure!(missing.is_empty(), "records that were there all the time are missing: {missing:?}");
    Ok(())
}

/// Reads a list, with a change after each of the first pages. Returns the number of pages, and the labels in them.
async fn changing<T: Labelled>(
    bench: &Bench,
    kind: Kind,
    woken: &[Handle],
    mut pages: Pages<'_, T>,
) -> Result<(usize, Vec<String>), Stop> {
    let (mut count, mut labels) = (0, Vec::new());
    while let Some(page) = pages.try_next().await? {
        labels.extend(page.iter().filter_map(|row| match row {
            Row::Record(record) => Some(record.label().to_owned()),
            _ => None,
        }));
        if count < 3 {
            bench.add(kind, &format!("Added {count}")).await?;
        }
        if count == 0 {
            for record in woken {
                bench.touch(kind, record).await?;
            }
        }
        count += 1;
    }
    Ok((count, labels))
}

/// A list that is dropped in the middle of a call, and one that is dropped after its first page.
pub async fn a_dropped_list_ends(setup: &dyn Setup, kind: Kind) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let platform = bench.platform.as_ref();
    fill(&bench, kind, TWO_PAGES).await?;
    platform.users().await?;
    bench.far.forget_calls().await?;
    platform.users().await?;
    let alone = bench.far.calls().await?.len();
    {
        let mut page = Box::pin(first_page(platform, kind));
        // Polled once, so that its call is under way, and then dropped with the list.
        let _ = futures::poll!(&mut page);
    }
    first_page(platform, kind).await?;
    // A call that a dropped list still sent would be among these.
    bench.far.forget_calls().await?;
    for _ in 0..5 {
        platform.users().await?;
    }
    same("the number of calls that follow a dropped list", &bench.far.calls().await?.len(), &(5 * alone))
}

/// A record of a later page is changed while the first is looked at: the later page has it as it is then.
pub async fn a_page_is_read_when_it_is_wanted(setup: &dyn Setup, kind: Kind) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let records = fill(&bench, kind, TWO_PAGES).await?;
    match kind {
        Kind::Property => late(&bench, kind, &records, bench.platform.properties(EVERYTHING)).await,
        Kind::Resident => late(&bench, kind, &records, bench.platform.residents(EVERYTHING)).await,
        Kind::WorkOrder => late(&bench, kind, &records, bench.platform.work_orders(EVERYTHING)).await,
    }
}

async fn late<T: Labelled>(
    bench: &Bench,
    kind: Kind,
    records: &[(String, Handle)],
    mut pages: Pages<'_, T>,
) -> Verdict {
    let page = pages.try_next().await?.unwrap_or_default();
    let first: HashSet<_> = page.iter().filter_map(content_by_label).map(|(label, _)| label).collect();
    let Some((label, record)) = records.iter().rev().find(|(label, _)| !first.contains(label)) else {
        return Err(Stop::no_notion(format!("{TWO_PAGES} records come in one page")));
    };
    let before = bench.list(kind, EVERYTHING).await?;
    let before = before.iter().find(|row| bare(&row.label) == label).map(|row| row.content.clone());
    bench.touch(kind, record).await?;
    while let Some(page) = pages.try_next().await? {
        let seen = page.iter().filter_map(content_by_label).find(|(seen, _)| seen == label);
        let stale = seen.is_some_and(|(_, content)| Some(content) == before);
        if stale && narrowing(bench, kind) == ChangeFilter::None {
            return Err(Stop::no_notion("what cannot be narrowed is brought together before its first row"));
        }
        ensure!(!stale, "{label:?} was changed before its page was wanted, and is as it was before");
    }
    Ok(())
}

fn content_by_label<T: Labelled>(row: &Row<T>) -> Option<(String, String)> {
    match row {
        Row::Record(record) => Some((bare(record.label()).to_owned(), record.content())),
        _ => None,
    }
}

async fn first_page(platform: &dyn Platform, kind: Kind) -> Result<()> {
    match kind {
        Kind::Property => platform.properties(EVERYTHING).try_next().await.map(|_| ()),
        Kind::Resident => platform.residents(EVERYTHING).try_next().await.map(|_| ()),
        Kind::WorkOrder => platform.work_orders(EVERYTHING).try_next().await.map(|_| ()),
    }
}

/// A window in which nothing happened costs as many calls for 220 records as for 20, but for a few pages.
pub async fn what_did_not_change_costs_no_call(setup: &dyn Setup, kind: Kind) -> Verdict {
    let bench = Bench::fresh(setup).await?;
    let window = Window { from: bench.now - TimeDelta::hours(72) };
    bench.far.set_clock(bench.now - TimeDelta::days(30)).await?;
    let mut costs = Vec::new();
    for more in [20, 200] {
        fill(&bench, kind, more).await?;
        bench.far.forget_calls().await?;
        match kind {
            Kind::Property => drop(crate::bench::rows(bench.platform.properties(window)).await?),
            Kind::Resident => drop(crate::bench::rows(bench.platform.residents(window)).await?),
            Kind::WorkOrder => drop(crate::bench::rows(bench.platform.work_orders(window)).await?),
        }
        costs.push(bench.far.calls().await?.len());
    }
    let page_at_least = 20;
    let allowed = costs[0] + 2 * 200 / page_at_least;
    ensure!(
        costs[1] <= allowed,
        "200 more records that did not change cost {} calls more",
        costs[1] - costs[0]
    );
    Ok(())
}

/// Adds many records and returns them with their labels; the residents live where so many can.
async fn fill(bench: &Bench, kind: Kind, count: usize) -> Result<Vec<(String, Handle)>, Stop> {
    let mut records = Vec::new();
    let mut house = bench.home.property.clone();
    for number in 0..count {
        let label = format!("Many {number:05}");
        let record = if kind == Kind::Resident {
            if number % 20 == 0 {
                house = bench.add(Kind::Property, &format!("Block {number}")).await?;
            }
            let stay = Stay { property: house.clone(), unit: None, ..bench.stay_at_home() };
            bench.far.add_resident(&NewResident { stays: vec![stay], ..bench.resident(&label) }).await?
        } else {
            bench.add(kind, &label).await?
        };
        records.push((label, record));
    }
    Ok(records)
}

/// The labels that no row has.
fn missing(records: &[(String, Handle)], listed: &[String]) -> Vec<String> {
    let listed: HashSet<_> = listed.iter().map(|seen| bare(seen)).collect();
    let labels = records.iter().map(|(label, _)| label);
    labels.filter(|label| !listed.contains(label.as_str())).cloned().collect()
}

/// A label without the first name that residents have before theirs.
fn bare(label: &str) -> &str {
    label.strip_prefix("Kim ").unwrap_or(label)
}
