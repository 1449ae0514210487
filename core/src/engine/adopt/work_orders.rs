//! Work orders by other ids, else by their whole number and property.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::aliases::{Aliases, EVIDENCE};
use super::listed::{is_free, listed, remembered};
use super::properties::LatchelUnits;
use super::seen::Seen;
use super::{AdoptDecision, CHUNK, Proposal, SHOWN};
use crate::Result;
use crate::engine::Observer;
use crate::engine::context::Context;
use crate::engine::phases::taken_over;
use crate::model::{Job, JobId, Kind, Phase, Row, Side, Window, WorkOrder, WorkOrderId};

/// Reads the platform's list since `window`, and pairs what is free: by the platform's other ids, else by number and property.
pub(super) async fn propose(
    cx: &Context<'_>,
    places: &LatchelUnits,
    (window, observer): (Window, &dyn Observer),
    seen: &mut Seen,
) -> Result<Vec<Proposal>> {
    let phase = Phase::WorkOrdersToLatchel;
    observer.phase_started(phase, window);
    let mut platform = listed(cx.platform().work_orders(window), phase, observer).await?;
    let hinted = std::mem::take(&mut platform.hinted);
    let hinted = remembered(cx, (Kind::WorkOrder, Side::Platform), hinted, Clone::clone).await?;
    let mut unread = std::mem::take(&mut platform.unread);
    let asked: Vec<_> = hinted.into_iter().filter(|(_, memory)| is_free(memory)).map(|(id, _)| id).collect();
    for chunk in asked.chunks(CHUNK) {
        let ids: Vec<_> = chunk.iter().map(WorkOrderId::new).collect();
        let rows = cx.platform().work_orders_by_id(&ids).await?;
        observer.read(phase, rows.len());
        for row in rows {
            match row {
                Row::Record(record) => platform.records.push(record),
                Row::Invalid(invalid) => unread.push(invalid.id),
                Row::NotSupported { id, .. } | Row::Hint { id, .. } => unread.push(id),
            }
        }
    }
    platform.records.iter().for_each(|one| seen.work_order(one));
    // What carries our marker is found again by that (rule WP6).
    platform.records.retain(|one| one.marker.is_none());
    let unread = unread.into_iter().map(WorkOrderId::new);
    let known: HashSet<WorkOrderId> =
        platform.records.iter().map(|one| one.id.clone()).chain(unread).collect();
    let free =
        remembered(cx, (Kind::WorkOrder, Side::Platform), platform.records, |one| one.id.to_string()).await?;
    let free: Vec<_> =
        free.into_iter().filter(|(_, memory)| is_free(memory)).map(|(work_order, _)| work_order).collect();

    let aliases = Aliases::of(cx, Kind::WorkOrder).await?;
    let (mut by_alias, mut found) = (Vec::new(), Vec::new());
    for chunk in free.chunks(CHUNK) {
        let ids: HashSet<_> = chunk.iter().map(|one| one.id.as_str()).collect();
        let others = aliases.others(|id| ids.contains(id)).map(WorkOrderId::new);
        let refs: Vec<_> = chunk.iter().map(|one| one.id.clone()).chain(others).collect();
        let (referring, named): (Vec<_>, Vec<_>) =
            taken_over::jobs_by_ref(cx, &refs).await?.into_iter().partition(refers_to(&known));
        let referred: HashSet<_> = referring.into_iter().filter_map(|one| one.work_order).collect();
        let named = remembered(cx, (Kind::WorkOrder, Side::Latchel), named, |job| job.id.to_string()).await?;
        let named: Vec<_> =
            named.into_iter().filter(|(_, memory)| is_free(memory)).map(|(job, _)| job).collect();
        let numbered = jobs_by_number(cx, chunk, &known).await?;
        for work_order in chunk.iter().filter(|one| !referred.contains(&one.id)) {
            let places = places.of_work(&work_order.property);
            let here = |job: &&Job| job.property.is_some_and(|at| places.contains(&at));
            let is_it = |job: &&Job| {
                let named = job.work_order.as_ref().and_then(|other| aliases.named(other.as_str()));
                here(job) && named.is_some_and(|id| id == work_order.id.as_str())
            };
            if let [job] = named.iter().filter(is_it).collect::<Vec<_>>().as_slice() {
                by_alias.push((job.id, proposal(work_order, job, EVIDENCE, AdoptDecision::Link)));
                continue;
            }
            let same = numbered.get(&work_order.number).into_iter().flatten().filter(here).cloned();
            found.push((work_order, same.collect::<Vec<_>>()));
        }
    }
    let (taken, mut all): (HashSet<JobId>, Vec<_>) = by_alias.into_iter().unzip();
    found.iter_mut().for_each(|(_, jobs)| jobs.retain(|job| !taken.contains(&job.id)));
    all.extend(pairs(&found, places));
    Ok(all)
}

/// True of a work order in Latchel that refers to one of the platform's by its own id.
fn refers_to(known: &HashSet<WorkOrderId>) -> impl Fn(&Job) -> bool {
    |job| job.work_order.as_ref().is_some_and(|own| known.contains(own))
}

/// Latchel's free work orders with one of these numbers, except those that refer to another of the platform's.
async fn jobs_by_number(
    cx: &Context<'_>,
    work_orders: &[WorkOrder],
    known: &HashSet<WorkOrderId>,
) -> Result<BTreeMap<String, Vec<Job>>> {
    let numbers: HashSet<&String> = work_orders.iter().map(|one| &one.number).collect();
    let mut numbers: Vec<String> =
        numbers.into_iter().filter(|number| !number.trim().is_empty()).cloned().collect();
    numbers.sort();
    let mut jobs = BTreeMap::new();
    if numbers.is_empty() {
        return Ok(jobs);
    }
    let found = cx.latchel().jobs_by_number(&numbers).await?;
    let found = remembered(cx, (Kind::WorkOrder, Side::Latchel), found, |job| job.id.to_string()).await?;
    for (job, memory) in found {
        let strange = !refers_to(known)(&job);
        if let Some(number) = job.number.clone().filter(|_| strange && is_free(&memory)) {
            jobs.entry(number).or_insert_with(Vec::new).push(job);
        }
    }
    Ok(jobs)
}

fn pairs(found: &[(&WorkOrder, Vec<Job>)], places: &LatchelUnits) -> Vec<Proposal> {
    let mut wanted: HashMap<JobId, u32> = HashMap::new();
    found.iter().flat_map(|(_, jobs)| jobs).for_each(|job| *wanted.entry(job.id).or_default() += 1);
    let mut pairs = Vec::new();
    for (work_order, jobs) in found {
        if let [job] = jobs.as_slice()
            && wanted.get(&job.id) == Some(&1)
        {
            // Without a unit there may be another of the same number at the right one (rule WP3).
            let sure = places.of_work(&work_order.property).len() == 1;
            let evidence = match sure {
                true => "the same number at the same property, and no other has it there",
                false => "the same number at one of the property's units; the platform's names no unit",
            };
            pairs.push(proposal(work_order, job, evidence, AdoptDecision::link_if(sure)));
            continue;
        }
        let evidence = format!("{} work orders in Latchel have this number at the same property", jobs.len());
        let evidence = if jobs.len() == 1 {
            "another work order on the platform has this number at the same property as well".to_owned()
        } else {
            evidence
        };
        let shown = jobs.iter().take(SHOWN);
        pairs.extend(shown.map(|job| proposal(work_order, job, &evidence, AdoptDecision::Undecided)));
    }
    pairs
}

fn proposal(platform: &WorkOrder, latchel: &Job, evidence: &str, decision: AdoptDecision) -> Proposal {
    Proposal {
        kind: Kind::WorkOrder,
        platform_id: platform.id.to_string(),
        label: format!("#{} {}", platform.number, platform.title),
        latchel_id: latchel.id.0,
        latchel_reference: latchel.work_order.as_ref().map(ToString::to_string),
        evidence: evidence.to_owned(),
        decision,
    }
}
