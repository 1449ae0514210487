use std::fmt;

use serde::{Deserialize, Serialize};

use super::{JobId, text};

const OPEN: &str = "[Latchel #";
const CLOSE: char = ']';

/// The mark that a work order made from a Latchel work order carries on the platform (rule E).
///
/// It names the Latchel work order, so that it can be read back without the ledger, and it is the same
/// each time it is made, so that a repeated create can be recognised. Where a platform keeps it (an
/// idempotency key, a reference field, a tag in a text) is the adapter's affair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Marker(JobId);

impl Marker {
    /// The marker for the Latchel work order `job`.
    pub fn for_job(job: JobId) -> Self {
        Self(job)
    }

    /// The Latchel work order that it names.
    pub fn job(&self) -> JobId {
        self.0
    }

    /// `title` with the marker behind it, in at most `longest` UTF-16 units (rule E4): the title is cut, and the marker stays
    /// whole.
    pub fn behind(&self, title: &str, longest: usize) -> String {
        let marker = self.to_string();
        let room = longest.saturating_sub(text::length(&marker) + 1);
        let title = text::cut(title.trim(), room);
        format!("{} {marker}", title.trim_end()).trim_start().to_owned()
    }

    /// Finds the first marker in a text that the platform kept.
    pub fn find_in(text: &str) -> Option<Self> {
        text.match_indices(OPEN).find_map(|(start, _)| {
            let (digits, _) = text[start + OPEN.len()..].split_once(CLOSE)?;
            let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
            canonical.then(|| digits.parse().ok()).flatten().map(|id| Self(JobId(id)))
        })
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{OPEN}{}{CLOSE}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_found_in_the_text_around_it() {
        let marker = Marker::for_job(JobId(48211));
        assert_eq!(Marker::find_in(&format!("Leaking tap {marker} (kitchen)")), Some(marker));
    }

    #[test]
    fn a_long_title_is_cut_and_the_marker_stays_whole() {
        let marker = Marker::for_job(JobId(48211));
        let title = marker.behind(&"ä".repeat(300), 127);
        assert_eq!(title.chars().count(), 127);
        assert_eq!(Marker::find_in(&title), Some(marker));
        let title = marker.behind(&format!("{}{}", "💧".repeat(60), "x".repeat(41)), 127);
        assert!((126..=127).contains(&title.encode_utf16().count()), "{title}");
        assert_eq!(Marker::find_in(&title), Some(marker));
        assert_eq!(marker.behind(" Tap ", 127), "Tap [Latchel #48211]");
        assert_eq!(marker.behind("", 127), "[Latchel #48211]");
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in [
            "[Latchel #]",
            "[Latchel #12",
            "[Latchel #1x2]",
            "[latchel #12]",
            "[Latchel #012]",
            "[Latchel #-1]",
        ] {
            assert_eq!(Marker::find_in(text), None, "{text}");
        }
        assert_eq!(Marker::find_in("[Latchel #x] [Latchel #7]"), Some(Marker::for_job(JobId(7))));
    }
}
