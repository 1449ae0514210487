//! Suggestions for a name that was mistyped.

/// Least likeness of two names that counts as alike, from 0 to 1.
const ALIKE: f64 = 0.8;

/// The one of `names` that is most like `typed`, as a hint; `None` if none is like it.
pub(crate) fn did_you_mean<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let typed = typed.to_lowercase();
    let likeness = |name: &str| strsim::jaro_winkler(&typed, &name.to_lowercase());
    let (_, best) = names
        .into_iter()
        .map(|name| (likeness(name), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    Some(format!("did you mean `{best}`?"))
}

/// The same, out of the words of an error: "unknown field `x`, expected one of `y`, `z`".
pub(crate) fn out_of_error(error: &str) -> Option<String> {
    if !error.starts_with("unknown ") {
        return None;
    }
    let mut quoted = error.split('`').skip(1).step_by(2);
    let typed = quoted.next()?;
    did_you_mean(typed, quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_has_a_hint_and_another_word_has_none() {
        let error = "unknown field `timezone`, expected one of `name`, `time_zone`, `sync_method`";
        assert_eq!(out_of_error(error).as_deref(), Some("did you mean `time_zone`?"));
        assert_eq!(out_of_error("unknown field `zebra`, expected `name`"), None);
        assert_eq!(out_of_error("missing field `name`"), None);
    }
}
