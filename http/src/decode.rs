//! Words for the errors of a JSON text: the field that could not be understood, and the problem.

use serde_path_to_error::Error;

/// The field's path as the far side spells it. A field that is missing is named itself, not what it is missing in.
pub(crate) fn field(error: &Error<serde_json::Error>) -> String {
    let path = error.path().to_string();
    let problem = error.inner().to_string();
    let missing = problem.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
    match missing {
        Some((name, _)) if path == "." => name.to_owned(),
        Some((name, _)) => format!("{path}.{name}"),
        // Broken before any name was read: the whole.
        None if path == "?" => ".".to_owned(),
        None => path,
    }
}

/// Describes the problem without the value that stands there, which may be contact data or a secret that came back.
pub(crate) fn problem(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let parts = whole.split_once(": ").and_then(|(problem, rest)| {
        let (found, expected) = rest.rsplit_once(", expected ")?;
        problem.starts_with("invalid ").then_some((problem, found, expected))
    });
    match parts {
        Some((problem, found, expected)) => {
            let kind = found.split(['`', '"']).next().unwrap_or_default().trim_end();
            format!("{problem}: {kind}, expected {expected}")
        }
        None => whole,
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    fn problem<T: DeserializeOwned>(json: &str) -> String {
        super::problem(&serde_json::from_str::<T>(json).err().expect("a wrong type"))
    }

    #[test]
    fn a_problem_tells_the_kind_of_value_and_not_the_value() {
        assert_eq!(
            problem::<i64>(r#""ada@example.com, expected \" x""#),
            "invalid type: string, expected i64 at line 1 column 32"
        );
        assert_eq!(
            problem::<String>("5035551234"),
            "invalid type: integer, expected a string at line 1 column 10"
        );
        assert_eq!(problem::<u8>("-1"), "invalid value: integer, expected u8 at line 1 column 2");
        assert_eq!(problem::<i64>("null"), "invalid type: null, expected i64 at line 1 column 4");
        assert_eq!(problem::<i64>("["), "invalid type: sequence, expected i64 at line 1 column 0");
        assert!(problem::<i64>("").starts_with("EOF"));
    }
}
