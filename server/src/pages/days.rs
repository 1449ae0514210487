//! The last days of an account as cells.

use super::account::address;
use crate::views::Day;

/// A day, as a cell.
pub(super) struct DayCell {
    /// Page of its runs.
    pub address: String,
    /// Day of the month.
    pub number: String,
    pub class: &'static str,
    /// All of it in words.
    pub text: String,
}

/// Days of an account as cells, oldest first.
pub(super) fn cells(account: &str, days: &[Day]) -> Vec<DayCell> {
    let at = address(account);
    let cell = |day: &Day| {
        let (class, word) = state(day);
        let runs = match day.runs {
            0 => String::new(),
            1 => format!(", 1 run, {} written", day.writes),
            runs => format!(", {runs} runs, {} written", day.writes),
        };
        DayCell {
            address: format!("{at}/days/{}", day.date),
            number: day.date.format("%-d").to_string(),
            class,
            text: format!("{}: {word}{runs}", day.date.format("%-d %B")),
        }
    };
    days.iter().map(cell).collect()
}

/// Class and word for a day's runs.
fn state(day: &Day) -> (&'static str, &'static str) {
    match (day.runs, day.failed, day.partly) {
        (0, ..) => ("none", "no run"),
        (_, 0, _) => ("ok", "in order"),
        (runs, failed, 0) if runs == failed => ("bad", "failed"),
        _ => ("partly", "partly failed"),
    }
}

/// All of the days in a sentence.
pub(super) fn summary(days: &[Day]) -> String {
    let with = |class: &str| days.iter().filter(|day| state(day).0 == class).count();
    format!(
        "Last {} days: {} in order, {} partly failed, {} failed, {} without a run",
        days.len(),
        with("ok"),
        with("partly"),
        with("bad"),
        with("none")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_as_its_runs_were() {
        let day = |runs, failed, partly| Day {
            date: "2026-03-02".parse().expect("a day"),
            runs,
            failed,
            partly,
            writes: 7,
        };
        let days = [day(0, 0, 0), day(1, 0, 0), day(3, 1, 0), day(3, 1, 1), day(2, 2, 2), day(2, 2, 0)];
        let told: Vec<_> = cells("a b", &days).into_iter().map(|cell| (cell.class, cell.text)).collect();
        let expected = [
            ("none", "2 March: no run"),
            ("ok", "2 March: in order, 1 run, 7 written"),
            ("partly", "2 March: partly failed, 3 runs, 7 written"),
            ("partly", "2 March: partly failed, 3 runs, 7 written"),
            ("partly", "2 March: partly failed, 2 runs, 7 written"),
            ("bad", "2 March: failed, 2 runs, 7 written"),
        ];
        assert_eq!(told, expected.map(|(class, text)| (class, text.to_owned())));
        assert_eq!(cells("a b", &days)[0].address, "/accounts/a%20b/days/2026-03-02");
        assert_eq!(summary(&days), "Last 6 days: 1 in order, 3 partly failed, 1 failed, 1 without a run");
    }
}
