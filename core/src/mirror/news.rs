//! News of work orders: narrow questions in place of everything that was updated.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::{JobsAsked, Mirror, MirrorList, Mirrored, Walk};
use crate::model::{Job, JobId, Kind, RecordKey};
use crate::{Error, ErrorKind, Latchel, Result};

/// Days for which a source is asked beyond the day at hand, because nobody knows its zone and lists may leave rows out.
const OVERLAP: Days = Days::new(1);
/// Time for which a narrow question is trusted, until it is compared again with the wide one.
const TRUSTED: TimeDelta = TimeDelta::days(1);

/// Time for which webhooks are trusted to have told of everything, until work orders are asked for again.
const TOLD: TimeDelta = TimeDelta::hours(1);
/// Time for which a record is taken to be as it was seen, whatever a webhook tells: most tell of what we wrote and read back.
const JUST_SEEN: TimeDelta = TimeDelta::minutes(2);

impl Mirror {
    /// True if work orders were asked for less than an hour ago.
    pub(super) async fn has_late_news(&self) -> Result<bool> {
        let walk = self.store.walk(&self.account, MirrorList::Jobs).await?;
        let until = walk.and_then(|walk| walk.news_until);
        Ok(until.is_some_and(|at| self.clock() - at < TOLD))
    }

    /// Reads a property or a resident that a webhook told of, by one call, unless it was just seen.
    pub(super) async fn hear_of(&self, record: &RecordKey) -> Result<()> {
        let Ok(id) = record.id.parse() else { return Ok(()) };
        let kept = self.store.by_id(&self.account, record.kind, &[id]).await?;
        if kept.iter().any(|one| self.clock() - one.seen_at < JUST_SEEN) {
            return Ok(());
        }
        self.refresh(record.kind, id).await.map(drop)
    }

    /// Reads the news, unless this run has.
    pub(super) async fn with_news(&self, from: DateTime<Utc>) -> Result<()> {
        if self.state().news.is_some() { Ok(()) } else { self.read_news(from).await }
    }

    /// Reads the work orders that were created or closed since the last news, or since `from` where there were none.
    pub(super) async fn read_news(&self, from: DateTime<Utc>) -> Result<()> {
        let now = self.clock();
        let walk = self.store.walk(&self.account, MirrorList::Jobs).await?;
        let walk = walk.unwrap_or_else(|| Walk::first(now, Some(now.date_naive() - Days::new(30))));
        let since = walk.news_until.unwrap_or(from).min(now);
        let day = since.date_naive() - OVERLAP;
        self.read_jobs(JobsAsked::Created(day)).await?;
        let narrow_since = match walk.narrow_since.filter(|at| now - *at < TRUSTED) {
            Some(at) => match self.read_jobs(JobsAsked::Closed(day)).await {
                Ok(_) => Some(at),
                Err(error) if error.kind() == ErrorKind::Unsupported => {
                    self.compared(day).await?.then_some(now)
                }
                Err(error) => return Err(error),
            },
            None => self.compared(day).await?.then_some(now),
        };
        // The walk may have gone on meanwhile: only this run's part of it is changed.
        let walk = self.store.walk(&self.account, MirrorList::Jobs).await?.unwrap_or(walk);
        let walk = Walk { news_until: Some(now), narrow_since, ..walk };
        self.store.put_walk(&self.account, MirrorList::Jobs, &walk).await?;
        self.state().news = Some(now);
        Ok(())
    }

    /// Reads everything that was updated, and then those in a closed state. True if the narrower question showed what
    /// the wider one had, and nothing else, so that it alone may be asked for a day.
    async fn compared(&self, day: NaiveDate) -> Result<bool> {
        let updated = self.read_jobs(JobsAsked::Updated(day)).await?;
        let narrow = match self.read_jobs(JobsAsked::Closed(day)).await {
            Ok(narrow) => narrow,
            Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(false),
            Err(error) => return Err(error),
        };
        let closed = |jobs: &BTreeMap<JobId, bool>| -> BTreeSet<JobId> {
            jobs.iter().filter(|(_, closed)| **closed).map(|(id, _)| *id).collect()
        };
        let (wanted, shown) = (closed(&updated), closed(&narrow));
        // Lists may leave rows out, so that most of them is enough; the days overlap for the rest.
        let both = wanted.intersection(&shown).count();
        Ok(!wanted.is_empty() && both * 5 >= wanted.len() * 4 && narrow.len() == shown.len())
    }

    /// Reads all pages of a question and keeps them. Returns the work orders, and if each is closed.
    async fn read_jobs(&self, asked: JobsAsked) -> Result<BTreeMap<JobId, bool>> {
        let mut seen = BTreeMap::new();
        for page in 1.. {
            let read = self.source.jobs(asked, page).await?;
            self.keep_jobs(&read.rows).await?;
            if let JobsAsked::Closed(day) = asked
                && read.rows.iter().any(|job| job.updated_at.date_naive() + OVERLAP < day)
            {
                let message = "work orders in closed states are not narrowed by the day";
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
            seen.extend(read.rows.iter().map(|job| (job.id, job.closed().is_some())));
            if read.is_last() {
                break;
            }
        }
        Ok(seen)
    }

    /// Keeps work orders as they were just seen. Of a closed one that has changed, the instant of its last change of state
    /// is asked for, where the row does not tell it: a note on a closed work order is not another closing (rule L8).
    pub(super) async fn keep_jobs(&self, jobs: &[Job]) -> Result<()> {
        let ids: Vec<_> = jobs.iter().map(|job| job.id.0).collect();
        let known = self.store.by_id(&self.account, Kind::WorkOrder, &ids).await?;
        let mut records = Vec::new();
        for job in jobs {
            let before = known.iter().find(|one| one.id == job.id.0);
            let before = before.map(Mirrored::read::<Job>).transpose()?;
            records.push(Mirrored::job(&self.with_change_of_state(job, before).await?, self.clock())?);
        }
        self.keep(records).await
    }

    pub(super) async fn with_change_of_state(&self, job: &Job, before: Option<Job>) -> Result<Job> {
        if job.state_updated_at.is_some() || job.closed().is_none() {
            return Ok(job.clone());
        }
        let at = match before {
            Some(before) if before.updated_at == job.updated_at && before.state == job.state => {
                before.state_updated_at
            }
            // It was open when it was seen last, so that this is a change of state.
            Some(before) if before.closed().is_none() => Some(job.updated_at),
            Some(_) => self.source.state_changed_at(JobId(job.id.0)).await?,
            None => None,
        };
        Ok(Job { state_updated_at: at, ..job.clone() })
    }

    /// Day since which work orders are kept.
    pub(super) async fn jobs_since(&self) -> Result<Option<NaiveDate>> {
        Ok(self.store.walk(&self.account, MirrorList::Jobs).await?.and_then(|walk| walk.from))
    }
}
