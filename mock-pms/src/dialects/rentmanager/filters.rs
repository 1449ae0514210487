//! Filters: `Field,operator,value`, several with semicolons between, all of which must hold. Without an operator the field
//! must be equal; `in`, `ni` and `bt` take several values, as `(4,5,6)`.

use std::cmp::Ordering;

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::Value;

use super::problem::Problem;
use super::resource::{Holds, Resource};

/// Filters of a list; all must hold.
pub(super) struct Filters(Vec<Filter>);

struct Filter {
    field: String,
    operator: Operator,
    /// One value, or as many as the operator takes.
    values: Vec<Wanted>,
}

/// A value, as the field holds it.
#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    Number(f64),
    Text(String),
    Flag(bool),
    Time(NaiveDateTime),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    In,
    NotIn,
    Between,
    Contains,
    BeginsWith,
    EndsWith,
}

const OPERATORS: &[(&str, Operator)] = &[
    ("eq", Operator::Equal),
    ("ne", Operator::NotEqual),
    ("gt", Operator::Greater),
    ("ge", Operator::GreaterOrEqual),
    ("lt", Operator::Less),
    ("le", Operator::LessOrEqual),
    ("in", Operator::In),
    ("ni", Operator::NotIn),
    ("bt", Operator::Between),
    ("ct", Operator::Contains),
    ("sw", Operator::BeginsWith),
    ("ew", Operator::EndsWith),
];

/// Known to exist, and not how they are spelled.
const NOT_IMITATED: [&str; 5] = ["hv", "gtn", "gen", "ltn", "len"];

impl Filters {
    /// 400 with a model state for what is no filter.
    pub(super) fn read(resource: &Resource, text: &str) -> Result<Self, Problem> {
        let parts = text.split(';').filter(|part| !part.trim().is_empty());
        parts.map(|part| filter(resource, part)).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn hold(&self, record: &Value) -> bool {
        self.0.iter().all(|filter| filter.holds(record))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn filter(resource: &Resource, part: &str) -> Result<Filter, Problem> {
    let wrong = |message: String| Problem::invalid("filters", message);
    let (field, rest) =
        part.split_once(',').ok_or_else(|| wrong(format!("{part} is not Field,operator,value.")))?;
    let holds = resource.holds(field).ok_or_else(|| wrong(format!("{field} is not a field.")))?;
    let (operator, value) = match rest.split_once(',') {
        None => (Operator::Equal, rest),
        Some((word, value)) => (operator(word).map_err(wrong)?, value),
    };
    if operator.is_of_texts() && holds != Holds::Text {
        return Err(wrong(format!("{field} holds no text.")));
    }
    let texts = if operator.takes_several() { several(value).map_err(wrong)? } else { vec![value] };
    if operator == Operator::Between && texts.len() != 2 {
        return Err(wrong(format!("{value} is not a pair of values.")));
    }
    let value =
        |text: &str| wanted(holds, text).ok_or_else(|| wrong(format!("{text} is no value of {field}.")));
    let values = texts.into_iter().map(value).collect::<Result<_, _>>()?;
    Ok(Filter { field: field.to_owned(), operator, values })
}

fn operator(word: &str) -> Result<Operator, String> {
    if NOT_IMITATED.contains(&word) {
        return Err(format!("The mock does not imitate the operator {word}."));
    }
    let known = OPERATORS.iter().find(|(name, _)| *name == word).map(|(_, operator)| *operator);
    known.ok_or_else(|| format!("{word} is not an operator."))
}

/// The values in parentheses.
fn several(text: &str) -> Result<Vec<&str>, String> {
    let inside = text.trim().strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    let inside = inside.ok_or_else(|| format!("{text} is not a list of values in parentheses."))?;
    Ok(inside.split(',').map(str::trim).collect())
}

fn wanted(holds: Holds, value: &str) -> Option<Wanted> {
    match holds {
        Holds::Number => value.parse().ok().map(Wanted::Number),
        Holds::Text => Some(Wanted::Text(value.to_owned())),
        Holds::Flag => value.to_lowercase().parse().ok().map(Wanted::Flag),
        Holds::Time => time(value).map(Wanted::Time),
    }
}

/// A local time, to the second or to the day.
fn time(text: &str) -> Option<NaiveDateTime> {
    let day: NaiveDate = text.get(..10)?.parse().ok()?;
    match text.get(11..19) {
        Some(clock) => Some(day.and_time(clock.parse().ok()?)),
        None if text.len() == 10 => Some(day.into()),
        None => None,
    }
}

impl Operator {
    fn is_of_texts(self) -> bool {
        matches!(self, Self::Contains | Self::BeginsWith | Self::EndsWith)
    }

    fn takes_several(self) -> bool {
        matches!(self, Self::In | Self::NotIn | Self::Between)
    }
}

impl Filter {
    /// Nothing holds of a field without a value, except that it is not equal.
    fn holds(&self, record: &Value) -> bool {
        let own = record.get(&self.field).filter(|value| !value.is_null());
        let orders: Option<Vec<_>> =
            own.and_then(|own| self.values.iter().map(|value| value.order_of(own)).collect());
        let Some(orders) = orders else {
            return matches!(self.operator, Operator::NotEqual | Operator::NotIn);
        };
        let is = |wanted: &[Ordering]| orders.iter().any(|order| wanted.contains(order));
        match self.operator {
            Operator::Equal | Operator::In => is(&[Ordering::Equal]),
            Operator::NotEqual | Operator::NotIn => !is(&[Ordering::Equal]),
            Operator::Greater => is(&[Ordering::Greater]),
            Operator::GreaterOrEqual => is(&[Ordering::Greater, Ordering::Equal]),
            Operator::Less => is(&[Ordering::Less]),
            Operator::LessOrEqual => is(&[Ordering::Less, Ordering::Equal]),
            Operator::Between => {
                orders.first().is_some_and(|low| low.is_ge())
                    && orders.last().is_some_and(|high| high.is_le())
            }
            Operator::Contains | Operator::BeginsWith | Operator::EndsWith => {
                own.is_some_and(|own| self.says(own))
            }
        }
    }

    fn says(&self, own: &Value) -> bool {
        let (Some(own), Some(Wanted::Text(part))) = (own.as_str(), self.values.first()) else { return false };
        let (own, part) = (own.to_lowercase(), part.to_lowercase());
        match self.operator {
            Operator::BeginsWith => own.starts_with(&part),
            Operator::EndsWith => own.ends_with(&part),
            _ => own.contains(&part),
        }
    }
}

impl Wanted {
    /// Where a record's own value stands to this one.
    fn order_of(&self, own: &Value) -> Option<Ordering> {
        match self {
            Self::Number(value) => own.as_f64()?.partial_cmp(value),
            Self::Text(value) => Some(own.as_str()?.to_lowercase().cmp(&value.to_lowercase())),
            Self::Flag(value) => Some(own.as_bool()?.cmp(value)),
            Self::Time(value) => Some(time(own.as_str()?)?.cmp(value)),
        }
    }
}
