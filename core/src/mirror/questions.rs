//! Questions for work orders, each read to its end, and what can be said of the answer.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::dressed::PAGE;
use super::news::OVERLAP;
use super::{JobsAsked, Mirror, Unread};
use crate::model::{Job, JobId, Kind};
use crate::{Error, ErrorKind, Result};

/// Answer to a question, all its pages together.
pub(super) struct Answer {
    asked: JobsAsked,
    /// The work orders, and if each is closed.
    pub seen: BTreeMap<JobId, bool>,
    /// Number of rows that came again. A list whose rows change places between two pages has as many rows as work orders: for
    /// each row that it repeats, it leaves one out.
    pub repeated: u64,
    /// Rows that were not understood.
    pub unread: Unread,
}

impl Mirror {
    /// Reads all pages of a question and keeps them.
    pub(super) async fn ask(&self, asked: JobsAsked) -> Result<Answer> {
        let mut answer = Answer { asked, seen: BTreeMap::new(), repeated: 0, unread: Unread::default() };
        for page in 1.. {
            let read = self.source.jobs(asked, page).await?;
            let mut records = self.just_seen(&read.rows).await?;
            let (more, unread) = self.unread(Kind::WorkOrder, &read.unread).await?;
            records.extend(more);
            self.keep(records).await?;
            answer.unread = answer.unread.and(unread);
            if let JobsAsked::Closed(day) = asked
                && read.rows.iter().any(|job| job.updated_at.date_naive() + OVERLAP < day)
            {
                let message = "work orders in closed states are not narrowed by the day";
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
            for job in &read.rows {
                let before = answer.seen.insert(job.id, job.closed().is_some());
                answer.repeated += u64::from(before.is_some());
            }
            // One that shows mostly what it has shown does not count pages as it is asked to.
            if read.is_last() || answer.repeated > answer.seen.len() as u64 {
                break;
            }
        }
        Ok(answer)
    }

    /// True if every work order that the question asks for is kept: for each row that came again, one that was left out is known
    /// from before, and is still there.
    pub(super) async fn is_whole(&self, answer: &Answer) -> Result<bool> {
        if answer.unread.anybody > 0 {
            return Ok(false);
        }
        if answer.repeated == 0 {
            return Ok(true);
        }
        let from = answer.asked.day().and_time(NaiveTime::MIN).and_utc();
        let (mut there, mut after) = (0, None);
        loop {
            let kept = self.store.changed_since(&self.account, Kind::WorkOrder, from, after, PAGE).await?;
            let Some(last) = kept.last() else { return Ok(false) };
            after = Some(last.id);
            for one in &kept {
                let is_asked_for = || one.read().is_ok_and(|job| answer.asked.asks_for(&job));
                let left_out = !answer.seen.contains_key(&JobId(one.id)) && is_asked_for();
                if left_out && self.is_known_there(Kind::WorkOrder, one.id).await? {
                    there += 1;
                }
                if there == answer.repeated {
                    return Ok(true);
                }
            }
        }
    }
}

impl JobsAsked {
    /// The first day that is asked for.
    pub(super) fn day(self) -> NaiveDate {
        let (Self::Created(day) | Self::Updated(day) | Self::Closed(day)) = self;
        day
    }

    /// True if the question asks for the work order in every zone: of the first day itself nobody knows if it was asked for.
    fn asks_for(self, job: &Job) -> bool {
        let behind = |at: DateTime<Utc>| at.date_naive() > self.day();
        match self {
            Self::Created(_) => behind(job.created_at),
            Self::Updated(_) => behind(job.updated_at),
            Self::Closed(_) => job.closed().is_some() && behind(job.updated_at),
        }
    }
}
