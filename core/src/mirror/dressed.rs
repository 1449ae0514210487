//! The mirror as a [`Latchel`].

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use futures::StreamExt;

use super::{Mirror, MirrorList, Mirrored, Unread, Walk};
use crate::latchel::{FirstLook, Held, LatchelReference, LatchelWrite, RunBegin};
use crate::model::{
    Job, JobId, Kind, LatchelProperty, LatchelPropertyId, LatchelResident, LatchelResidentId, NewJob,
    NewProperty, NewResident, PropertyPatch, PropertyRef, Reason, ResidentPatch, ResidentRef, Window,
    WorkOrderId,
};
use crate::{Error, ErrorKind, Latchel, LatchelOnly, Pages, Portfolio, Probe, Result};

/// Number of kept work orders that are read together.
pub(super) const PAGE: u32 = 500;
/// Number of pages of properties that a first look reads.
const LOOK_PAGES: u32 = 3;

#[async_trait]
impl Latchel for Mirror {
    fn visibility_delay(&self) -> Duration {
        self.source.visibility_delay()
    }

    async fn check(&self) -> Result<Probe> {
        self.source.check().await
    }

    /// By a few calls: the mirror may still be empty.
    async fn first_look(&self, since: DateTime<Utc>) -> Result<FirstLook> {
        let mut properties = Vec::new();
        for page in 1..=LOOK_PAGES {
            let read = self.source.properties(page).await?;
            let is_last = read.is_last();
            properties.extend(read.rows);
            if is_last {
                break;
            }
        }
        Ok(FirstLook { properties, makers: self.source.makers_of_jobs(since.date_naive()).await? })
    }

    async fn portfolios(&self) -> Result<Vec<Portfolio>> {
        self.source.portfolios().await
    }

    /// Fills what is not proven yet, within the run's share of the budget, and reads the news of work orders.
    async fn begin(&self, run: &RunBegin) -> Result<Vec<String>> {
        self.starts(run.now);
        let kept = run.scheduled && self.has_webhooks && self.has_recent_news();
        {
            let mut state = self.state();
            (state.news, state.began, state.listed_as_kept) = (None, Some(run.now), kept);
            (state.unread_news, state.created_since) = (Unread::default(), None);
        }
        self.states_sought.lock().await.clear();
        let work_orders = run.kinds.contains(&Kind::WorkOrder);
        let mut warnings = Vec::new();
        if work_orders && run.lists && !kept {
            match self.read_news(run.now - TimeDelta::hours(72)).await {
                Err(error) if error.ends_the_run() => return Err(error),
                // The phases ask again, and fail by themselves if it stays so.
                Err(error) => warnings.push(not_read("news of work orders", &error)),
                Ok(()) => {}
            }
        }
        warnings.extend(self.hear_of_all(&run.told_of).await?);
        let mut budget = if run.lists { self.pages_of_a_run() / 2 } else { 0 };
        for list in MirrorList::ALL {
            let wanted = list == MirrorList::Properties || run.kinds.contains(&list.kind());
            if !wanted {
                continue;
            }
            match self.walk_until_proven(list, &mut budget, &|_| true).await {
                Err(error) if error.ends_the_run() => return Err(error),
                Err(error) => {
                    warnings.push(not_read(list.as_str(), &error));
                    // The other lists are no better off.
                    budget = if error.ends_the_phase() { 0 } else { budget };
                }
                Ok(()) => {}
            }
            warnings.extend(match self.unproven(list, run.now).await? {
                Some(held) => Some(held.detail),
                None => {
                    let walk = self.store.walk(&self.account, list).await?;
                    walk.and_then(|walk| walk.unread.words(list.as_str()))
                }
            });
        }
        Ok(warnings)
    }

    async fn end(&self, run: &RunBegin) -> Result<()> {
        if !run.lists {
            return Ok(());
        }
        for list in MirrorList::ALL {
            if list != MirrorList::Jobs
                && (list == MirrorList::Properties || run.kinds.contains(&list.kind()))
            {
                self.rewalk(list, run).await?;
            }
        }
        Ok(())
    }

    /// Reads the news of work orders, and walks through a list of properties or residents where that is a small part of the
    /// budget: somebody else may have made the record since the last walk, as may an earlier create of unknown outcome.
    async fn before_creates(&self, kind: Kind) -> Result<()> {
        if kind == Kind::WorkOrder {
            return self.with_news(self.clock() - TimeDelta::hours(72)).await;
        }
        self.walk_before_creates(MirrorList::of(kind)).await
    }

    async fn holds(&self, write: &LatchelWrite) -> Result<Option<Held>> {
        if !self.source.capabilities().writes {
            return Ok(Some(Held { reason: Reason::LatchelWritesOff, detail: String::new() }));
        }
        let LatchelWrite::Create { kind, made_at, sent_before, closed } = *write else { return Ok(None) };
        let now = self.clock();
        let visible = sent_before.map(|at| at + self.visibility_delay());
        if kind == Kind::WorkOrder {
            self.with_news(now - TimeDelta::hours(72)).await?;
            let unread = Some(self.state().unread_news.clone()).filter(|unread| unread.anybody > 0);
            if let Some(detail) = unread.and_then(|unread| unread.words(MirrorList::Jobs.as_str())) {
                return Ok(Some(Held { reason: Reason::MirrorIncomplete, detail }));
            }
            // The counterpart of a work order that another program brought over is as old as the work order.
            let day = made_at.map_or(NaiveDate::MIN, |at| at.date_naive() - Days::new(2));
            if self.jobs_since().await?.is_none_or(|from| day < from) {
                self.widen_jobs(day).await?;
            }
        }
        let list = MirrorList::of(kind);
        if let Some(held) = self.unproven(list, now).await? {
            return Ok(Some(held));
        }
        if let Some(closed) = closed
            && !self.knows_state(closed).await
        {
            let detail = format!(
                "no work order in Latchel has shown the id of the state {closed} yet; it goes on once one has"
            );
            return Ok(Some(Held { reason: Reason::MirrorIncomplete, detail }));
        }
        // What a create of unknown outcome made is found by a list that was read whole after it would be visible.
        let Some(visible) = visible else { return Ok(None) };
        let walk = self.store.walk(&self.account, list).await?;
        let is_found = match kind {
            Kind::WorkOrder => self.has_seen_creates_since(visible).await?,
            _ => walk.and_then(|walk| walk.proven_at).is_some_and(|proven| proven >= visible),
        };
        let detail = "a create was sent before; what it made shows once the list was read whole";
        let held = Held { reason: Reason::MirrorIncomplete, detail: detail.to_owned() };
        Ok((!is_found).then_some(held))
    }

    fn remembers(&self) -> bool {
        true
    }

    /// Reads the record by one call.
    async fn refresh(&self, kind: Kind, id: i64) -> Result<()> {
        self.is_there(kind, id).await.map(drop)
    }

    /// Reads by one call each those that were seen before that. A source that shows no single records keeps what it listed.
    async fn renew(&self, kind: Kind, since: &[(i64, DateTime<Utc>)]) -> Result<bool> {
        let ids: Vec<_> = since.iter().map(|(id, _)| *id).collect();
        let mut kept = self.store.by_id(&self.account, kind, &ids).await?;
        kept.retain(|one| since.iter().any(|(id, at)| *id == one.id && one.seen_at < *at));
        let mut otherwise = false;
        for one in kept {
            match self.refresh(kind, one.id).await {
                Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(otherwise),
                read => read?,
            }
            let after = self.store.by_id(&self.account, kind, &[one.id]).await?;
            otherwise |= !after.first().is_some_and(|after| one.is_like(after));
        }
        Ok(otherwise)
    }

    async fn reach_back(&self, day: NaiveDate) -> Result<()> {
        self.widen_jobs(day).await
    }

    fn properties(&self) -> Pages<'_, LatchelProperty> {
        let page = move |after: Option<i64>| async move {
            let kept = self.store.page(&self.account, Kind::Property, after, PAGE).await?;
            let Some(last) = kept.last().map(|one| one.id) else { return Ok(None) };
            let rows = kept.iter().map(Mirrored::row).collect::<Result<Vec<_>>>()?;
            Ok(Some((rows, Some(last))))
        };
        futures::stream::try_unfold(None, page).boxed()
    }

    async fn properties_by_ref(&self, refs: &[PropertyRef]) -> Result<Vec<LatchelProperty>> {
        self.properties_referring(refs).await
    }

    async fn properties_by_id(&self, ids: &[LatchelPropertyId]) -> Result<Vec<LatchelProperty>> {
        self.properties_with(ids).await
    }

    async fn residents_by_ref(&self, refs: &[ResidentRef]) -> Result<Vec<LatchelResident>> {
        self.residents_referring(refs).await
    }

    async fn residents_by_id(&self, ids: &[LatchelResidentId]) -> Result<Vec<LatchelResident>> {
        self.residents_with(ids).await
    }

    /// The kept work orders of the window, without their texts: those are read before a write.
    fn jobs(&self, window: Window) -> Pages<'_, Job> {
        let page = move |after: Option<i64>| async move {
            let listed_as_kept = self.state().listed_as_kept;
            if !listed_as_kept {
                self.with_news(window.from).await?;
            }
            let (account, from) = (&self.account, window.from);
            let kept = self.store.changed_since(account, Kind::WorkOrder, from, after, PAGE).await?;
            let Some(last) = kept.last().map(|one| one.id) else { return Ok(None) };
            let rows = kept.iter().map(Mirrored::row).collect::<Result<Vec<_>>>()?;
            Ok(Some((rows, Some(last))))
        };
        futures::stream::try_unfold(None, page).boxed()
    }

    async fn jobs_by_ref(&self, refs: &[WorkOrderId]) -> Result<Vec<Job>> {
        let keys: Vec<_> = refs.iter().map(ToString::to_string).collect();
        let found = self.store.by_reference(&self.account, Kind::WorkOrder, &keys).await?;
        found.iter().map(Mirrored::read).collect()
    }

    async fn residents_at(
        &self,
        properties: &[LatchelPropertyId],
    ) -> Result<Vec<(LatchelPropertyId, LatchelResident)>> {
        self.active_residents_at(properties).await
    }

    async fn jobs_by_number(&self, numbers: &[String]) -> Result<Vec<Job>> {
        let found = self.store.by_number(&self.account, Kind::WorkOrder, numbers).await?;
        found.iter().map(Mirrored::read).collect()
    }

    async fn jobs_by_id(&self, ids: &[JobId]) -> Result<Vec<Job>> {
        self.jobs_with(ids).await
    }

    async fn latchel_only(&self) -> Result<LatchelOnly> {
        let (_, properties) = self.store.count(&self.account, Kind::Property).await?;
        let (_, residents) = self.store.count(&self.account, Kind::Resident).await?;
        Ok(LatchelOnly { properties, residents })
    }

    async fn create_property(&self, new: &NewProperty) -> Result<LatchelPropertyId> {
        let id = self.source.create_property(new).await?;
        self.wrote(Kind::Property, id.0);
        Ok(id)
    }

    async fn update_property(&self, id: LatchelPropertyId, patch: &PropertyPatch) -> Result<()> {
        self.wrote(Kind::Property, id.0);
        self.source.update_property(id, patch).await
    }

    async fn create_resident(&self, new: &NewResident) -> Result<LatchelResidentId> {
        let id = self.source.create_resident(new).await?;
        self.wrote(Kind::Resident, id.0);
        Ok(id)
    }

    async fn update_resident(&self, id: LatchelResidentId, patch: &ResidentPatch) -> Result<()> {
        self.wrote(Kind::Resident, id.0);
        self.source.update_resident(id, patch).await
    }

    async fn create_job(&self, new: &NewJob) -> Result<JobId> {
        self.source.create_job(new).await
    }

    async fn write_number_back(&self, id: JobId, number: &str, work_order: &WorkOrderId) -> Result<()> {
        self.source.write_number_back(id, number, work_order).await
    }

    async fn set_reference(&self, reference: &LatchelReference) -> Result<()> {
        match reference {
            LatchelReference::Property(id, reference) => {
                self.wrote(Kind::Property, id.0);
                self.source.refer_property(*id, reference).await
            }
            LatchelReference::Resident(id, reference) => {
                self.wrote(Kind::Resident, id.0);
                self.source.refer_resident(*id, &reference.resident).await
            }
            LatchelReference::WorkOrder { job, work_order, number } => {
                self.source.write_number_back(*job, number, work_order).await
            }
        }
    }
}

impl Mirror {
    /// From now on a look-up of the record by its id reads it afresh.
    fn wrote(&self, kind: Kind, id: i64) {
        self.state().written.insert((kind, id));
    }

    /// Words for a list from which *absent* cannot be concluded yet, with the time that it will take.
    async fn unproven(&self, list: MirrorList, now: DateTime<Utc>) -> Result<Option<Held>> {
        let walk = self.store.walk(&self.account, list).await?;
        if walk.as_ref().is_some_and(|walk| walk.is_proven(now)) {
            return Ok(None);
        }
        let detail = match walk {
            Some(Walk { ended: true, unread, .. }) if unread.anybody > 0 => {
                unread.words(list.as_str()).unwrap_or_default()
            }
            None => format!("the list of Latchel's {} was not read yet", list.as_str()),
            Some(walk) => {
                let read = walk.next_page - 1;
                match walk.pages {
                    Some(pages) => {
                        let left = u64::from(pages.saturating_sub(if walk.ended { 0 } else { read }));
                        let minutes = self.time_for(left).num_minutes() + 1;
                        format!(
                            "Latchel's {}: walk {}, {read} of about {pages} pages read, about {minutes} min to go",
                            list.as_str(),
                            walk.number
                        )
                    }
                    None => format!(
                        "Latchel's {}: {read} pages read in the first walk, whose length is not known",
                        list.as_str()
                    ),
                }
            }
        };
        Ok(Some(Held { reason: Reason::MirrorIncomplete, detail }))
    }
}

fn not_read(list: &str, error: &Error) -> String {
    format!("Latchel's {list} were not read to the end: {error}")
}
