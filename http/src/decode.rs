//! Which field of a JSON text could not be understood, and why.

use serde_path_to_error::Error;

/// What is wrong, without the value itself: it may be somebody's name or address.
pub(crate) fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let kinds = [("string \"", "a string"), ("integer `", "an integer"), ("floating point `", "a number")];
    let shown = kinds.iter().find_map(|(begin, kind)| Some((text.find(begin)?, *kind)));
    match (shown, text.rfind(", expected")) {
        (Some((begin, kind)), Some(end)) if begin < end => {
            format!("{}{kind}{}", &text[..begin], &text[end..])
        }
        _ => text,
    }
}

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
