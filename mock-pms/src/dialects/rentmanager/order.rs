//! `orderby`: fields with commas between, each with `asc` or `desc` behind it or not. The live service was seen to take it
//! and to change nothing, which the quirk `deaf-orderby` imitates; how a direction is spelled is not public.

use std::cmp::Ordering;

use serde_json::Value;

use super::problem::Problem;
use super::resource::Resource;

/// Order that a client asks for; the first field that tells two records apart decides.
pub(super) struct Order(Vec<(String, Direction)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

impl Order {
    /// 400 for what is no field of the list.
    pub(super) fn read(resource: &Resource, text: &str) -> Result<Self, Problem> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| read_part(resource, part)).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn compare(&self, one: &Value, other: &Value) -> Ordering {
        let mut orders = self.0.iter().map(|(field, direction)| {
            let order = compare(one.get(field), other.get(field));
            if *direction == Direction::Down { order.reverse() } else { order }
        });
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

fn read_part(resource: &Resource, part: &str) -> Result<(String, Direction), Problem> {
    let (field, word) = part.split_once(' ').unwrap_or((part, "asc"));
    let direction = match word.trim().to_ascii_lowercase().as_str() {
        "asc" => Direction::Up,
        "desc" => Direction::Down,
        _ => return Err(Problem::invalid("orderby", format!("{word} is not asc or desc."))),
    };
    match resource.holds(field) {
        Some(_) => Ok((field.to_owned(), direction)),
        None => Err(Problem::invalid("orderby", format!("{field} is not a field."))),
    }
}

/// Values of one field; a record without one comes first.
fn compare(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one, other) {
        (Some(Value::Number(one)), Some(Value::Number(other))) => {
            one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Some(Value::String(one)), Some(Value::String(other))) => {
            one.to_lowercase().cmp(&other.to_lowercase())
        }
        (Some(Value::Bool(one)), Some(Value::Bool(other))) => one.cmp(other),
        (one, other) => is_there(one).cmp(&is_there(other)),
    }
}

fn is_there(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_null())
}
