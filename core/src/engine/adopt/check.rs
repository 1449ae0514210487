//! Rows to apply, held against what both sides have now: people may have changed the rows, and the rows may be old.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;

use super::seen::{Seen, SeenWork, home};
use crate::engine::adopt::Proposal;
use crate::engine::context::Context;
use crate::engine::phases::index::{distinct, index};
use crate::engine::phases::places::OnPlatform;
use crate::model::{
    Job, JobId, Kind, LatchelPropertyId, LatchelResidentId, Link, Origin, Property, PropertyRef, Resident,
    ResidentMemory, ResidentRef, Row, WorkOrder, WorkOrderId,
};
use crate::{Platform, Result};

/// A row that holds.
pub(super) struct Checked {
    /// The link to write.
    pub link: Link,
    /// The record's name for people; empty for a resident.
    pub label: String,
}

/// Verdict about a row: what to write, or why it is refused, in words.
pub(super) type Verdict = std::result::Result<Checked, String>;

const NO_PLACE: &str = "its property has no counterpart in Latchel yet: link that first";

/// Verdicts about rows of one kind, in their order.
pub(super) async fn check(
    cx: &Context<'_>,
    kind: Kind,
    rows: &[&Proposal],
    seen: &Seen,
) -> Result<Vec<Verdict>> {
    match kind {
        Kind::Property => Box::pin(properties(cx, rows, seen)).await,
        Kind::Resident => Box::pin(residents(cx, rows, seen)).await,
        Kind::WorkOrder => Box::pin(work_orders(cx, rows, seen)).await,
    }
}

/// The rows' records that the lists have shown, and the ids of the others.
fn seen_or_not<T: Clone>(seen: &HashMap<String, T>, rows: &[&Proposal]) -> (HashMap<String, T>, Vec<String>) {
    let ids = distinct(rows.iter().map(|row| row.platform_id.clone()));
    let (there, others): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| seen.contains_key(id));
    let there = there.into_iter().filter_map(|id| Some((seen.get(&id)?.clone(), id)));
    (there.map(|(one, id)| (id, one)).collect(), others)
}

async fn properties(cx: &Context<'_>, rows: &[&Proposal], seen: &Seen) -> Result<Vec<Verdict>> {
    let (mut names, others) = seen_or_not(&seen.properties, rows);
    let others: Vec<_> = others.iter().map(|id| PropertyRef::from_key(id)).collect();
    let others = records(OnPlatform::look_up(cx, &others).await?.rows);
    names.extend(others.map(|one: Property| (one.id.key(), one.name())));
    let ids = distinct(rows.iter().map(|row| LatchelPropertyId(row.latchel_id)));
    let latchel = index(cx.latchel().properties_by_id(&ids).await?, |one| Some(one.id.0));
    let verdict = |row: &&Proposal| {
        let name = names.get(&row.platform_id).ok_or_else(|| missing_on_platform(row))?;
        latchel.get(&row.latchel_id).ok_or_else(|| missing_in_latchel(row))?;
        Ok(Checked { link: link(cx, row), label: name.clone() })
    };
    Ok(rows.iter().map(verdict).collect())
}

async fn residents(cx: &Context<'_>, rows: &[&Proposal], seen: &Seen) -> Result<Vec<Verdict>> {
    let (mut homes, others) = seen_or_not(&seen.residents, rows);
    let others: Vec<_> = others.iter().filter_map(|id| ResidentRef::from_key(id)).collect();
    let others = records(each(cx.platform(), &others).await?);
    homes.extend(others.map(|one: Resident| (one.id.key(), home(cx, &one))));
    let ids = distinct(rows.iter().map(|row| LatchelResidentId(row.latchel_id)));
    let latchel = index(cx.latchel().residents_by_id(&ids).await?, |one| Some(one.id.0));
    let places = cx.latchel_properties(homes.values().flatten().cloned().collect()).await?;
    let verdict = |row: &&Proposal| {
        let home = homes.get(&row.platform_id).ok_or_else(|| missing_on_platform(row))?;
        let known = latchel.get(&row.latchel_id).ok_or_else(|| missing_in_latchel(row))?;
        if !home.as_ref().is_some_and(|home| places.contains_key(home)) {
            return Err(NO_PLACE.to_owned());
        }
        let resident = Some(ResidentMemory::of(known, cx.today));
        Ok(Checked { link: Link { resident, ..link(cx, row) }, label: String::new() })
    };
    Ok(rows.iter().map(verdict).collect())
}

async fn work_orders(cx: &Context<'_>, rows: &[&Proposal], seen: &Seen) -> Result<Vec<Verdict>> {
    let (mut there, others) = seen_or_not(&seen.work_orders, rows);
    let others: Vec<_> = others.into_iter().map(WorkOrderId::new).collect();
    let others = records(each(cx.platform(), &others).await?);
    there.extend(others.map(|one: WorkOrder| (one.id.to_string(), SeenWork::of(&one))));
    let latchel = jobs(cx, rows, there.values()).await?;
    let places = places(cx, there.values(), seen).await?;
    let verdict = |row: &&Proposal| {
        let platform = there.get(&row.platform_id).ok_or_else(|| missing_on_platform(row))?;
        let job = latchel.get(&JobId(row.latchel_id)).ok_or_else(|| missing_in_latchel(row))?;
        if let Some(marker) = platform.marker.filter(|marker| marker.job() != job.id) {
            return Err(format!("it was made from Latchel's {}", marker.job()));
        }
        match places.get(&platform.property).map(Vec::as_slice).unwrap_or_default() {
            [] => return Err(NO_PLACE.to_owned()),
            places if !job.property.is_some_and(|at| places.contains(&at)) => {
                return Err("Latchel's work order is at another property".to_owned());
            }
            _ => {}
        }
        let link = Link {
            platform_number: Some(platform.number.clone()),
            latchel_number: job.number.clone(),
            ..link(cx, row)
        };
        Ok(Checked { link, label: format!("#{} {}", platform.number, platform.title) })
    };
    Ok(rows.iter().map(verdict).collect())
}

/// Latchel's work orders of these rows: together by their numbers, and those that people have chosen by another by their ids.
async fn jobs(
    cx: &Context<'_>,
    rows: &[&Proposal],
    platform: impl Iterator<Item = &SeenWork>,
) -> Result<HashMap<JobId, Job>> {
    let wanted = distinct(rows.iter().map(|row| JobId(row.latchel_id)));
    let numbers = distinct(platform.map(|one| one.number.clone()));
    let numbered =
        if numbers.is_empty() { Vec::new() } else { cx.latchel().jobs_by_number(&numbers).await? };
    let mut jobs = index(numbered, |job| Some(job.id));
    let others: Vec<_> = wanted.into_iter().filter(|id| !jobs.contains_key(id)).collect();
    if !others.is_empty() {
        jobs.extend(cx.latchel().jobs_by_id(&others).await?.into_iter().map(|job| (job.id, job)));
    }
    Ok(jobs)
}

/// Latchel's properties where each work order may be: at its unit, or where it names none, at any unit of its property.
async fn places(
    cx: &Context<'_>,
    platform: impl Iterator<Item = &SeenWork>,
    seen: &Seen,
) -> Result<HashMap<PropertyRef, Vec<LatchelPropertyId>>> {
    let at: HashSet<PropertyRef> = platform.map(|one| one.property.clone()).collect();
    let exact = cx.latchel_properties(at.clone()).await?;
    let vague: Vec<_> = at.into_iter().filter(|at| at.unit.is_none() && !exact.contains_key(at)).collect();
    let mut places: HashMap<_, _> = exact.into_iter().map(|(unit, one)| (unit, vec![one.id])).collect();
    let (listed, others): (Vec<_>, Vec<_>) =
        vague.iter().cloned().partition(|at| seen.units.contains_key(&at.property));
    let others = records(OnPlatform::look_up(cx, &others).await?.rows).map(|one: Property| one.id);
    let listed = listed.iter().filter_map(|at| seen.units.get(&at.property)).flatten().cloned();
    let found = cx.latchel_properties(listed.chain(others).collect()).await?;
    for whole in vague {
        let of_it = found.iter().filter(|(unit, _)| unit.property == whole.property);
        let ids = of_it.map(|(_, property)| property.id).collect();
        places.insert(whole, ids);
    }
    Ok(places)
}

fn link(cx: &Context<'_>, row: &Proposal) -> Link {
    cx.link(row.kind, &row.platform_id, row.latchel_id, Origin::Adopted)
}

fn missing_on_platform(row: &Proposal) -> String {
    format!("the platform has no {} {}", row.kind, row.platform_id)
}

fn missing_in_latchel(row: &Proposal) -> String {
    format!("Latchel has no {} {}", row.kind, row.latchel_id)
}

fn records<T>(rows: Vec<Row<T>>) -> impl Iterator<Item = T> {
    rows.into_iter().filter_map(|row| match row {
        Row::Record(record) => Some(record),
        _ => None,
    })
}

/// A record of the platform that is asked for by its id.
#[async_trait]
trait ById: Sized {
    type Id: Sync;

    async fn read(platform: &dyn Platform, ids: &[Self::Id]) -> Result<Vec<Row<Self>>>;
}

#[async_trait]
impl ById for Resident {
    type Id = ResidentRef;

    async fn read(platform: &dyn Platform, ids: &[ResidentRef]) -> Result<Vec<Row<Self>>> {
        platform.residents_by_id(ids).await
    }
}

#[async_trait]
impl ById for WorkOrder {
    type Id = WorkOrderId;

    async fn read(platform: &dyn Platform, ids: &[WorkOrderId]) -> Result<Vec<Row<Self>>> {
        platform.work_orders_by_id(ids).await
    }
}

/// Asks for all ids together. One that makes the call fail costs its own answer only: people may have mistyped it.
async fn each<T: ById>(platform: &dyn Platform, ids: &[T::Id]) -> Result<Vec<Row<T>>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    match T::read(platform, ids).await {
        Err(error) if error.is_about_the_request() => {}
        done => return done,
    }
    let mut rows = Vec::new();
    for id in ids {
        match T::read(platform, std::slice::from_ref(id)).await {
            Ok(row) => rows.extend(row),
            Err(error) if error.is_about_the_request() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(rows)
}
