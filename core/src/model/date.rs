use chrono::{Datelike, NaiveDate};

/// Years in which a date is taken as one.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// True unless the date is one that only stands for none, as the first day of the year 1 does: one before 1900 or after
/// 2200 is no date (rule R).
pub fn is_date(date: NaiveDate) -> bool {
    YEARS.contains(&date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_one_from_1900_to_2200() {
        let is = |text: &str| is_date(text.parse().unwrap());
        assert!(is("1900-01-01") && is("2026-03-02") && is("2200-12-31"));
        assert!(!is("0001-01-01") && !is("1899-12-31") && !is("2201-01-01") && !is("9999-12-31"));
    }
}
