//! JSON with texts or numbers in it that no strict reader takes, made such that one bad value costs at most itself.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// A byte order mark, which does not belong before JSON and comes all the same.
const MARK: &[u8] = b"\xEF\xBB\xBF";
/// Stands for half a surrogate pair, as U+FFFD stands for bytes that are not UTF-8.
const REPLACEMENT: &str = "\\ufffd";

/// Reads JSON from outside that a far side may have written carelessly, such as the body of a webhook. Well-formed bytes cost
/// nothing more than without this.
///
/// - A byte order mark before it is left out.
/// - Bytes that are not UTF-8, and half a surrogate pair, become U+FFFD in their text.
/// - Control characters within a text are taken as they stand, and so is a backslash that escapes nothing.
/// - `NaN`, infinities and numbers beyond all measure are null.
///
/// # Errors
///
/// If it is no JSON for all that, or not what is wanted. The error may quote what stands there.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(body).or_else(|error| match mended(body) {
        Cow::Borrowed(same) if same.len() == body.len() => Err(error),
        mended => serde_json::from_slice(&mended),
    })
}

/// The same JSON without what [`json`] mends; what is no JSON at all only loses bytes that are not UTF-8.
pub(crate) fn mended(body: &[u8]) -> Cow<'_, [u8]> {
    let text = String::from_utf8_lossy(body.strip_prefix(MARK).unwrap_or(body));
    let is_json = text.trim_start().starts_with(['{', '[', '"']);
    match (is_json.then(|| strict(&text)).flatten(), text) {
        (Some(strict), _) => Cow::Owned(strict.into_bytes()),
        (None, Cow::Borrowed(same)) => Cow::Borrowed(same.as_bytes()),
        (None, Cow::Owned(text)) => Cow::Owned(text.into_bytes()),
    }
}

/// The text with every value that is not well formed replaced; `None` if there is none.
fn strict(text: &str) -> Option<String> {
    let (mut strict, mut copied) = (String::new(), 0);
    let (mut at, mut within_text) = (0, false);
    while let Some(&byte) = text.as_bytes().get(at) {
        let rest = &text[at..];
        let (length, instead) = match byte {
            b'"' => {
                within_text = !within_text;
                (1, None)
            }
            b'\\' if within_text => escape(rest),
            ..=0x1F if within_text => (1, Some(Cow::Owned(format!("\\u{byte:04x}")))),
            b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' if !within_text => word(rest),
            _ => (character(rest), None),
        };
        if let Some(instead) = instead {
            strict.push_str(&text[copied..at]);
            strict.push_str(&instead);
            copied = at + length;
        }
        at += length;
    }
    (copied > 0).then(|| strict + &text[copied..])
}

/// The length of what a backslash begins, and what to write instead.
fn escape(rest: &str) -> (usize, Option<Cow<'static, str>>) {
    match rest.as_bytes().get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (2, None),
        Some(b'u') => match unit(rest) {
            Some(0xD800..=0xDBFF) if matches!(unit(&rest[6..]), Some(0xDC00..=0xDFFF)) => (12, None),
            Some(0xD800..=0xDFFF) => (6, Some(REPLACEMENT.into())),
            Some(_) => (6, None),
            None => (1, Some("\\\\".into())),
        },
        _ => (1, Some("\\\\".into())),
    }
}

/// The UTF-16 unit that an escape at the beginning of `rest` names.
fn unit(rest: &str) -> Option<u16> {
    let digits = rest.strip_prefix("\\u")?.get(..4)?;
    let all_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    all_digits.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

/// The length of a number or word, and null instead of one that is no number to JSON.
fn word(rest: &str) -> (usize, Option<Cow<'static, str>>) {
    let ends = |byte: u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'));
    let length = rest.bytes().position(ends).unwrap_or(rest.len());
    let is_beyond = rest[..length].parse::<f64>().is_ok_and(|number| !number.is_finite());
    (length, is_beyond.then_some("null".into()))
}

fn character(rest: &str) -> usize {
    rest.chars().next().map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_not_well_formed_costs_at_most_itself() {
        for (body, text) in [
            (&br#"{"a": "tap \ud83d in", "b": 1}"#[..], "tap \u{FFFD} in"),
            (br#"{"a": "tap \ude00 in", "b": 1}"#, "tap \u{FFFD} in"),
            (br#"{"a": "\ud83d\ud83d\ude00", "b": 1}"#, "\u{FFFD}😀"),
            (br#"{"a": "\uD83D\u0041", "b": 1}"#, "\u{FFFD}A"),
            (b"{\"a\": \"caf\xE9 \xF0\x9F\", \"b\": 1}", "caf\u{FFFD} \u{FFFD}"),
            (b"{\"a\": \"a\tb\r\nc\0\", \"b\": 1}", "a\tb\r\nc\0"),
            (br#"{"a": "C:\new \quote \u12", "b": 1}"#, "C:\new \\quote \\u12"),
            (b"\xEF\xBB\xBF{\"a\": \"as it is\", \"b\": 1}", "as it is"),
        ] {
            assert!(serde_json::from_slice::<Value>(body).is_err());
            assert_eq!(json::<Value>(body).ok(), Some(json!({"a": text, "b": 1})));
        }
    }

    #[test]
    fn numbers_that_are_none_are_null() {
        let read: Value = json(br#"[NaN, -Infinity, 1e999, -1e999, 1e99, "NaN", "1e999"]"#).unwrap();
        assert_eq!(read, json!([null, null, null, null, 1e99, "NaN", "1e999"]));
    }

    #[test]
    fn what_is_well_formed_is_left_as_it_is() {
        for body in [
            &br#"{"a": "\ud83d\ude00 \" \\ \/ \n \u00e9", "b": [1e10, -2.5, true, null]}"#[..],
            b"<p class=\"a\tb\">no JSON \\q</p>",
            b"",
            b"\"\\",
            b"\"\\u",
        ] {
            let mended = mended(body);
            if serde_json::from_slice::<Value>(body).is_ok() || body.starts_with(b"<") {
                assert!(matches!(mended, Cow::Borrowed(_)), "{body:?}");
            }
        }
    }

    #[test]
    fn what_is_no_json_stays_none() {
        for body in [&b"{]"[..], b"{\"a\": \"tap \\ud83d", b"\xEF\xBB\xBF", b"{\"a\": nonsense}", b"[1,]"] {
            assert!(json::<Value>(body).is_err(), "{body:?}");
        }
    }
}
