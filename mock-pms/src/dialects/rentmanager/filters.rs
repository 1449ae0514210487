//! Filters: `Field,operator,value`, several with semicolons between, all of which must hold.

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
    value: Wanted,
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
    ("ct", Operator::Contains),
    ("sw", Operator::BeginsWith),
    ("ew", Operator::EndsWith),
];

/// Known to exist, and not how they are spelled.
const NOT_IMITATED: [&str; 8] = ["bt", "in", "ni", "hv", "gtn", "gen", "ltn", "len"];

impl Filters {
    /// 400 with a model state for what is no filter.
    pub(super) fn read(resource: &Resource, text: &str) -> Result<Self, Problem> {
        let parts = text.split(';').filter(|part| !part.trim().is_empty());
        parts.map(|part| filter(resource, part)).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn hold(&self, record: &Value) -> bool {
        self.0.iter().all(|filter| filter.holds(record))
    }
}

fn filter(resource: &Resource, part: &str) -> Result<Filter, Problem> {
    let wrong = |message: String| Problem::invalid("filters", message);
    let mut words = part.splitn(3, ',');
    let (Some(field), Some(operator), Some(value)) = (words.next(), words.next(), words.next()) else {
        return Err(wrong(format!("{part} is not Field,operator,value.")));
    };
    let holds = resource.holds(field).ok_or_else(|| wrong(format!("{field} is not a field.")))?;
    if NOT_IMITATED.contains(&operator) {
        return Err(wrong(format!("The mock does not imitate the operator {operator}.")));
    }
    let known = OPERATORS.iter().find(|(name, _)| *name == operator).map(|(_, operator)| *operator);
    let operator = known.ok_or_else(|| wrong(format!("{operator} is not an operator.")))?;
    let of_texts = matches!(operator, Operator::Contains | Operator::BeginsWith | Operator::EndsWith);
    if of_texts && holds != Holds::Text {
        return Err(wrong(format!("{field} holds no text.")));
    }
    let value = wanted(holds, value).ok_or_else(|| wrong(format!("{value} is no value of {field}.")))?;
    Ok(Filter { field: field.to_owned(), operator, value })
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

impl Filter {
    /// Nothing holds of a field without a value, except that it is not equal.
    fn holds(&self, record: &Value) -> bool {
        let own = record.get(&self.field).filter(|value| !value.is_null());
        let Some(order) = own.and_then(|own| self.compare(own)) else {
            return self.operator == Operator::NotEqual;
        };
        match self.operator {
            Operator::Equal => order == Ordering::Equal,
            Operator::NotEqual => order != Ordering::Equal,
            Operator::Greater => order == Ordering::Greater,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::Less => order == Ordering::Less,
            Operator::LessOrEqual => order != Ordering::Greater,
            Operator::Contains | Operator::BeginsWith | Operator::EndsWith => {
                own.is_some_and(|own| self.says(own))
            }
        }
    }

    fn compare(&self, own: &Value) -> Option<Ordering> {
        match &self.value {
            Wanted::Number(value) => own.as_f64()?.partial_cmp(value),
            Wanted::Text(value) => Some(own.as_str()?.to_lowercase().cmp(&value.to_lowercase())),
            Wanted::Flag(value) => Some(own.as_bool()?.cmp(value)),
            Wanted::Time(value) => Some(time(own.as_str()?)?.cmp(value)),
        }
    }

    fn says(&self, own: &Value) -> bool {
        let (Some(own), Wanted::Text(part)) = (own.as_str(), &self.value) else { return false };
        let (own, part) = (own.to_lowercase(), part.to_lowercase());
        match self.operator {
            Operator::BeginsWith => own.starts_with(&part),
            Operator::EndsWith => own.ends_with(&part),
            _ => own.contains(&part),
        }
    }
}
