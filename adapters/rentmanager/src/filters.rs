//! Filters: `Field,operator,value`, with semicolons between, in one parameter.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;

/// Up to so many records are asked for one by one; for more, a span of ids is asked for.
const ONE_BY_ONE: usize = 8;

/// Filters of a list; all must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Filters(Vec<String>);

impl Filters {
    /// Filter for records that were changed on this day or later.
    pub fn changed_since(day: NaiveDate) -> Self {
        Self::default().and("UpdateDate", "ge", day)
    }

    /// Filter for records with this text in that field. A comma or semicolon in the text would be taken for one of the
    /// filter's.
    pub fn containing(field: &str, text: &str) -> Self {
        Self::default().and(field, "ct", text)
    }

    /// Filters that together find at least every record with one of these ids in `field`. How several values are
    /// spelled in one filter is not known.
    pub fn among(field: &str, ids: &BTreeSet<i64>) -> Vec<Self> {
        match (ids.first(), ids.last()) {
            (Some(first), Some(last)) if ids.len() > ONE_BY_ONE => {
                vec![Self::default().and(field, "ge", first).and(field, "le", last)]
            }
            _ => ids.iter().map(|id| Self::default().and(field, "eq", id)).collect(),
        }
    }

    fn and(mut self, field: &str, operator: &str, value: impl fmt::Display) -> Self {
        self.0.push(format!("{field},{operator},{value}"));
        self
    }

    /// The parameter's value; `None` if there is nothing to say.
    pub fn to_parameter(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(";"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_ids_are_asked_for_one_by_one_and_many_as_a_span() {
        let spelled = |ids: &[i64]| -> Vec<_> {
            let filters = Filters::among("UnitID", &ids.iter().copied().collect());
            filters.iter().filter_map(Filters::to_parameter).collect()
        };
        assert_eq!(spelled(&[]), [""; 0]);
        assert_eq!(spelled(&[7, 3]), ["UnitID,eq,3", "UnitID,eq,7"]);
        assert_eq!(spelled(&[9, 3, 4, 5, 6, 7, 8, 11, 99]), ["UnitID,ge,3;UnitID,le,99"]);
    }
}
