use serde::{Deserialize, Serialize};

use super::text::same_optional;

/// A postal address as its source spells it; a part that the source does not have is `None`, never empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Street and number.
    pub line1: Option<String>,
    /// Further address lines.
    pub line2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or region.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
}

impl Address {
    /// The parts that Latchel requires and this address lacks (rule P6), by their names for people.
    pub fn missing_parts(&self) -> Vec<&'static str> {
        [
            ("street", &self.line1),
            ("city", &self.city),
            ("state", &self.state),
            ("postal code", &self.postal_code),
        ]
        .into_iter()
        .filter(|(_, part)| part.as_deref().is_none_or(|text| text.trim().is_empty()))
        .map(|(name, _)| name)
        .collect()
    }

    /// True if another is the same as systems store texts (rule E4): without blanks at the ends, and blank ones absent.
    pub fn is_stored_as(&self, other: &Self) -> bool {
        let same =
            |one: &Option<String>, other: &Option<String>| same_optional(one.as_deref(), other.as_deref());
        same(&self.line1, &other.line1)
            && same(&self.line2, &other.line2)
            && same(&self.city, &other.city)
            && same(&self.state, &other.state)
            && same(&self.postal_code, &other.postal_code)
    }

    /// The address on one line.
    pub fn one_line(&self) -> String {
        [&self.line1, &self.line2, &self.city, &self.state, &self.postal_code]
            .into_iter()
            .filter_map(|part| part.as_deref())
            .collect::<Vec<_>>()
            .join(", ")
    }
}
