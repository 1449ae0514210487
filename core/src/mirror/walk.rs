//! Walks through whole lists, and what they prove.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use super::dressed::PAGE;
use super::{JobsAsked, Mirror, MirrorList, Mirrored, Unread, Walk};
use crate::model::{Job, JobId, Kind, LatchelPropertyId, LatchelResidentId};
use crate::{Result, RunBegin};

/// Number of days before the first walk from which on work orders are kept; older ones are asked for when a platform work
/// order is as old.
const JOBS_SINCE: Days = Days::new(30);
/// Number of pages of properties and residents up to which they are walked through again every day; more take a week.
const DAILY_UP_TO: u32 = 2_000;
/// Age up to which a walk of the same run is as good as another one.
const RECENT: TimeDelta = TimeDelta::minutes(1);
/// Time after which a list is read again whose last walk met rows that may be anybody.
const UNREAD_REST: TimeDelta = TimeDelta::hours(1);

/// State of one mirrored list, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListState {
    /// The list.
    pub list: MirrorList,
    /// Number of records that the mirror keeps.
    pub records: u64,
    /// The walk, if there was any.
    pub walk: Option<Walk>,
    /// True if *absent* may be concluded from it.
    pub proven: bool,
    /// Number of calls that are still needed to prove it, as far as that can be told.
    pub calls_left: Option<u64>,
}

/// Progress of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The list.
    pub list: MirrorList,
    /// Number of the walk, from 1.
    pub walk: u32,
    /// Pages read in it.
    pub page: u32,
    /// Pages that the last whole walk had.
    pub of: Option<u32>,
}

impl Mirror {
    /// State of every list.
    ///
    /// # Errors
    ///
    /// Those of the ledger.
    pub async fn lists(&self, now: DateTime<Utc>) -> Result<Vec<ListState>> {
        let mut states = Vec::new();
        for list in MirrorList::ALL {
            states.push(self.list_state(list, now).await?);
        }
        Ok(states)
    }

    async fn list_state(&self, list: MirrorList, now: DateTime<Utc>) -> Result<ListState> {
        let walk = self.store.walk(&self.account, list).await?;
        let (records, _) = self.store.count(&self.account, list.kind()).await?;
        let proven = walk.as_ref().is_some_and(|walk| walk.is_proven(now));
        let calls_left = walk.as_ref().filter(|_| !proven).and_then(|walk| {
            let pages = walk.pages?;
            Some(u64::from(pages.saturating_sub(if walk.ended { 0 } else { walk.next_page - 1 })))
        });
        Ok(ListState { list, records, walk, proven, calls_left: if proven { Some(0) } else { calls_left } })
    }

    /// Walks until every list is proven complete, and tells each page. Stops early if `go_on` says so.
    ///
    /// # Errors
    ///
    /// Those of the source and of the ledger; what was read before is kept.
    pub async fn fill(&self, now: DateTime<Utc>, go_on: &(dyn Fn(Progress) -> bool + Sync)) -> Result<()> {
        self.starts(now);
        for list in MirrorList::ALL {
            let mut budget = u32::MAX;
            self.walk_until_proven(list, &mut budget, go_on).await?;
        }
        Ok(())
    }

    /// Walks through a list until it is proven, or until `budget` pages were read.
    pub(super) async fn walk_until_proven(
        &self,
        list: MirrorList,
        budget: &mut u32,
        go_on: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<()> {
        loop {
            let now = self.clock();
            let walk = self.store.walk(&self.account, list).await?;
            let walk = walk.unwrap_or_else(|| Walk::first(now, self.first_day(list, now)));
            // A list with rows that nobody can read is not proven by reading it again at once.
            let is_pointless = walk.ended && walk.unread.anybody > 0 && now - walk.began_at < UNREAD_REST;
            if walk.is_proven(now) || is_pointless {
                return Ok(());
            }
            let walk = if walk.ended { walk.again(now) } else { walk };
            let (page, of) = (walk.next_page, walk.pages);
            if *budget == 0 || !go_on(Progress { list, walk: walk.number, page, of }) {
                return Ok(());
            }
            *budget -= 1;
            self.step(list, walk).await?;
        }
    }

    /// Goes on with the walk through a proven list at the end of a run, so far that it has been gone through in time.
    pub(super) async fn rewalk(&self, list: MirrorList, run: &RunBegin) -> Result<()> {
        let now = self.clock();
        let Some(walk) = self.store.walk(&self.account, list).await? else { return Ok(()) };
        let Some(pages) = walk.pages else { return Ok(()) };
        let interval = interval(pages);
        let walk = if walk.ended {
            // The next one begins when the interval of the last has passed; a daily run may begin an hour earlier than the last.
            if now - walk.began_at < interval - interval / 24 {
                return Ok(());
            }
            walk.again(now)
        } else {
            walk
        };
        // A list that has grown has more pages than the last walk found.
        let pages = pages.max(walk.next_page);
        let passed = (now - walk.began_at).num_seconds() as f64 / interval.num_seconds() as f64;
        let due = (f64::from(pages) * passed.clamp(0.0, 2.0)).ceil() as u32;
        let most = self.pages_of_a_run();
        let behind = due.max(1).saturating_sub(walk.next_page - 1);
        let mut budget = match run.kinds.contains(&list.kind()) {
            // Nobody waits for it, and it is seldom: runs of work orders are left alone.
            true if run.scheduled => most,
            true => behind.min(most),
            // Runs of work orders come often: they read only what the list's own next run could not make good.
            false => behind.saturating_sub(most).min(most),
        };
        let mut walk = walk;
        while budget > 0 && !walk.ended {
            walk = self.step(list, walk).await?;
            budget -= 1;
        }
        Ok(())
    }

    /// Walks through a proven list anew, if this run has not lately, and if four such walks fit into a run's budget. Rows that the
    /// walk leaves out are read one by one: somebody may have changed their references.
    pub(super) async fn walk_before_creates(&self, list: MirrorList) -> Result<()> {
        let Some(last) = self.store.walk(&self.account, list).await? else { return Ok(()) };
        if self.is_recent(&last) || !self.is_short(&last) {
            return Ok(());
        }
        let mut budget = self.pages_of_a_run() / 4 * 3;
        let mut walk = last.again(self.clock());
        let began = walk.began_at;
        while budget > 0 && !walk.proves_since(began) {
            walk = if walk.ended { walk.again(self.clock()) } else { walk };
            walk = self.step(list, walk).await?;
            budget -= 1;
        }
        if walk.ended && walk.repeated > 0 {
            for id in self.left_out(list, &walk).await? {
                self.is_known_there(list.kind(), id).await?;
            }
        }
        Ok(())
    }

    /// True if the list was proven by a walk of this run that is not older than four such walks take within the budget, or never.
    fn is_recent(&self, walk: &Walk) -> bool {
        let began = self.state().began;
        let longest = (self.time_for(walk.pages.unwrap_or(1).into()) * 4).max(RECENT);
        walk.proven_at.is_none_or(|at| began.is_none_or(|began| at >= began) && self.clock() - at <= longest)
    }

    /// True if four walks through the list fit into a run's budget.
    fn is_short(&self, walk: &Walk) -> bool {
        let pages = walk.pages.map(|pages| pages.max(walk.next_page - 1));
        pages.is_some_and(|pages| pages.saturating_mul(4) <= self.pages_of_a_run())
    }

    /// Reads the walk's next page and keeps it.
    async fn step(&self, list: MirrorList, walk: Walk) -> Result<Walk> {
        let (records, unread, last) = self.read(list, &walk).await?;
        let next = Walk { next_page: walk.next_page + 1, unread: walk.unread.clone().and(unread), ..walk };
        let kept = self.store.keep_page(&self.account, list, &records, &next).await?;
        // One that shows mostly what it has shown does not count pages as it is asked to.
        if !last && kept.repeated <= kept.rows - kept.repeated {
            return Ok(kept);
        }
        let nobody_is_unknown = self.nobody_is_unknown(list, &kept).await?;
        let ended = kept.end(nobody_is_unknown);
        self.store.put_walk(&self.account, list, &ended).await?;
        Ok(ended)
    }

    /// True if each record of the list is known after a walk that is at its end. A list whose rows change places between two
    /// pages has as many rows as records: for each row that it repeats, it leaves one out. If that many are known from
    /// earlier walks, and are still there, then no record is unknown.
    async fn nobody_is_unknown(&self, list: MirrorList, walk: &Walk) -> Result<bool> {
        if walk.repeated == 0 {
            return Ok(true);
        }
        let left_out = self.left_out(list, walk).await?;
        if (left_out.len() as u64) < walk.repeated {
            return Ok(false);
        }
        let mut there = 0;
        for id in left_out {
            there += u64::from(self.is_known_there(list.kind(), id).await?);
            if there == walk.repeated {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Records that an earlier walk has shown and this one has not, though they belong to the list.
    async fn left_out(&self, list: MirrorList, walk: &Walk) -> Result<Vec<i64>> {
        let (mut left_out, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.page(&self.account, list.kind(), after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(left_out) };
            after = Some(last.id);
            for one in page.iter().filter(|one| one.walk != 0 && one.walk != walk.number) {
                // Of the first day, and of the day before in some zone, nobody knows if it was asked for.
                let inside = match (list, walk.from) {
                    (MirrorList::Jobs, Some(from)) => {
                        one.read::<Job>().is_ok_and(|job| job.created_at.date_naive() > from)
                    }
                    _ => true,
                };
                left_out.extend(inside.then_some(one.id));
            }
        }
    }

    /// Reads a record by one call. True if Latchel still has it.
    pub(super) async fn is_there(&self, kind: Kind, id: i64) -> Result<bool> {
        Ok(match kind {
            Kind::Property => self.fresh_property(LatchelPropertyId(id)).await?.is_some(),
            Kind::Resident => self.fresh_resident(LatchelResidentId(id)).await?.is_some(),
            Kind::WorkOrder => self.fresh_job(JobId(id)).await?.is_some(),
        })
    }

    /// The same, where a record that cannot be had by itself is not known to be there.
    ///
    /// # Errors
    ///
    /// An error that ends the run.
    pub(super) async fn is_known_there(&self, kind: Kind, id: i64) -> Result<bool> {
        match self.is_there(kind, id).await {
            Err(error) if !error.ends_the_run() => Ok(false),
            read => read,
        }
    }

    /// Reads the walk's next page: records as they are to be kept, rows that were not understood, and true if it is the last one.
    async fn read(&self, list: MirrorList, walk: &Walk) -> Result<(Vec<Mirrored>, Unread, bool)> {
        let (page, now) = (walk.next_page, self.clock());
        let (mut records, unread, last) = match list {
            MirrorList::Properties => {
                let page = self.source.properties(page).await?;
                let records =
                    page.rows.iter().map(|one| Mirrored::property(one, now)).collect::<Result<_>>()?;
                (records, page.unread.clone(), page.is_last())
            }
            MirrorList::Residents => {
                let page = self.source.residents(page).await?;
                let records =
                    page.rows.iter().map(|one| Mirrored::resident(one, now)).collect::<Result<_>>()?;
                (records, page.unread.clone(), page.is_last())
            }
            MirrorList::Jobs => {
                let from = walk.from.unwrap_or(NaiveDate::MIN);
                let page = self.source.jobs(JobsAsked::Created(from), page).await?;
                (self.just_seen(&page.rows).await?, page.unread.clone(), page.is_last())
            }
        };
        let (more, unread) = self.unread(list.kind(), &unread).await?;
        records.extend(more);
        records.iter_mut().for_each(|record: &mut Mirrored| record.walk = walk.number);
        Ok((records, unread, last))
    }

    /// Widens the list of work orders to those created on `day` or later; it is to be proven anew.
    pub(super) async fn widen_jobs(&self, day: NaiveDate) -> Result<()> {
        let now = self.clock();
        let Some(walk) = self.store.walk(&self.account, MirrorList::Jobs).await? else {
            return self.store.put_walk(&self.account, MirrorList::Jobs, &Walk::first(now, Some(day))).await;
        };
        if walk.from.is_none_or(|from| from <= day) {
            return Ok(());
        }
        let wider = Walk { from: Some(day), proven_at: None, barren_starts: Vec::new(), ..walk.again(now) };
        self.store.put_walk(&self.account, MirrorList::Jobs, &wider).await
    }

    fn first_day(&self, list: MirrorList, now: DateTime<Utc>) -> Option<NaiveDate> {
        (list == MirrorList::Jobs).then(|| now.date_naive() - JOBS_SINCE)
    }
}

impl Walk {
    /// True if *absent* may be concluded from the list: it was proven, and not too long ago. Work orders have news read in
    /// every run, so that their proof stays.
    pub fn is_proven(&self, now: DateTime<Utc>) -> bool {
        let age = |at: DateTime<Utc>| now - at;
        let longest = interval(self.pages.unwrap_or(1)) * 3;
        self.proven_at.is_some_and(|at| self.from.is_some() || age(at) <= longest)
    }
}

/// Time in which a list of so many pages is gone through again.
fn interval(pages: u32) -> TimeDelta {
    if pages <= DAILY_UP_TO { TimeDelta::days(1) } else { TimeDelta::days(7) }
}
