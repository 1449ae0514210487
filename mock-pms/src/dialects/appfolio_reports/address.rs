//! Columns of a place.

use serde_json::{Value, json};

use super::report::Columns;
use crate::world::{Address, Property};

/// Columns of its own.
pub(super) fn columns(own: Value) -> Columns {
    match own {
        Value::Object(columns) => columns,
        _ => Columns::new(),
    }
}

/// Columns that every report has of a property.
pub(super) fn of_property(property: &Property) -> Columns {
    let mut columns = columns(json!({
        "property": format!("{} - {}", property.name, whole(&property.address)),
        "property_name": property.name,
        "property_id": property.id,
    }));
    columns.extend(of("property", &property.address));
    columns
}

/// Columns of an address, whose names begin with what it is the address of.
pub(super) fn of(what: &str, address: &Address) -> Columns {
    [
        ("address", Some(whole(address)).filter(|text| !text.is_empty())),
        ("street", address.line1.clone()),
        ("street2", second_line(address)),
        ("city", address.city.clone()),
        ("state", address.state.clone()),
        ("zip", address.postal_code.clone()),
    ]
    .into_iter()
    .map(|(part, text)| (format!("{what}_{part}"), json!(text)))
    .collect()
}

/// `12 Elm Street Unit 101 Portland, OR 97201`.
fn whole(address: &Address) -> String {
    let second = second_line(address);
    let street = joined([address.line1.as_ref(), second.as_ref(), address.city.as_ref()], " ");
    let state = joined([address.state.as_ref(), address.postal_code.as_ref(), None], " ");
    joined([Some(&street), Some(&state), None], ", ")
}

fn second_line(address: &Address) -> Option<String> {
    let both = joined([address.line2.as_ref(), address.line3.as_ref(), None], ", ");
    (!both.is_empty()).then_some(both)
}

fn joined(parts: [Option<&String>; 3], between: &str) -> String {
    let parts: Vec<&str> =
        parts.into_iter().flatten().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(between)
}
