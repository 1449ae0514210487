//! The one text that an AppFolio work order has, with the marker in it.

use latchel_sync_core::model::{Marker, NewWorkOrder};

/// The most of a description's first line that is its title, in characters.
const TITLE: usize = 80;

/// Parts of a description: a title, and the whole text, both without the marker; and the marker.
pub(crate) struct Read {
    pub title: String,
    pub text: String,
    pub marker: Option<Marker>,
}

pub(crate) fn read(description: &str) -> Read {
    let marked = Marker::on_last_line(description);
    let marker = marked.map(|(_, marker)| marker);
    let text = marked.map_or(description, |(before, _)| before).trim().to_owned();
    let title = text.lines().next().unwrap_or_default().trim().chars().take(TITLE).collect();
    Read { title, text, marker }
}

/// The title, the description, what the vendor should know and how to get in, because AppFolio has no fields of their
/// own for them; at the end the marker.
pub(crate) fn write(new: &NewWorkOrder, marker: &Marker) -> String {
    let title = new.title.trim();
    let description = new.description.trim();
    let labelled = |label: &str, text: &Option<String>| {
        let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
        Some(format!("{label}: {text}"))
    };
    let parts = [
        (!title.is_empty() && !description.starts_with(title)).then(|| title.to_owned()),
        (!description.is_empty()).then(|| description.to_owned()),
        labelled("For the vendor", &new.vendor_instructions),
        labelled("Access", &new.access_instructions),
        Some(marker.to_string()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}
