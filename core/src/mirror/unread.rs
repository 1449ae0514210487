//! Rows of a source that could not be understood. Whoever they are must not be taken for absent.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Mirror, Mirrored};
use crate::model::{InvalidRecord, Kind, RecordKey};
use crate::{Error, ErrorKind, Result};

/// A row of a list that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadRow {
    /// The record's id, as far as it was understood, and what is wrong with the row.
    pub record: InvalidRecord,
    /// Its reference, which may be understood all the same.
    pub reference: UnreadReference,
}

/// Reference of a row that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnreadReference {
    /// Nobody can tell what the row refers to.
    Unknown,
    /// The row refers to nothing.
    Nothing,
    /// The reference as one text: of a property the key, of a resident and a work order the platform's id.
    Is(String),
}

/// Rows that were not understood, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unread {
    /// Number of them.
    pub rows: u64,
    /// Number of those that may be the counterpart of any record: neither is their reference known, nor are they linked.
    /// Nothing is proven absent from a list that has one.
    pub anybody: u64,
    /// One of them, with its field and what is wrong with it; of those that may be anybody's, if there are any.
    pub example: Option<String>,
}

impl Unread {
    /// The sum of both.
    pub(super) fn and(mut self, more: Self) -> Self {
        if self.example.is_none() || (self.anybody == 0 && more.anybody > 0) {
            self.example = more.example;
        }
        self.rows += more.rows;
        self.anybody += more.anybody;
        self
    }

    /// Words for people, where there are any such rows in the list of this name.
    pub(super) fn words(&self, list: &str) -> Option<String> {
        let example = self.example.as_ref()?;
        let consequence = match self.anybody {
            0 => String::new(),
            anybody => format!(
                "; {anybody} of them may be any record's counterpart, and nothing is created until they can be read"
            ),
        };
        Some(format!(
            "{} rows of Latchel's {list} cannot be understood, for example {example}{consequence}",
            self.rows
        ))
    }
}

/// Content of a kept record whose row was not understood; its JSON begins with [`BEGINNING`].
#[derive(Serialize, Deserialize)]
struct UnreadBody {
    unread: InvalidRecord,
}

/// Beginning of the JSON by which such a content is told from all others without being read.
const BEGINNING: &str = r#"{"unread":"#;

impl Mirrored {
    /// A record whose row was not understood, by its id and its reference.
    fn unread(kind: Kind, id: i64, row: &UnreadRow, seen_at: DateTime<Utc>) -> Result<Self> {
        let reference = match &row.reference {
            UnreadReference::Is(reference) => Some(reference.clone()),
            UnreadReference::Unknown | UnreadReference::Nothing => None,
        };
        let body = UnreadBody { unread: row.record.clone() };
        Ok(Self { reference, ..Self::of(kind, id, &body, seen_at)? })
    }

    /// True if the row was understood.
    pub(super) fn is_understood(&self) -> bool {
        !self.body.starts_with(BEGINNING)
    }

    /// The row and its fault, where it was not understood.
    pub(super) fn problem(&self) -> Option<InvalidRecord> {
        if self.is_understood() {
            return None;
        }
        serde_json::from_str(&self.body).ok().map(|body: UnreadBody| body.unread)
    }
}

/// The error of asking for a record whose row was not understood.
pub(super) fn not_understood(key: &RecordKey, row: InvalidRecord) -> Error {
    Error::new(ErrorKind::Malformed, "Latchel's row of the record cannot be understood")
        .with("record", key)
        .with("field", row.field)
        .with("problem", row.problem)
}

impl Mirror {
    /// Records to keep for rows that were not understood, and their number. A work order that was understood before counts as
    /// changed now, so that people hear of it.
    pub(super) async fn unread(&self, kind: Kind, rows: &[UnreadRow]) -> Result<(Vec<Mirrored>, Unread)> {
        let (mut records, mut found) = (Vec::new(), Unread::default());
        if rows.is_empty() {
            return Ok((records, found));
        }
        let now = self.clock();
        let ids: Vec<Option<i64>> = rows.iter().map(|row| row.record.id.parse().ok()).collect();
        let plain: Vec<i64> = ids.iter().copied().flatten().collect();
        let known = self.store.by_id(&self.account, kind, &plain).await?;
        let keys: Vec<_> = plain.iter().map(|id| RecordKey::latchel(kind, id)).collect();
        let memories =
            if keys.is_empty() { Vec::new() } else { self.ledger.recall(&self.account, &keys).await? };
        let linked: Vec<i64> = plain
            .iter()
            .zip(&memories)
            .filter(|(_, memory)| memory.link.is_some())
            .map(|(id, _)| *id)
            .collect();
        for (row, id) in rows.iter().zip(ids) {
            let is_linked = id.is_some_and(|id| linked.contains(&id));
            let anybody =
                u64::from(!is_linked && (id.is_none() || row.reference == UnreadReference::Unknown));
            let InvalidRecord { id: named, field, problem } = &row.record;
            let example = Some(format!("{kind} {named}: {field}: {problem}"));
            found = found.and(Unread { rows: 1, anybody, example });
            let Some(id) = id else { continue };
            let record = Mirrored::unread(kind, id, row, now)?;
            let before = known.iter().find(|one| one.id == id && one.is_like(&record));
            let changed_at = match before {
                Some(before) => before.changed_at,
                None => (kind == Kind::WorkOrder).then_some(now),
            };
            records.push(Mirrored { changed_at, ..record });
        }
        Ok((records, found))
    }
}
