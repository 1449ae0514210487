//! Texts that quote a marker, and the place where a platform keeps its own.

use latchel_sync_core::model::*;

use super::chance::Chance;

/// Place of the marker on a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// A field of its own, such as an idempotency key.
    Field,
    /// The end of the title.
    Title,
    /// The last line of the description.
    Description,
}

/// The longest title that a platform takes, in UTF-16 units.
const TITLE: usize = 127;

impl Keeps {
    /// A work order after its marker has been written into a text, stored and read back.
    pub fn stored(self, mut one: WorkOrder) -> WorkOrder {
        match (self, one.marker) {
            (Self::Title, Some(marker)) => one.title = marker.behind(&one.title, TITLE),
            (Self::Description, Some(marker)) => one.description = format!("{}\n\n{marker}", one.description),
            _ => {}
        }
        self.read(one)
    }

    /// A work order as it is read: with the marker that stands at the place for it, whoever wrote it.
    pub fn read(self, mut one: WorkOrder) -> WorkOrder {
        let found = match self {
            Self::Field => return one,
            Self::Title => Marker::at_end(&one.title),
            Self::Description => Marker::on_last_line(&one.description),
        };
        one.marker = found.map(|(_, marker)| marker);
        let text = found.map(|(text, _)| text.to_owned());
        match (self, text) {
            (Self::Title, Some(text)) => one.title = text,
            (Self::Description, Some(text)) => one.description = text,
            _ => {}
        }
        one
    }
}

/// Beginning of a title that quotes a marker in its midst.
const QUOTING: &str = "Same trouble as in ";

/// Title and description that people write about a Latchel work order that is there, or that comes later.
pub fn words(chance: &mut Chance) -> (String, String) {
    let marker = Marker::for_job(JobId(chance.from(299, 308)));
    match chance.below(3) {
        0 => (format!("{QUOTING}{marker} last week"), format!("{marker}\nand once more.")),
        1 => (format!("{QUOTING}{marker}, again"), format!("It drips, see {marker}")),
        _ => (format!("Still drips. See {marker}"), format!("It drips.\n{marker}")),
    }
}

/// True of a work order in whose texts no marker stands at a place of its own (rule WP6).
pub fn is_quoted(work_order: &WorkOrder) -> bool {
    work_order.title.starts_with(QUOTING)
}
