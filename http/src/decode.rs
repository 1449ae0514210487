//! Which field of a JSON text could not be understood.

use serde_path_to_error::Error;

/// The field's path as the far side spells it. A field that is missing is named itself, not what it is missing in.
pub(crate) fn field(error: &Error<serde_json::Error>) -> String {
    let path = error.path().to_string();
    let problem = error.inner().to_string();
    let missing = problem.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
    match missing {
        Some((name, _)) if path == "." => name.to_owned(),
        Some((name, _)) => format!("{path}.{name}"),
        None => path,
    }
}
