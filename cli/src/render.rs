//! Output of data on stdout.

use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

use crate::exit::Failure;

/// Prints pretty JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    anstream::println!("{}", serde_json::to_string_pretty(value).map_err(Failure::run)?);
    Ok(())
}

/// Prints one JSON object on one line.
pub(crate) fn json_line(value: &impl Serialize) -> Result<(), Failure> {
    anstream::println!("{}", serde_json::to_string(value).map_err(Failure::run)?);
    Ok(())
}

/// A table with these columns.
pub(crate) fn table(columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Disabled).set_header(columns);
    table
}
