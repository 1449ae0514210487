//! Filters: `Field,operator,value`, with semicolons between, in one parameter.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;

/// Up to so many values are written into one filter; for more, a span of ids is asked for.
const IN_ONE: usize = 100;
/// Up to so many records are asked for one by one where several values in one filter are not understood.
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

    /// Filter for records with this value in that field.
    pub fn of(field: &str, value: i64) -> Self {
        Self::default().and(field, "eq", value)
    }

    /// Filters that together find at least every record with one of these ids in `field`, in the spelling that clients of
    /// others use for several values, and without it.
    pub fn among(field: &str, ids: &BTreeSet<i64>) -> Among {
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Among::Sure(Vec::new()) };
        let one_by_one = || ids.iter().map(|id| Self::default().and(field, "eq", id)).collect();
        let from_to = || vec![Self::default().and(field, "ge", first).and(field, "le", last)];
        if ids.len() == 1 {
            return Among::Sure(one_by_one());
        }
        if ids.len() > IN_ONE {
            // One more at each end, in case a span does not include its ends.
            let (before, after) = (first.saturating_sub(1), last.saturating_add(1));
            let between = Self::default().and(field, "bt", format_args!("({before},{after})"));
            return Among::Span([vec![between], from_to()]);
        }
        let list: Vec<_> = ids.iter().map(i64::to_string).collect();
        let listed = Self::default().and(field, "in", format_args!("({})", list.join(",")));
        let otherwise = if ids.len() > ONE_BY_ONE { from_to() } else { one_by_one() };
        Among::Several([vec![listed], otherwise])
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

/// Filters for several ids.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Among {
    /// In a spelling that is known to be understood.
    Sure(Vec<Filters>),
    /// With all of them in one filter, and without.
    Several([Vec<Filters>; 2]),
    /// With a span in one filter, and in two.
    Span([Vec<Filters>; 2]),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(filters: &[Filters]) -> Vec<String> {
        filters.iter().filter_map(Filters::to_parameter).collect()
    }

    fn among(ids: &[i64]) -> Among {
        Filters::among("UnitID", &ids.iter().copied().collect())
    }

    #[test]
    fn several_ids_are_one_filter_or_are_asked_for_one_by_one() {
        assert_eq!(among(&[]), Among::Sure(Vec::new()));
        let Among::Sure(one) = among(&[7]) else { panic!("one id needs no other spelling") };
        assert_eq!(spelled(&one), ["UnitID,eq,7"]);
        let Among::Several([listed, otherwise]) = among(&[7, 3]) else { panic!("two") };
        assert_eq!(
            (spelled(&listed), spelled(&otherwise)),
            (vec!["UnitID,in,(3,7)".to_owned()], vec!["UnitID,eq,3".to_owned(), "UnitID,eq,7".to_owned()])
        );
        let Among::Several([_, otherwise]) = among(&[9, 3, 4, 5, 6, 7, 8, 11, 99]) else { panic!("nine") };
        assert_eq!(spelled(&otherwise), ["UnitID,ge,3;UnitID,le,99"]);
    }

    #[test]
    fn many_ids_are_a_span_that_has_its_ends_inside() {
        let Among::Span([between, otherwise]) = among(&(3..=200).collect::<Vec<_>>()) else { panic!("many") };
        assert_eq!(spelled(&between), ["UnitID,bt,(2,201)"]);
        assert_eq!(spelled(&otherwise), ["UnitID,ge,3;UnitID,le,200"]);
    }
}
