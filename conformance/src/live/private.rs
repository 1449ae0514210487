//! Texts of a report, without anything that is private.

use latchel_sync_core::{Error, Result};

use crate::report::Stop;

/// Shorter texts than this are no names, and blotting them out would spoil the words around them.
const SHORTEST: usize = 3;

/// A call's answer, with an error that tells nothing of anybody: its kind and status, and the path that was called.
pub(crate) fn told<T>(answer: Result<T>) -> Result<T, Stop> {
    answer.map_err(|error| Stop::Failed(describe(&error)))
}

fn describe(error: &Error) -> String {
    let mut text = format!("a call failed that should succeed: {}", error.kind().as_str());
    for name in ["status", "field"] {
        if let Some(value) = error.context(name).filter(|value| *value != ".") {
            text += &format!(", {name} {}", field(value));
        }
    }
    if let Some(call) = error.context("call") {
        text += &format!(", {}", path(call));
    }
    text
}

/// A call without its host and ids, so that it tells neither the account nor the record: `GET https://host/v1/tasks/17`
/// becomes `GET /v1/tasks/` and an ellipsis.
fn path(call: &str) -> String {
    let (method, url) = call.split_once(' ').unwrap_or(("", call));
    let behind =
        url.split_once("://").map_or(url, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let behind = behind.split(['?', '#']).next().unwrap_or_default();
    let is_word = |part: &str| {
        let digits = part.chars().filter(char::is_ascii_digit).count();
        digits <= 1 && part.chars().all(|one| one.is_ascii_alphanumeric() || "_-".contains(one))
    };
    let parts: Vec<_> = behind.split('/').map(|part| if is_word(part) { part } else { "…" }).collect();
    format!("{method} /{}", parts.join("/"))
}

/// A field's path, without any sign that no path has.
pub(crate) fn field(name: &str) -> String {
    name.chars().filter(|one| one.is_ascii_alphanumeric() || "_-.[]".contains(*one)).take(80).collect()
}

/// Texts of records, to be blotted out.
#[derive(Debug, Default)]
pub(crate) struct Private(Vec<String>);

impl Private {
    /// Takes note of a text and of the words in it.
    pub fn note(&mut self, text: &str) {
        let words = text.split(|one: char| !one.is_alphanumeric()).filter(|word| is_telling(word));
        self.0.extend(words.map(str::to_owned));
        self.note_whole(text);
    }

    /// Takes note of a text as it is.
    pub fn note_whole(&mut self, text: &str) {
        let text = text.trim();
        if text.chars().count() >= SHORTEST {
            self.0.push(text.to_owned());
        }
    }

    /// Sorts the texts, the longest first, each once.
    pub fn finish(&mut self) {
        self.0.sort_by_key(|text| (std::cmp::Reverse(text.len()), text.clone()));
        self.0.dedup();
    }

    /// The text without the noted ones, wherever they stand as words of their own.
    pub fn blot(&self, text: &str) -> String {
        self.0.iter().filter(|one| text.contains(one.as_str())).fold(text.to_owned(), |text, private| {
            let mut out = String::new();
            let mut rest = text.as_str();
            while let Some(at) = rest.find(private.as_str()) {
                let end = at + private.len();
                let inside = |edge: Option<char>| edge.is_some_and(char::is_alphanumeric);
                let joined = inside(rest[..at].chars().next_back()) || inside(rest[end..].chars().next());
                out += &rest[..at];
                out += if joined { private } else { "[removed]" };
                rest = &rest[end..];
            }
            out + rest
        })
    }
}

/// True if a word of a name or an address could give somebody away: one with a capital letter, or a number of some
/// length.
fn is_telling(word: &str) -> bool {
    let long = word.chars().count() >= SHORTEST;
    long && word.chars().next().is_some_and(|first| first.is_uppercase() || first.is_numeric())
}

#[cfg(test)]
mod tests {
    use latchel_sync_core::ErrorKind;

    use super::*;

    #[test]
    fn an_error_tells_what_was_called_and_of_nobody() {
        let error = Error::new(ErrorKind::Unavailable, "Ada Abara is not at home")
            .with("call", "GET https://abara.example.com/api/v1/tenants/5f1a77c2?name=Ada")
            .with("status", 500)
            .with("answer", "Ada Abara");
        assert_eq!(
            told::<()>(Err(error)),
            Err(Stop::Failed(
                "a call failed that should succeed: unavailable, status 500, GET /api/v1/tenants/…"
                    .to_owned()
            ))
        );
    }

    #[test]
    fn names_are_blotted_out_whole_and_in_parts_and_words_that_contain_them_are_left() {
        let mut private = Private::default();
        private.note("Ada Abara-Stone");
        private.note_whole("ada@example.com");
        private.note("1204 Elm Street");
        private.finish();
        let blotted = private.blot("Abara, ada@example.com at 1204 Elm Street, Adaptable, Stone");
        assert_eq!(blotted, "[removed], [removed] at [removed], Adaptable, [removed]");
    }
}
