//! Links that people make and end.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::engine::Engine;
use crate::ledger::{Lease, NewRun, Run, RunStatus, Trigger};
use crate::model::{
    Job, JobId, Kind, Link, Origin, Phase, RecordKey, Row, RunId, Side, WorkOrder, WorkOrderId,
};
use crate::{Error, ErrorKind, Result};

/// Context of an error about the platform's work order of two: its id.
pub const ON_THE_PLATFORM: &str = "on the platform";
/// Context of an error about Latchel's work order of two: its id.
pub const IN_LATCHEL: &str = "in Latchel";

fn place(side: Side) -> &'static str {
    match side {
        Side::Platform => ON_THE_PLATFORM,
        Side::Latchel => IN_LATCHEL,
    }
}

impl Engine {
    /// Links a platform work order with one of Latchel's, so that neither is created on the other side any more, and
    /// closing the one in Latchel closes the other. Both are read first; nothing is written to either.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if one of them is not there, [`ErrorKind::Refused`] if one is linked or names another record:
    /// the context [`ON_THE_PLATFORM`] or [`IN_LATCHEL`] has the id of the one that it is about, and no run is written down.
    /// [`ErrorKind::Busy`] while a run of work orders is under way.
    pub async fn link(
        &self,
        work_order: &WorkOrderId,
        job: JobId,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Link> {
        // What was entered wrongly is no run that failed.
        self.both(work_order, job).await?;
        self.in_manual_run(by, now, async |lease| {
            let (platform, held) = self.both(work_order, job).await?;
            let link = Link {
                kind: Kind::WorkOrder,
                platform_id: work_order.to_string(),
                latchel_id: job.0,
                origin: Origin::Manual,
                run: lease.run,
                created_at: now,
                verified_at: Some(now),
                platform_number: Some(platform.number),
                latchel_number: held.number,
                number_written_at: None,
                close: None,
                resident: None,
                sent_for: None,
                not_stored: Vec::new(),
            };
            self.ledger.put_link(lease, &link).await?;
            Ok(link)
        })
        .await
    }

    /// Ends the link of a platform work order. The next sync links the two again if the reference or marker that one
    /// carries names the other; otherwise each is looked at as one that was never linked.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if it is not linked, [`ErrorKind::Busy`] while a run of work orders is under way.
    pub async fn unlink(&self, work_order: &WorkOrderId, by: &str, now: DateTime<Utc>) -> Result<()> {
        let not_linked = || {
            let error = Error::new(ErrorKind::NotFound, "this work order is not linked");
            error.with("work order", work_order)
        };
        self.linked(work_order).await?.ok_or_else(not_linked)?;
        self.in_manual_run(by, now, async |lease| {
            let key = RecordKey::platform(Kind::WorkOrder, work_order);
            let pair = self.linked(work_order).await?;
            if self.ledger.unlink(lease, Kind::WorkOrder, work_order.as_str()).await? {
                // Records that failed because of the link are tried in the next run, without a pause.
                for key in [Some(key), pair.map(|link| link.key(Side::Latchel))].into_iter().flatten() {
                    self.ledger.retry(&self.account.name, &key).await?;
                }
                return Ok(());
            }
            Err(not_linked())
        })
        .await
    }

    async fn linked(&self, work_order: &WorkOrderId) -> Result<Option<Link>> {
        let key = RecordKey::platform(Kind::WorkOrder, work_order);
        let memories = self.ledger.recall(&self.account.name, &[key]).await?;
        Ok(memories.into_iter().find_map(|memory| memory.link).map(|link| *link))
    }

    /// The two as they are now, if they can be linked.
    async fn both(&self, work_order: &WorkOrderId, job: JobId) -> Result<(WorkOrder, Job)> {
        let platform = self.platform_work_order(work_order).await?;
        let held = self.latchel_work_order(job).await?;
        self.check_unlinked(work_order, job).await?;
        check_references(&platform, &held)?;
        Ok((platform, held))
    }

    /// Does `work` in a run of its own that holds the leases of both work order phases, so that no other run decides on
    /// what it changes.
    async fn in_manual_run<T>(
        &self,
        by: &str,
        now: DateTime<Utc>,
        work: impl AsyncFnOnce(&Lease) -> Result<T>,
    ) -> Result<T> {
        self.ledger_account(now).await?;
        let new = NewRun {
            id: RunId(Uuid::now_v7()),
            account: self.account.name.clone(),
            now,
            day: Some(self.local_date(now)),
            trigger: Trigger::Manual,
            holder: by.to_owned(),
            phases: vec![Phase::WorkOrdersToLatchel, Phase::WorkOrdersToPlatform],
        };
        let lease = self.ledger.begin_run(&new).await?;
        let done = work(&lease).await;
        let (status, warnings) = match &done {
            Ok(_) => (RunStatus::Success, Vec::new()),
            Err(error) => (RunStatus::Failed, vec![error.to_string()]),
        };
        let run = Run { status, warnings, named: Some(1), took_ms: Some(0), ..Run::begin(&new) };
        self.ledger.finish_run(&run).await?;
        done
    }

    async fn platform_work_order(&self, id: &WorkOrderId) -> Result<WorkOrder> {
        let rows = self.platform.work_orders_by_id(std::slice::from_ref(id)).await?;
        let found = rows.into_iter().find_map(|row| match row {
            Row::Record(record) if record.id == *id => Some(record),
            _ => None,
        });
        found.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "the platform has no such work order").with(ON_THE_PLATFORM, id)
        })
    }

    async fn latchel_work_order(&self, id: JobId) -> Result<Job> {
        let found = self.latchel.jobs_by_id(&[id]).await?.into_iter().find(|job| job.id == id);
        found.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "Latchel has no such work order").with(IN_LATCHEL, id)
        })
    }

    async fn check_unlinked(&self, work_order: &WorkOrderId, job: JobId) -> Result<()> {
        let keys =
            [RecordKey::platform(Kind::WorkOrder, work_order), RecordKey::latchel(Kind::WorkOrder, job)];
        let memories = self.ledger.recall(&self.account.name, &keys).await?;
        match memories.into_iter().find_map(|memory| Some((memory.key.clone(), memory.link?))) {
            None => Ok(()),
            Some((key, link)) => {
                let other = match key.side {
                    Side::Platform => format!("Latchel's {}", link.latchel_id),
                    Side::Latchel => link.platform_id,
                };
                let message = format!("{key} is linked with {other}: end that first");
                Err(Error::new(ErrorKind::Refused, message).with(place(key.side), key.id))
            }
        }
    }
}

/// Refuses a link that contradicts the references of the two records: the next run would go by those.
fn check_references(platform: &WorkOrder, job: &Job) -> Result<()> {
    if let Some(other) = job.work_order.as_ref().filter(|other| **other != platform.id) {
        let message = format!("Latchel's {} refers to the platform's work order {other}", job.id);
        return Err(Error::new(ErrorKind::Refused, message).with(IN_LATCHEL, job.id));
    }
    if let Some(marker) = platform.marker.filter(|marker| marker.job() != job.id) {
        let message =
            format!("the platform's work order {} was made from Latchel's {}", platform.id, marker.job());
        return Err(Error::new(ErrorKind::Refused, message).with(ON_THE_PLATFORM, &platform.id));
    }
    Ok(())
}
