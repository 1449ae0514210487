use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::unread::not_understood;
use super::{MirrorList, SourceResident, Unread};
use crate::model::{Job, Kind, LatchelProperty, RecordKey, Row};
use crate::{Error, ErrorKind, Result};

/// Place where mirrors are kept: a part of the ledger.
///
/// # Behavior of every call
///
/// - A write is durable when it returns, and happened wholly or not at all.
/// - Records of one account are never seen by another.
/// - No contact data and no text of a work order is kept.
#[async_trait]
pub trait MirrorStore: Send + Sync + fmt::Debug {
    /// Adds or replaces records as they were seen.
    async fn keep(&self, account: &str, records: &[Mirrored]) -> Result<()>;

    /// Adds or replaces the records of a page of `walk` and saves the walk with what the page taught: rows, those that
    /// this walk had shown before, and those that no walk had.
    async fn keep_page(
        &self,
        account: &str,
        list: MirrorList,
        records: &[Mirrored],
        walk: &Walk,
    ) -> Result<Walk>;

    /// The records with these ids, in no particular order.
    async fn by_id(&self, account: &str, kind: Kind, ids: &[i64]) -> Result<Vec<Mirrored>>;

    /// The records that carry one of these references.
    async fn by_reference(&self, account: &str, kind: Kind, references: &[String]) -> Result<Vec<Mirrored>>;

    /// The records at one of these places: residents by their property.
    async fn by_place(&self, account: &str, kind: Kind, places: &[i64]) -> Result<Vec<Mirrored>>;

    /// The records with one of these numbers.
    async fn by_number(&self, account: &str, kind: Kind, numbers: &[String]) -> Result<Vec<Mirrored>>;

    /// The work orders with this word in the addresses of their pages.
    async fn by_slug(&self, account: &str, slug: &str) -> Result<Vec<Mirrored>>;

    /// The records that were changed at `from` or later, in the order of ids, after the id `after`.
    async fn changed_since(
        &self,
        account: &str,
        kind: Kind,
        from: DateTime<Utc>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Mirrored>>;

    /// The records of a kind in the order of ids, after the id `after`.
    async fn page(&self, account: &str, kind: Kind, after: Option<i64>, limit: u32) -> Result<Vec<Mirrored>>;

    /// Forgets a record that Latchel no longer has.
    async fn forget(&self, account: &str, kind: Kind, id: i64) -> Result<()>;

    /// Number of records of a kind, and of those without a reference.
    async fn count(&self, account: &str, kind: Kind) -> Result<(u64, u64)>;

    /// State of the walk through a list; `None` before the first.
    async fn walk(&self, account: &str, list: MirrorList) -> Result<Option<Walk>>;

    /// Saves the state of a walk.
    async fn put_walk(&self, account: &str, list: MirrorList, walk: &Walk) -> Result<()>;
}

/// A record as the mirror keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mirrored {
    /// Its kind.
    pub kind: Kind,
    /// Its id in Latchel.
    pub id: i64,
    /// Its reference as one text: of a property the key, of a resident and a work order the platform's id.
    pub reference: Option<String>,
    /// Latchel's property that it is at.
    pub place: Option<i64>,
    /// Its number, of a work order.
    pub number: Option<String>,
    /// Its word in the address of its page, of a work order.
    #[serde(default)]
    pub slug: Option<String>,
    /// Instant from which its last change counts, UTC: of a work order, Latchel's own stamp, or when the mirror learned of it later.
    pub changed_at: Option<DateTime<Utc>>,
    /// Instant at which it was seen last, UTC.
    pub seen_at: DateTime<Utc>,
    /// Number of the walk that showed it last; 0 if none did.
    pub walk: u32,
    /// Content that the rules read, as JSON.
    pub body: String,
}

impl Mirrored {
    /// A property as it was seen at `seen_at`.
    pub fn property(property: &LatchelProperty, seen_at: DateTime<Utc>) -> Result<Self> {
        let reference = property.reference.as_ref().map(ToString::to_string);
        Ok(Self { reference, ..Self::of(Kind::Property, property.id.0, property, seen_at)? })
    }

    /// A resident, without name, e-mail address and phone.
    pub fn resident(resident: &SourceResident, seen_at: DateTime<Utc>) -> Result<Self> {
        let reference = resident.reference.as_ref().map(ToString::to_string);
        let place = resident.property.map(|id| id.0);
        Ok(Self { reference, place, ..Self::of(Kind::Resident, resident.id.0, resident, seen_at)? })
    }

    /// A work order; of its texts only the title, by which people know it.
    pub fn job(job: &Job, seen_at: DateTime<Utc>) -> Result<Self> {
        let kept = Job {
            description: String::new(),
            vendor_instructions: None,
            access_instructions: None,
            ..job.clone()
        };
        let reference = job.work_order.as_ref().map(ToString::to_string);
        let changed_at = Some(job.updated_at.max(job.created_at));
        let (place, number, slug) = (job.property.map(|id| id.0), job.number.clone(), job.slug.clone());
        Ok(Self {
            reference,
            place,
            number,
            slug,
            changed_at,
            ..Self::of(Kind::WorkOrder, job.id.0, &kept, seen_at)?
        })
    }

    pub(super) fn of(kind: Kind, id: i64, record: &impl Serialize, seen_at: DateTime<Utc>) -> Result<Self> {
        let body = serde_json::to_string(record).map_err(unreadable)?;
        Ok(Self {
            kind,
            id,
            reference: None,
            place: None,
            number: None,
            slug: None,
            changed_at: None,
            seen_at,
            walk: 0,
            body,
        })
    }

    /// The content, of a work order: of its texts only the title.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Ledger`] if it is none.
    pub fn as_job(&self) -> Result<Job> {
        self.read()
    }

    /// The content.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Malformed`] if Latchel's row was not understood.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.body).map_err(|error| match self.problem() {
            Some(row) => not_understood(&RecordKey::latchel(self.kind, self.id), row),
            None => unreadable(error),
        })
    }

    /// The content as a row of a list.
    pub(super) fn row<T: DeserializeOwned>(&self) -> Result<Row<T>> {
        match self.problem() {
            Some(row) => Ok(Row::Invalid(row)),
            None => self.read().map(Row::Record),
        }
    }

    /// True if both say the same of the record.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.reference == other.reference && self.body == other.body
    }
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::Ledger, "a mirrored record cannot be read").with_source(error)
}

/// Number of walks in a row that must add nothing, where the count of records never comes to that of rows: such a list
/// repeats rows of itself, and leaves none out.
const BARREN: usize = 3;

/// A walk through the pages of a list, which may take hours and survives restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// Its number, from 1.
    pub number: u32,
    /// The page that comes next.
    pub next_page: u32,
    /// Instant of its first page, UTC.
    pub began_at: DateTime<Utc>,
    /// Number of rows so far.
    pub rows: u64,
    /// Number of rows that this walk had shown before.
    pub repeated: u64,
    /// Number of rows that no walk had shown before.
    pub added: u64,
    /// Rows that were not understood.
    #[serde(default)]
    pub unread: Unread,
    /// True once it came to its end.
    pub ended: bool,
    /// Beginnings of the last walks in a row, up to this one, that repeated rows and added nothing, UTC.
    #[serde(default)]
    pub barren_starts: Vec<DateTime<Utc>>,
    /// Pages of the last walk that came to its end.
    pub pages: Option<u32>,
    /// Beginning of the walk that proved the list complete last, UTC: whatever was there then is in the mirror.
    pub proven_at: Option<DateTime<Utc>>,
    /// Of work orders: the list holds those that were created on this day or later.
    pub from: Option<NaiveDate>,
    /// Of work orders: the instant up to which news were read, UTC.
    pub news_until: Option<DateTime<Utc>>,
    /// Of work orders: the instant at which asking for closed ones alone was found to show all of them, UTC.
    #[serde(default)]
    pub narrow_since: Option<DateTime<Utc>>,
}

impl Walk {
    /// The first walk through a list, which begins at `now`.
    pub fn first(now: DateTime<Utc>, from: Option<NaiveDate>) -> Self {
        Self {
            number: 1,
            next_page: 1,
            began_at: now,
            rows: 0,
            repeated: 0,
            added: 0,
            unread: Unread::default(),
            ended: false,
            barren_starts: Vec::new(),
            pages: None,
            proven_at: None,
            from,
            news_until: None,
            narrow_since: None,
        }
    }

    /// True if the walk is at its end, and whatever was there at `began` is known.
    pub(super) fn proves_since(&self, began: DateTime<Utc>) -> bool {
        self.ended && self.proven_at.is_some_and(|at| at >= began)
    }

    /// The walk after this one, which begins at `now`.
    pub fn again(&self, now: DateTime<Utc>) -> Self {
        Self {
            number: self.number + 1,
            barren_starts: self.barren_starts.clone(),
            pages: self.pages,
            proven_at: self.proven_at,
            news_until: self.news_until,
            narrow_since: self.narrow_since,
            ..Self::first(now, self.from)
        }
    }

    /// The walk after its last page. The list is proven if nobody is unknown, because as many records are known as it has rows;
    /// or, where rows are repeated in every walk, by walks that add nothing, and then only what was there when the first of
    /// them began. Rows that may be anybody prove nothing.
    pub(super) fn end(mut self, nobody_is_unknown: bool) -> Self {
        self.ended = true;
        self.pages = Some(self.next_page.max(2) - 1);
        if self.repeated == 0 || self.added > 0 || self.unread.anybody > 0 {
            self.barren_starts.clear();
        } else {
            self.barren_starts.push(self.began_at);
        }
        if self.unread.anybody > 0 {
            return self;
        }
        if nobody_is_unknown {
            self.proven_at = Some(self.began_at);
        } else if let Some(first) = self.barren_starts.len().checked_sub(BARREN) {
            self.barren_starts.drain(..first);
            self.proven_at = self.proven_at.max(self.barren_starts.first().copied());
        }
        self
    }
}
