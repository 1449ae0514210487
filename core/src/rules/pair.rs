use crate::model::text::{same_optional, same_text};
use crate::model::{Job, Part, WorkOrder};

/// Parts in which the two halves of a pair differ. Rules L8 and L12 bring a closed status over; no rule brings the others
/// (WP5, L13).
pub fn work_order_differences(platform: &WorkOrder, latchel: &Job) -> Vec<Part> {
    let entry_known = platform.entry_allowed.is_some() && latchel.entry_allowed.is_some();
    let number = latchel.number.as_deref().unwrap_or_default();
    let access = (platform.access_instructions.as_deref(), latchel.access_instructions.as_deref());
    [
        (Part::Number, !same_text(&platform.number, number)),
        (Part::Description, !same_text(&platform.description, &latchel.description)),
        (Part::Status, platform.status.closed() != latchel.closed()),
        (Part::Severity, platform.severity != latchel.severity),
        (Part::EntryAllowed, entry_known && platform.entry_allowed != latchel.entry_allowed),
        (
            Part::AccessInstructions,
            access.0.is_some() && access.1.is_some() && !same_optional(access.0, access.1),
        ),
    ]
    .into_iter()
    .filter_map(|(part, differs)| differs.then_some(part))
    .collect()
}
