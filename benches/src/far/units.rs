//! The platform's rows: rentable units and one resident of each, rendered before anybody asks.

use axum::body::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

/// Number of units of a property.
const UNITS_OF_A_PROPERTY: u64 = 8;
/// Age of the last change of rows that nobody has touched: outside of every window.
const SETTLED: TimeDelta = TimeDelta::days(90);

const STREETS: [&str; 8] = ["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Hazel", "Juniper"];
const CITIES: [(&str, &str, &str); 4] = [
    ("Portland", "OR", "97201"),
    ("Boise", "ID", "83702"),
    ("Tacoma", "WA", "98402"),
    ("Reno", "NV", "89501"),
];
const PEOPLE: [&str; 6] =
    ["Ada Abara", "Ben Brandt", "Chloé Castillo", "Dmitri Ek", "Esi Farkas", "Gus Görgün"];

/// A list of the platform, in the order of its ids, which count from 1.
#[derive(Debug)]
pub struct List {
    kind: Kind,
    rows: Vec<Row>,
    /// The newest of all stamps.
    newest: i64,
    /// The oldest of them.
    oldest: i64,
}

/// Kind of a list's rows.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Rentable units.
    Unit,
    /// People who live in them.
    Resident,
}

#[derive(Debug)]
struct Row {
    /// Seconds since 1970.
    updated_at: i64,
    /// Text that somebody put behind its name.
    suffix: Box<str>,
    json: Bytes,
}

/// The parts of a page's body.
pub struct Page<'a> {
    pub rows: Vec<&'a Bytes>,
    pub total: usize,
}

impl List {
    /// `count` rows that nobody has touched for long.
    pub fn new(kind: Kind, count: u64, now: DateTime<Utc>) -> Self {
        let row = |id| kind.row(id, now - SETTLED, Box::default());
        let mut list = Self { kind, rows: (1..=count).map(row).collect(), newest: 0, oldest: 0 };
        list.dated(now - SETTLED);
        list
    }

    /// Says of every row that it was changed now, and leaves what it says otherwise.
    pub fn touch(&mut self, now: DateTime<Utc>) {
        self.stamp(now);
    }

    /// Says of every row that it was changed long ago.
    pub fn settle(&mut self, now: DateTime<Utc>) {
        self.stamp(now - SETTLED);
    }

    fn stamp(&mut self, at: DateTime<Utc>) {
        for (id, row) in (1..).zip(&mut self.rows) {
            *row = self.kind.row(id, at, std::mem::take(&mut row.suffix));
        }
        self.dated(at);
    }

    fn dated(&mut self, at: DateTime<Utc>) {
        (self.newest, self.oldest) = (at.timestamp(), at.timestamp());
    }

    /// Changes one row's name now; `false` if there is none with this id.
    pub fn rename(&mut self, id: u64, suffix: &str, now: DateTime<Utc>) -> bool {
        let Some(row) = usize::try_from(id).ok().and_then(|id| self.rows.get_mut(id.checked_sub(1)?)) else {
            return false;
        };
        *row = self.kind.row(id, now, suffix.into());
        self.newest = self.newest.max(now.timestamp());
        true
    }

    /// The rows that changed at `since` or later, from `offset` on.
    pub fn page(&self, since: Option<i64>, offset: usize, limit: usize) -> Page<'_> {
        match since {
            Some(since) if since > self.newest => Page { rows: Vec::new(), total: 0 },
            Some(since) if since > self.oldest => {
                let changed: Vec<_> =
                    self.rows.iter().filter(|row| row.updated_at >= since).map(|row| &row.json).collect();
                let total = changed.len();
                Page { rows: changed.into_iter().skip(offset).take(limit).collect(), total }
            }
            _ => {
                let rows = self.rows.iter().skip(offset).take(limit).map(|row| &row.json).collect();
                Page { rows, total: self.rows.len() }
            }
        }
    }

    /// The rows with these ids; one that there is not is left out.
    pub fn by_id(&self, ids: impl IntoIterator<Item = u64>) -> Page<'_> {
        let row = |id: u64| self.rows.get(usize::try_from(id.checked_sub(1)?).ok()?);
        let rows: Vec<_> = ids.into_iter().filter_map(row).map(|row| &row.json).collect();
        let total = rows.len();
        Page { rows, total }
    }
}

impl Kind {
    fn row(self, id: u64, at: DateTime<Utc>, suffix: Box<str>) -> Row {
        let row = match self {
            Self::Unit => unit(id, at, &suffix),
            Self::Resident => resident(id, at, &suffix),
        };
        Row { updated_at: at.timestamp(), suffix, json: row.to_string().into() }
    }
}

/// The property that a unit is of.
pub fn property_of(id: u64) -> u64 {
    (id - 1) / UNITS_OF_A_PROPERTY + 1
}

fn street(property: u64) -> &'static str {
    STREETS[(property % 8) as usize]
}

/// Names of a unit and its property, and their address.
pub struct Names {
    pub property: String,
    pub unit: String,
    pub line1: String,
    pub city: &'static str,
    pub state: &'static str,
    pub postal_code: &'static str,
}

/// Names and address of a unit.
pub fn names(id: u64) -> Names {
    let property = property_of(id);
    let (city, state, postal_code) = CITIES[(property % 4) as usize];
    Names {
        property: format!("{} Court {property}", street(property)),
        unit: format!("Unit {}", (id - 1) % UNITS_OF_A_PROPERTY + 1),
        line1: format!("{} {} Street", 100 + property % 9_900, street(property)),
        city,
        state,
        postal_code,
    }
}

fn unit(id: u64, at: DateTime<Utc>, suffix: &str) -> Value {
    let names = names(id);
    json!({
        "id": id,
        "property_id": property_of(id),
        "property_name": names.property,
        "unit_number": format!("{}{suffix}", names.unit),
        "address": {
            "line1": names.line1,
            "city": names.city,
            "state": names.state,
            "postal_code": names.postal_code,
        },
        "bedrooms": id % 4 + 1,
        "market_rent": 900 + id % 1_700,
        "active": true,
        "updated_at": stamp(at),
    })
}

fn resident(id: u64, at: DateTime<Utc>, suffix: &str) -> Value {
    json!({
        "id": id,
        "unit_id": id,
        "property_id": property_of(id),
        "name": format!("{} {id}{suffix}", PEOPLE[(id % 6) as usize]),
        "email": format!("resident{id}@example.com"),
        "phone": format!("+1503555{:04}", id % 10_000),
        "move_in": "2024-05-01",
        "move_out": null,
        "updated_at": stamp(at),
    })
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
