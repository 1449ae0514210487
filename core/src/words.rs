//! Instants and sentences in words for people, and texts of others for their spreadsheets and terminals.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// An instant in the time zone `zone`, to the minute, with the zone's short name: `2026-03-02 12:00 PST`.
pub fn local(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// A sentence of ours for the people of one account, with the platform's name where it says "the platform".
pub fn naming(sentence: &str, platform: &str) -> String {
    sentence.replace("the platform", platform).replace("The platform", platform)
}

/// A note of ours as a sentence of its own, with a capital letter and a full stop.
pub fn sentence(note: &str) -> String {
    let mut letters = note.trim().chars();
    let mut text: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if !text.is_empty() && !text.ends_with(['.', '!', '?', '…']) {
        text.push('.');
    }
    text
}

/// First characters of a text that a spreadsheet would take for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The text as a field of a table for a spreadsheet, which takes it for no formula.
pub fn inert(text: &str) -> Cow<'_, str> {
    if looks_like_a_formula(text) { format!("'{text}").into() } else { text.into() }
}

/// Reads back what [`inert`] wrote.
pub fn not_inert(field: &str) -> &str {
    match field.strip_prefix('\'') {
        Some(text) if looks_like_a_formula(text) => text,
        _ => field,
    }
}

/// True also of one that was made inert, so that both ways lead back.
fn looks_like_a_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// A text of others on one line of a terminal or of a text log: whatever would move the cursor, command the terminal, begin a
/// line or turn the reading order becomes a visible sign, as `␛`, `␊` or `<U+202E>`. All else stays as it is.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unseen) {
        return text.into();
    }
    let mut seen = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\0'..='\x1f' => seen.push(picture(character)),
            '\x7f' => seen.push('␡'),
            _ if is_unseen(character) => seen += &format!("<U+{:04X}>", u32::from(character)),
            _ => seen.push(character),
        }
    }
    seen.into()
}

/// True for characters that nobody sees and that change how the rest is seen: controls (C0, DEL, C1), line and paragraph
/// separators, what turns the reading order, and the invisible ones that only programs use.
pub fn is_unseen(character: char) -> bool {
    let turns = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}');
    let is_odd =
        matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0001}');
    character.is_control() || turns || is_odd
}

/// The picture that Unicode has of a C0 control.
fn picture(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_is_seen_and_not_obeyed() {
        let title = "\x1b]0;PWNED\x07\x1b[2J\u{9b}31m\x7f";
        assert_eq!(visible(title), "␛]0;PWNED␇␛[2J<U+009B>31m␡");
        assert_eq!(
            visible("Leak\r\n[synced]\tin\u{2028}the\u{85}roof"),
            "Leak␍␊[synced]␉in<U+2028>the<U+0085>roof"
        );
        assert_eq!(visible("a\u{202e}b\u{2066}c\u{200f}d\u{feff}"), "a<U+202E>b<U+2066>c<U+200F>d<U+FEFF>");
        for text in ["", "Elm 12", "Größe, 漏水, تسرب", "👩\u{200d}🔧", "a\u{a0}b"] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text}");
        }
        let all: String = (0..=0x11_0000).filter_map(char::from_u32).filter(|one| is_unseen(*one)).collect();
        assert!(!visible(&all).contains(is_unseen), "a visible text is visible once and for all");
    }

    #[test]
    fn an_instant_is_told_where_the_account_is() {
        let at = "2026-03-02T20:00:00Z".parse().expect("an instant");
        assert_eq!(local(at, chrono_tz::America::Los_Angeles), "2026-03-02 12:00 PST");
        assert_eq!(local(at, Tz::UTC), "2026-03-02 20:00 UTC");
    }

    #[test]
    fn sentences_are_whole_and_name_the_platform() {
        for (note, whole) in
            [("missing: state", "Missing: state."), ("Is that so?", "Is that so?"), ("é", "É."), ("", "")]
        {
            assert_eq!(sentence(note), whole);
        }
        let told = naming("The platform's number is the platform's own.", "Buildium");
        assert_eq!(told, "Buildium's number is Buildium's own.");
    }

    #[test]
    fn what_was_made_inert_is_read_back() {
        for text in
            ["=cmd()", "'=cmd()", "''=cmd()", "-1", "+1", "@a", "\t1", "Elm 12", "", "'", "'a", "12/34"]
        {
            let field = inert(text);
            assert!(!field.starts_with(FORMULA), "{field}");
            assert_eq!(not_inert(&field), text);
        }
        assert_eq!(inert("=cmd()"), "'=cmd()");
    }
}
