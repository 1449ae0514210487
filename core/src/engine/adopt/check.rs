//! Rows to apply, held against what both sides have now: people may have changed the rows, and the rows may be old.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use async_trait::async_trait;

use crate::engine::adopt::Proposal;
use crate::engine::context::Context;
use crate::engine::phases::index::{distinct, index};
use crate::engine::phases::places::OnPlatform;
use crate::model::{
    Job, JobId, Kind, LatchelPropertyId, LatchelResidentId, Link, Origin, Property, PropertyRef, Resident,
    ResidentMemory, ResidentRef, Row, WorkOrder, WorkOrderId,
};
use crate::rules::current_tenancy;
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
pub(super) async fn check(cx: &Context<'_>, kind: Kind, rows: &[&Proposal]) -> Result<Vec<Verdict>> {
    match kind {
        Kind::Property => Box::pin(properties(cx, rows)).await,
        Kind::Resident => Box::pin(residents(cx, rows)).await,
        Kind::WorkOrder => Box::pin(work_orders(cx, rows)).await,
    }
}

async fn properties(cx: &Context<'_>, rows: &[&Proposal]) -> Result<Vec<Verdict>> {
    let refs = distinct(rows.iter().map(|row| PropertyRef::from_key(&row.platform_id)));
    let there = on_platform(OnPlatform::look_up(cx, &refs).await?.rows, |one: &Property| one.id.key());
    let ids = distinct(rows.iter().map(|row| LatchelPropertyId(row.latchel_id)));
    let latchel = index(cx.latchel().properties_by_id(&ids).await?, |one| Some(one.id.0));
    let verdict = |row: &&Proposal| {
        let platform = there.get(&row.platform_id).ok_or_else(|| missing_on_platform(row))?;
        latchel.get(&row.latchel_id).ok_or_else(|| missing_in_latchel(row))?;
        Ok(Checked { link: link(cx, row), label: platform.name() })
    };
    Ok(rows.iter().map(verdict).collect())
}

async fn residents(cx: &Context<'_>, rows: &[&Proposal]) -> Result<Vec<Verdict>> {
    let refs = distinct(rows.iter().filter_map(|row| ResidentRef::from_key(&row.platform_id)));
    let read = each(cx.platform(), &refs).await?;
    let there = on_platform(read, |one: &Resident| one.id.key());
    let ids = distinct(rows.iter().map(|row| LatchelResidentId(row.latchel_id)));
    let latchel = index(cx.latchel().residents_by_id(&ids).await?, |one| Some(one.id.0));
    let homes: HashSet<_> = there.values().filter_map(|one| home(cx, one)).collect();
    let places = cx.latchel_properties(homes).await?;
    let verdict = |row: &&Proposal| {
        let platform = there.get(&row.platform_id).ok_or_else(|| missing_on_platform(row))?;
        let known = latchel.get(&row.latchel_id).ok_or_else(|| missing_in_latchel(row))?;
        if !home(cx, platform).is_some_and(|home| places.contains_key(&home)) {
            return Err(NO_PLACE.to_owned());
        }
        let resident = Some(ResidentMemory::of(known, cx.today));
        Ok(Checked { link: Link { resident, ..link(cx, row) }, label: String::new() })
    };
    Ok(rows.iter().map(verdict).collect())
}

fn home(cx: &Context<'_>, resident: &Resident) -> Option<PropertyRef> {
    let stay = current_tenancy(&resident.tenancies, cx.today)?;
    Some(PropertyRef::new(resident.id.property.clone(), stay.unit))
}

async fn work_orders(cx: &Context<'_>, rows: &[&Proposal]) -> Result<Vec<Verdict>> {
    let ids = distinct(rows.iter().map(|row| WorkOrderId::new(row.platform_id.clone())));
    let read = each(cx.platform(), &ids).await?;
    let there = on_platform(read, |one: &WorkOrder| one.id.to_string());
    let latchel = jobs(cx, rows, there.values()).await?;
    let places = places(cx, there.values()).await?;
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
    platform: impl Iterator<Item = &WorkOrder>,
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
    platform: impl Iterator<Item = &WorkOrder>,
) -> Result<HashMap<PropertyRef, Vec<LatchelPropertyId>>> {
    let at: HashSet<PropertyRef> = platform.map(|one| one.property.clone()).collect();
    let exact = cx.latchel_properties(at.clone()).await?;
    let vague: Vec<_> = at.into_iter().filter(|at| at.unit.is_none() && !exact.contains_key(at)).collect();
    let mut places: HashMap<_, _> = exact.into_iter().map(|(unit, one)| (unit, vec![one.id])).collect();
    let units = on_platform(OnPlatform::look_up(cx, &vague).await?.rows, |one: &Property| one.id.clone());
    let found = cx.latchel_properties(units.into_keys().collect()).await?;
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

fn on_platform<K: Hash + Eq, T>(rows: Vec<Row<T>>, id: impl Fn(&T) -> K) -> HashMap<K, T> {
    let records = rows.into_iter().filter_map(|row| match row {
        Row::Record(record) => Some(record),
        _ => None,
    });
    index(records, |record| Some(id(record)))
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
