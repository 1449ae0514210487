//! Lists: sorting, paging, and an order that means nothing where the client did not ask for one.

use std::cmp::Ordering;

use serde_json::Value;

use super::call::{Answer, Call, Reply};
use super::problem::Problem;
use crate::world::{Id, Record};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 1000;

/// The parameters that every list has.
pub(super) const PAGING: [&str; 3] = ["orderby", "offset", "limit"];

/// Query of a list: its page and its order.
pub(super) struct Listing {
    limit: usize,
    offset: usize,
    order: Vec<(&'static str, Direction)>,
    shuffle: u64,
}

#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

impl Direction {
    fn of(self, up: Ordering) -> Ordering {
        match self {
            Self::Up => up,
            Self::Down => up.reverse(),
        }
    }
}

impl Listing {
    /// Reads `orderby`, `offset` and `limit` of a list whose records have these fields.
    pub(super) fn of(call: &Call, fields: &[&'static str]) -> Result<Self, Problem> {
        let number = |name: &str, least: usize| match call.query.text(name).map(str::parse::<usize>) {
            None => Ok(None),
            Some(Ok(n)) if n >= least => Ok(Some(n)),
            Some(_) => Err(Problem::parameter(name, format!("must be an integer of at least {least}"))),
        };
        Ok(Self {
            limit: number("limit", 1)?.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT),
            offset: number("offset", 0)?.unwrap_or(0),
            order: order(call.query.text("orderby").unwrap_or_default(), fields)?,
            shuffle: call.shuffle,
        })
    }

    /// The page of these records that was asked for.
    pub(super) fn page<T: Record>(&self, rows: Vec<&T>, render: impl Fn(&T) -> Value) -> Answer {
        let total = rows.len();
        let sorted = match self.order.first() {
            // The usual case: nothing needs to be rendered but the page itself.
            None | Some(("Id", _)) => self.by_id(rows),
            Some(_) => self.by_fields(rows, &render),
        };
        let page = sorted.into_iter().skip(self.offset).take(self.limit).map(render).collect();
        Ok(Reply::Page(page, total))
    }

    fn by_id<'a, T: Record>(&self, mut rows: Vec<&'a T>) -> Vec<&'a T> {
        match self.order.first() {
            Some((_, direction)) => rows.sort_by(|a, b| direction.of(a.id().cmp(&b.id()))),
            None => rows.sort_by_key(|row| self.chance(row.id())),
        }
        rows
    }

    fn by_fields<'a, T: Record>(&self, rows: Vec<&'a T>, render: &impl Fn(&T) -> Value) -> Vec<&'a T> {
        let mut keyed: Vec<_> = rows.into_iter().map(|row| (render(row), row)).collect();
        keyed.sort_by(|(a, row_a), (b, row_b)| {
            self.order
                .iter()
                .map(|(field, direction)| direction.of(compare(&a[*field], &b[*field])))
                .find(|ordering| ordering.is_ne())
                // Equal rows come in any order, and in another one for the next page.
                .unwrap_or_else(|| self.chance(row_a.id()).cmp(&self.chance(row_b.id())))
        });
        keyed.into_iter().map(|(_, row)| row).collect()
    }

    /// A number that depends on the request and the record, and on nothing else.
    fn chance(&self, id: Id) -> u64 {
        let mut x = id.unsigned_abs() ^ self.shuffle.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }
}

fn order(text: &str, fields: &[&'static str]) -> Result<Vec<(&'static str, Direction)>, Problem> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let mut words = part.split_whitespace();
            let name = words.next().unwrap_or_default();
            // The names of fields are the one thing in a URL whose case does not matter.
            let field = fields.iter().find(|field| field.eq_ignore_ascii_case(name));
            let direction = match words.next() {
                None => Some(Direction::Up),
                Some(word) if word.eq_ignore_ascii_case("asc") => Some(Direction::Up),
                Some(word) if word.eq_ignore_ascii_case("desc") => Some(Direction::Down),
                Some(_) => None,
            };
            match (field, direction, words.next()) {
                (Some(field), Some(direction), None) => Ok((*field, direction)),
                (None, _, _) => Err(Problem::parameter("orderby", format!("no field {name} to sort by"))),
                _ => Err(Problem::parameter("orderby", format!("cannot sort by {part:?}"))),
            }
        })
        .collect()
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}
