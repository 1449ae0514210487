use latchel_sync_core::model::InvalidRecord;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::decode;

/// Reads each row of a page by itself, so that one that cannot be understood does not fail the page. `id` finds a
/// row's id even then.
pub fn rows<T: DeserializeOwned>(
    page: Vec<Value>,
    id: fn(&Value) -> Option<String>,
) -> Vec<Result<T, InvalidRecord>> {
    let read = |(position, row): (usize, Value)| {
        let found = id(&row);
        serde_path_to_error::deserialize(row).map_err(|error| InvalidRecord {
            id: found.unwrap_or_else(|| format!("row {} of a page, without an id", position + 1)),
            field: decode::field(&error),
            problem: error.into_inner().to_string(),
        })
    };
    page.into_iter().enumerate().map(read).collect()
}
