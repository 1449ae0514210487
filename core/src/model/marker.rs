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

    /// `title` with the marker behind it, in at most `longest` UTF-16 units (rule E4): the title is cut, and the marker
    /// stays whole.
    pub fn behind(&self, title: &str, longest: usize) -> String {
        let marker = self.to_string();
        let room = longest.saturating_sub(text::length(&marker) + 1);
        let title = text::cut(title.trim(), room);
        format!("{} {marker}", title.trim_end()).trim_start().to_owned()
    }

    /// Reads a text that is a marker and nothing else, blanks at its ends aside, such as a reference field (rule WP6).
    pub fn whole(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
        let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        canonical.then(|| digits.parse().ok()).flatten().map(|id| Self(JobId(id)))
    }

    /// Reads the marker that [`Marker::behind`] put at the end of a title, and the title before it. One that stands
    /// elsewhere was quoted by somebody, and is text (rule WP6).
    pub fn at_end(title: &str) -> Option<(&str, Self)> {
        let (before, _) = title.rsplit_once(OPEN)?;
        let marker = Self::whole(&title[before.len()..])?;
        Some((before.trim(), marker))
    }

    /// Reads the marker that stands alone on the last line of a long text, and the text before it. One that stands
    /// elsewhere was quoted by somebody, and is text (rule WP6).
    pub fn on_last_line(text: &str) -> Option<(&str, Self)> {
        let text = text.trim_end();
        let (before, last) = text.rsplit_once('\n').unwrap_or(("", text));
        Some((before.trim_end(), Self::whole(last)?))
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

    const MARKER: Marker = Marker(JobId(48211));

    #[test]
    fn a_marker_is_read_where_it_is_written() {
        let title = MARKER.behind("Leaking tap", 127);
        assert_eq!(Marker::at_end(&title), Some(("Leaking tap", MARKER)));
        assert_eq!(Marker::at_end("[Latchel #48211] "), Some(("", MARKER)));
        assert_eq!(
            Marker::on_last_line("Tap\n\nIt drips.\n\n[Latchel #48211]\n"),
            Some(("Tap\n\nIt drips.", MARKER))
        );
        assert_eq!(Marker::on_last_line("[Latchel #48211]"), Some(("", MARKER)));
        assert_eq!(Marker::whole(" [Latchel #48211]\n"), Some(MARKER));
    }

    #[test]
    fn a_marker_that_somebody_quotes_is_text() {
        let quoting = "Same trouble as in [Latchel #701] last week";
        assert_eq!(Marker::at_end(quoting), None);
        assert_eq!(Marker::on_last_line(quoting), None);
        assert_eq!(Marker::whole(quoting), None);
        assert_eq!(Marker::on_last_line("See [Latchel #701]"), None);
        assert_eq!(Marker::on_last_line("[Latchel #701]\nand once more"), None);
        assert_eq!(Marker::whole("#12 [Latchel #701]"), None);
        let follow_up = MARKER.behind("Still drips. See [Latchel #801]", 127);
        assert_eq!(Marker::at_end(&follow_up), Some(("Still drips. See [Latchel #801]", MARKER)));
    }

    #[test]
    fn a_long_title_is_cut_and_the_marker_stays_whole() {
        let title = MARKER.behind(&"ä".repeat(300), 127);
        assert_eq!(title.chars().count(), 127);
        assert_eq!(Marker::at_end(&title).map(|(_, marker)| marker), Some(MARKER));
        let title = MARKER.behind(&format!("{}{}", "💧".repeat(60), "x".repeat(41)), 127);
        assert!((126..=127).contains(&title.encode_utf16().count()), "{title}");
        assert_eq!(Marker::at_end(&title).map(|(_, marker)| marker), Some(MARKER));
        assert_eq!(MARKER.behind(" Tap ", 127), "Tap [Latchel #48211]");
        assert_eq!(MARKER.behind("", 127), "[Latchel #48211]");
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
            "(Latchel #12)",
        ] {
            assert_eq!(Marker::whole(text), None, "{text}");
            assert_eq!(Marker::at_end(text), None, "{text}");
            assert_eq!(Marker::on_last_line(text), None, "{text}");
        }
    }
}
