//! Latchel's work orders that those of the platform may belong to.

use std::collections::{HashMap, HashSet};

use crate::Result;
use crate::engine::context::Context;
use crate::engine::phases::carriers::{Known, may_be_ours};
use crate::engine::phases::index::distinct;
use crate::engine::phases::places::Places;
use crate::engine::phases::taken_over;
use crate::model::{
    Job, JobId, Kind, LatchelResidentId, Link, PropertyRef, ResidentRef, Side, WorkOrder, WorkOrderId,
};
use crate::rules::Counterpart;

/// The Latchel work orders that unlinked platform work orders may belong to.
pub(in crate::engine) struct Jobs {
    by_ref: HashMap<WorkOrderId, Vec<Job>>,
    by_id: HashMap<JobId, Job>,
    links: HashMap<JobId, Link>,
    /// Places of these work orders.
    places: Places,
    /// Properties that creates of unknown outcome were sent for, by the Latchel work order.
    sent: HashMap<JobId, PropertyRef>,
    /// True if a reference counts also where Latchel's work order is at another property: no other program wrote it.
    believes: bool,
}

impl Jobs {
    pub async fn look_up(cx: &Context<'_>, records: &[&WorkOrder]) -> Result<Self> {
        let refs: Vec<_> = records.iter().map(|record| record.id.clone()).collect();
        let marked: Vec<_> =
            records.iter().filter_map(|record| record.marker).map(|marker| marker.job()).collect();
        let mut by_ref: HashMap<WorkOrderId, Vec<Job>> = HashMap::new();
        for job in taken_over::jobs_by_ref(cx, &refs).await? {
            if let Some(reference) = job.work_order.clone() {
                by_ref.entry(reference).or_default().push(job);
            }
        }
        let mut jobs = if marked.is_empty() { Vec::new() } else { cx.latchel().jobs_by_id(&marked).await? };
        jobs.retain(|job| may_be_ours(cx, job));
        let properties = distinct(by_ref.values().flatten().chain(&jobs).filter_map(|job| job.property));
        let places = Places::look_up(cx, &properties).await?;
        let mut ids: Vec<JobId> = by_ref.values().flatten().chain(&jobs).map(|job| job.id).collect();
        ids.sort();
        let memories = cx.recall(Kind::WorkOrder, Side::Latchel, ids.iter().map(ToString::to_string)).await?;
        let (mut links, mut sent) = (HashMap::new(), HashMap::new());
        for (id, memory) in ids.into_iter().zip(memories) {
            sent.extend(memory.intent.and_then(|intent| intent.property).map(|property| (id, property)));
            links.extend(memory.link.map(|link| (id, *link)));
        }
        let by_id = jobs.into_iter().map(|job| (job.id, job)).collect();
        let mut jobs = Self { by_ref, by_id, links, places, sent, believes: true };
        if records.iter().any(|record| jobs.is_referred_to_from_elsewhere(record)) {
            jobs.believes = cx.adoption().await?.disbelief().is_none();
        }
        Ok(jobs)
    }

    fn is_referred_to_from_elsewhere(&self, platform: &WorkOrder) -> bool {
        let referring = self.by_ref.get(&platform.id).into_iter().flatten();
        let mut places = referring.filter_map(|job| self.place(job));
        places.any(|place| place.property != platform.property.property)
    }

    /// The platform's identity of a work order's property.
    fn place(&self, job: &Job) -> Option<PropertyRef> {
        job.property.and_then(|id| self.places.on_platform(id))
    }

    /// The rentable unit that a work order was sent to the platform for, and how that is known.
    pub fn sent(&self, job: &Job) -> (Option<PropertyRef>, Known) {
        match self.sent.get(&job.id) {
            Some(property) => (Some(property.clone()), Known::Made),
            None => (self.place(job), Known::ByItsMarker),
        }
    }

    /// The counterpart that references and the marker name together.
    pub fn counterpart(&self, platform: &WorkOrder) -> (Counterpart, Option<Job>) {
        let here = |job: &&Job| {
            let places = [self.place(job), self.sent.get(&job.id).cloned()];
            places.into_iter().flatten().any(|place| place.property == platform.property.property)
        };
        let marked = platform.marker.and_then(|marker| self.by_id.get(&marker.job())).filter(here);
        // Where references are another program's, one that is the same by chance is of a work order elsewhere.
        let others = |job: &Job| job.property.is_some_and(|id| self.places.has_others_references(id));
        let is_ours = |job: &&Job| here(job) || self.believes && !others(job);
        let referring = self.by_ref.get(&platform.id).into_iter().flatten().filter(is_ours);
        let mut jobs: Vec<&Job> = referring.chain(marked).collect();
        jobs.sort_by_key(|job| job.id);
        jobs.dedup_by_key(|job| job.id);
        match jobs.as_slice() {
            [] => (Counterpart::None, None),
            [job] if job.work_order.as_ref().is_some_and(|reference| *reference != platform.id) => {
                let reference = job.work_order.as_ref().map(WorkOrderId::as_str).unwrap_or_default();
                let what = format!("Latchel's {} refers to work order {reference}", job.id);
                (Counterpart::Ambiguous(what), Some((*job).clone()))
            }
            [job] => match self.links.get(&job.id) {
                Some(other) => {
                    let what =
                        format!("Latchel's {} is linked to work order {} already", job.id, other.platform_id);
                    (Counterpart::Ambiguous(what), Some((*job).clone()))
                }
                None => (Counterpart::Found(job.id), Some((*job).clone())),
            },
            several => {
                let ids: Vec<_> = several.iter().map(|job| job.id.to_string()).collect();
                (Counterpart::Ambiguous(format!("claimed by Latchel's {}", ids.join(" and "))), None)
            }
        }
    }
}

pub(in crate::engine) fn requester(record: &WorkOrder) -> Option<ResidentRef> {
    let resident = record.requested_by.clone()?;
    Some(ResidentRef::new(resident, record.property.property.clone()))
}

pub(in crate::engine) async fn residents(
    cx: &Context<'_>,
    refs: HashSet<ResidentRef>,
) -> Result<HashMap<ResidentRef, LatchelResidentId>> {
    let mut refs: Vec<_> = refs.into_iter().collect();
    refs.sort();
    let adopted = taken_over::by_key(cx, Kind::Resident, refs.iter().map(ResidentRef::key)).await?;
    let adopted = |one: &ResidentRef| adopted.get(&one.key()).copied().map(LatchelResidentId);
    let mut map: HashMap<_, _> = refs.iter().filter_map(|one| Some((one.clone(), adopted(one)?))).collect();
    refs.retain(|one| !map.contains_key(one));
    let mut found = taken_over::residents_by_ref(cx, &refs).await?;
    found.sort_by_key(|resident| std::cmp::Reverse((resident.is_active, std::cmp::Reverse(resident.id))));
    for resident in found {
        if let Some(reference) = resident.reference {
            map.entry(reference).or_insert(resident.id);
        }
    }
    Ok(map)
}
