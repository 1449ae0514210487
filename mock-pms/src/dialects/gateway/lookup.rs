//! Look-ups: several records by what is known of them.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::body::Body;
use super::call::{Answer, Reply};
use super::problem::Problem;
use crate::world::{Record, World};

const MAX_ENTRIES: usize = 500;

/// 413 if these arrays together are too long.
pub(super) fn check_size(body: &Body<'_>, arrays: &[&str]) -> Result<(), Problem> {
    let count: usize = arrays.iter().map(|name| body.count(name)).sum();
    if count > MAX_ENTRIES {
        let message = format!("{count} entries in one look-up; at most {MAX_ENTRIES} are allowed.");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, message));
    }
    Ok(())
}

/// The records that match, each once, by id.
pub(super) fn matches<T: Record>(
    world: &World,
    wanted: impl Fn(&T) -> bool,
    render: impl Fn(&World, &T) -> Value,
) -> Answer {
    let mut rows: Vec<&T> = T::table(world).iter().filter(|row| wanted(row)).collect();
    rows.sort_unstable_by_key(|row| row.id());
    let data: Vec<Value> = rows.into_iter().map(|row| render(world, row)).collect();
    Ok(Reply::Found(json!({ "data": data })))
}
