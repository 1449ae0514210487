use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Fingerprint, Unserved};

/// The kinds of record that are synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A rentable unit.
    Property,
    /// A resident at a property.
    Resident,
    /// A work order.
    WorkOrder,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Property, Self::Resident, Self::WorkOrder];

    /// The kind's name in commands, JSON and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Property => "property",
            Self::Resident => "resident",
            Self::WorkOrder => "work-order",
        }
    }

    /// Reads back what [`Kind::as_str`] wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WorkOrder => "work order",
            other => other.as_str(),
        })
    }
}

/// The system that a record was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The property management system.
    Platform,
    /// Latchel.
    Latchel,
}

impl Side {
    /// The side's name in commands, JSON and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Latchel => "latchel",
        }
    }

    /// Reads back what [`Side::as_str`] wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Platform, Self::Latchel].into_iter().find(|side| side.as_str() == name)
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Platform => "the platform",
            Self::Latchel => "Latchel",
        })
    }
}

/// Identity of a record within an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordKey {
    /// Its kind.
    pub kind: Kind,
    /// The system that it was read from.
    pub side: Side,
    /// Its id there: a [`PropertyRef`](super::PropertyRef) or [`ResidentRef`](super::ResidentRef) key, or a plain id.
    pub id: String,
}

impl RecordKey {
    /// The record `id` of `kind` on the platform.
    pub fn platform(kind: Kind, id: impl fmt::Display) -> Self {
        Self { kind, side: Side::Platform, id: id.to_string() }
    }

    /// The record `id` of `kind` in Latchel.
    pub fn latchel(kind: Kind, id: impl fmt::Display) -> Self {
        Self { kind, side: Side::Latchel, id: id.to_string() }
    }
}

impl RecordKey {
    /// True if the record has an id, so that its system can be asked for it.
    pub fn has_id(&self) -> bool {
        !self.id.starts_with(NAMELESS)
    }

    /// True if it is the place of a row that the far side does not serve (rule E2).
    pub fn is_place(&self) -> bool {
        self.id.starts_with(PLACE)
    }
}

/// Another id of a record on the platform, by which another program may know it (rule A2).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Alias {
    /// The record's id as lists have it: a [`PropertyRef`](super::PropertyRef) or [`ResidentRef`](super::ResidentRef) key, or
    /// a plain id.
    pub id: String,
    /// Its other id, in the same form.
    pub other: String,
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.side {
            Side::Platform => write!(f, "{} {}", self.kind, self.id),
            Side::Latchel => write!(f, "Latchel {} {}", self.kind, self.id),
        }
    }
}

/// One row of a page that an adapter read.
#[derive(Debug, Clone, PartialEq)]
pub enum Row<T> {
    /// A record that was understood.
    Record(T),
    /// The platform announced that this record may have changed, without all of its content. It is fetched
    /// only if the engine needs it: not if it is linked, and not if the fingerprint is the remembered one.
    Hint {
        /// The record's id.
        id: String,
        /// A digest of the announcement's content.
        fingerprint: Fingerprint,
    },
    /// A record of a kind that is not synced (rule L14).
    NotSupported {
        /// The record's id.
        id: String,
        /// Name of its sort, in a few words.
        what: String,
        /// A digest of its content, if there are hints for records like it.
        fingerprint: Option<Fingerprint>,
    },
    /// A row that could not be understood. It becomes a failed outcome; the rest of the page goes on.
    Invalid(InvalidRecord),
}

/// Beginning of the key of a record that has no id: it can be shown and dismissed, but not asked for.
const NAMELESS: char = '?';

/// Beginning of the key of a row of which only the place is known, because it is not served.
const PLACE: &str = "?row ";

/// A row that could not be understood, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvalidRecord {
    /// The record's id, by which it can be asked for again, or one that [`InvalidRecord::nameless`] made.
    pub id: String,
    /// The field that is wrong, as the platform spells it.
    pub field: String,
    /// The fault of that field.
    pub problem: String,
}

impl InvalidRecord {
    /// True if nobody can tell which record it is.
    pub fn is_nameless(&self) -> bool {
        self.id.starts_with(NAMELESS)
    }

    /// True if it is a row of which only the place is known, because the far side does not serve it (rule E2).
    pub fn is_place(&self) -> bool {
        self.id.starts_with(PLACE)
    }

    /// Makes an id for a row that has none, from its sort and a digest of its content, so that the same row is the same
    /// record in every run.
    ///
    /// A stand-in for a row that is not served is named by its place in the list.
    pub fn nameless(what: &str, content: &serde_json::Value) -> String {
        if let Some(Unserved { list, row, .. }) = Unserved::of(content) {
            return format!("{PLACE}{row} in {list}");
        }
        format!("{NAMELESS}{what} without an id, {}", Fingerprint::of(content))
    }
}
