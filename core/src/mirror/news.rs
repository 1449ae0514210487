//! News of work orders: narrow questions in place of everything that was updated.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::questions::Answer;
use super::{CreatedSince, JobsAsked, Mirror, MirrorList, Mirrored, Walk};
use crate::model::{Job, JobId, Kind, RecordKey};
use crate::{ErrorKind, Latchel, Result};

/// Days for which a source is asked beyond the day at hand, because nobody knows its zone and lists may leave rows out.
pub(super) const OVERLAP: Days = Days::new(1);
/// Westernmost of all zones, as the time by which it is behind UTC.
const WESTERNMOST: TimeDelta = TimeDelta::hours(12);

/// The earliest date that an instant has in any zone: asked from it on, a source whose zone nobody knows shows all that came
/// after the instant.
fn first_day(at: DateTime<Utc>) -> NaiveDate {
    (at - WESTERNMOST).date_naive()
}

/// Time for which a narrow question is trusted, until it is compared again with the wide one.
const TRUSTED: TimeDelta = TimeDelta::days(1);

/// Time for which webhooks are trusted to have told of everything, until work orders are asked for again.
const TOLD: TimeDelta = TimeDelta::hours(1);
/// Time for which a record is taken to be as it was seen, whatever a webhook tells: most tell of what we wrote and read back.
const JUST_SEEN: TimeDelta = TimeDelta::minutes(2);
/// Number of records that could not be read, of those that webhooks told of, after which the others are left to the next walk.
const MOST_FAILURES: usize = 3;
/// Number of times that a run asks for new work orders because of a create without an answer.
const ASKED_AGAIN: u32 = 3;

impl Mirror {
    /// True if this process asked for work orders less than an hour ago.
    pub(super) fn has_recent_news(&self) -> bool {
        let now = self.clock();
        self.state().asked.is_some_and(|at| now - at < TOLD)
    }

    /// Reads the properties and residents that webhooks told of. Returns warnings about those that could not be read: nothing waits
    /// for them, and the next walk reads them.
    ///
    /// # Errors
    ///
    /// An error that ends the run: no further call would succeed.
    pub(super) async fn hear_of_all(&self, records: &[RecordKey]) -> Result<Vec<String>> {
        let mut warnings = Vec::new();
        for record in records {
            match self.hear_of(record).await {
                Ok(()) => {}
                Err(error) if error.ends_the_run() => return Err(error),
                Err(error) => {
                    warnings.push(format!("{record}, of which a webhook told, was not read: {error}"))
                }
            }
            if warnings.len() >= MOST_FAILURES {
                break;
            }
        }
        Ok(warnings)
    }

    /// Reads a property or a resident that a webhook told of, by one call, unless it was just seen.
    async fn hear_of(&self, record: &RecordKey) -> Result<()> {
        let Ok(id) = record.id.parse() else { return Ok(()) };
        let kept = self.store.by_id(&self.account, record.kind, &[id]).await?;
        if kept.iter().any(|one| self.clock() - one.seen_at < JUST_SEEN) {
            return Ok(());
        }
        self.refresh(record.kind, id).await
    }

    /// Reads the news, unless this run has.
    pub(super) async fn with_news(&self, from: DateTime<Utc>) -> Result<()> {
        if self.state().news.is_some() { Ok(()) } else { self.read_news(from).await }
    }

    /// Reads the work orders that were created or closed since the last news, or since `from` where there were none. The news go on
    /// from here only if nothing was left out; until then the next run asks for the same days again.
    pub(super) async fn read_news(&self, from: DateTime<Utc>) -> Result<()> {
        let now = self.clock();
        let walk = self.store.walk(&self.account, MirrorList::Jobs).await?;
        let walk = walk.unwrap_or_else(|| Walk::first(now, Some(now.date_naive() - Days::new(30))));
        let since = walk.news_until.unwrap_or(from).min(now);
        let day = first_day(since);
        let created = self.ask(JobsAsked::Created(day)).await?;
        let narrow = match walk.narrow_since.filter(|at| now - *at < TRUSTED) {
            Some(at) => match self.ask(JobsAsked::Closed(day)).await {
                Ok(closed) => Some((closed, Some(at))),
                Err(error) if error.kind() == ErrorKind::Unsupported => None,
                Err(error) => return Err(error),
            },
            None => None,
        };
        let (changed, narrow_since) = match narrow {
            Some(narrow) => narrow,
            None => {
                let (updated, is_narrow) = self.compared(day).await?;
                (updated, is_narrow.then_some(now))
            }
        };
        let unread = created.unread.clone().and(changed.unread.clone());
        let whole = match created.repeated + changed.repeated {
            _ if unread.anybody > 0 => false,
            0 => true,
            // The same day is asked for by the next run in any case.
            _ if first_day(since) == first_day(now) => false,
            _ => self.is_whole(&created).await? && self.is_whole(&changed).await?,
        };
        // The walk may have gone on meanwhile: only this run's part of it is changed.
        let walk = self.store.walk(&self.account, MirrorList::Jobs).await?.unwrap_or(walk);
        let news_until = Some(if whole { now } else { since });
        let walk = Walk { news_until, narrow_since, ..walk };
        self.store.put_walk(&self.account, MirrorList::Jobs, &walk).await?;
        let mut state = self.state();
        (state.news, state.asked) = (Some(now), Some(now));
        state.unread_news = unread;
        Ok(())
    }

    /// True if every work order that was created before `visible`, the present at the latest, has been shown since: by the news, or by
    /// asking again, a few times a run.
    pub(super) async fn has_seen_creates_since(&self, visible: DateTime<Utc>) -> Result<bool> {
        let now = self.clock();
        let walk = self.store.walk(&self.account, MirrorList::Jobs).await?;
        if walk.and_then(|walk| walk.news_until).is_some_and(|at| at >= visible) {
            return Ok(true);
        }
        if visible > now {
            return Ok(false);
        }
        // The create was sent before, perhaps on the day before.
        let day = visible.date_naive() - Days::new(1) - OVERLAP;
        let covers = |last: &CreatedSince| last.day <= day && last.asked_at >= visible;
        if let Some(last) = self.state().created_since.filter(covers) {
            return Ok(last.whole);
        }
        let mut whole = false;
        for _ in 0..ASKED_AGAIN {
            let created = self.ask(JobsAsked::Created(day)).await?;
            whole = self.is_whole(&created).await?;
            if whole {
                break;
            }
        }
        self.state().created_since = Some(CreatedSince { day, asked_at: now, whole });
        Ok(whole)
    }

    /// Reads everything that was updated, and then those in a closed state. True if the narrower question showed what
    /// the wider one had, and nothing else, so that it alone may be asked for a day.
    async fn compared(&self, day: NaiveDate) -> Result<(Answer, bool)> {
        let updated = self.ask(JobsAsked::Updated(day)).await?;
        let narrow = match self.ask(JobsAsked::Closed(day)).await {
            Ok(narrow) => narrow,
            Err(error) if error.kind() == ErrorKind::Unsupported => return Ok((updated, false)),
            Err(error) => return Err(error),
        };
        let closed = |answer: &Answer| -> BTreeSet<JobId> {
            answer.seen.iter().filter(|(_, closed)| **closed).map(|(id, _)| *id).collect()
        };
        let (wanted, shown) = (closed(&updated), closed(&narrow));
        // Lists may leave rows out, so that most of them is enough; the days overlap for the rest.
        let both = wanted.intersection(&shown).count();
        let is_narrow =
            !wanted.is_empty() && both * 5 >= wanted.len() * 4 && narrow.seen.len() == shown.len();
        Ok((updated, is_narrow))
    }

    /// Work orders as they were just seen, and as they are to be kept. Of a closed one that has changed, the instant of its last
    /// change of state is asked for, where the row does not tell it: a note on a closed work order is not another closing (rule L8).
    pub(super) async fn just_seen(&self, jobs: &[Job]) -> Result<Vec<Mirrored>> {
        let ids: Vec<_> = jobs.iter().map(|job| job.id.0).collect();
        let known = self.store.by_id(&self.account, Kind::WorkOrder, &ids).await?;
        let mut records = Vec::new();
        for job in jobs {
            let known = known.iter().find(|one| one.id == job.id.0);
            let before = known.and_then(|one| one.read::<Job>().ok());
            records.push(self.learned(&self.with_change_of_state(job, before).await?, known)?);
        }
        Ok(records)
    }

    /// A work order as it is to be kept. It counts as changed when the mirror learns of the change, which may be long after
    /// Latchel's own stamp where a list had left it out: what a phase has not been shown must not lie behind its window.
    pub(super) fn learned(&self, job: &Job, known: Option<&Mirrored>) -> Result<Mirrored> {
        let record = Mirrored::job(job, self.clock())?;
        let changed_at = match known {
            Some(known) if known.body == record.body => known.changed_at,
            _ => record.changed_at.max(Some(self.clock())),
        };
        Ok(Mirrored { changed_at, ..record })
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
