use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::LatchelResident;

/// Memory of a linked resident: the state in Latchel after we last wrote or evaluated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResidentMemory {
    /// The move-in date.
    pub move_in: Option<NaiveDate>,
    /// The move-out date.
    pub move_out: Option<NaiveDate>,
    /// The activity that we last wrote, or first found.
    pub is_active: bool,
    /// The activity that we sent, as long as no read-back has shown whether it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<bool>,
    /// The dates that we sent, as long as no read-back has shown whether they arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_dates: Option<SentDates>,
    /// True if we set the resident inactive because of a date, and nobody has been seen to change that or the dates since
    /// (rule R9).
    #[serde(default, skip_serializing_if = "is_false")]
    pub by_date: bool,
    /// True if somebody has set the resident active in Latchel since we last wrote it (rule R4).
    #[serde(default, skip_serializing_if = "is_false")]
    pub seen_active: bool,
    /// The account's local date of the last evaluation.
    pub evaluated_on: NaiveDate,
    /// The account's local date on which another stay or another unit counts by the platform, as far as we know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turns_on: Option<NaiveDate>,
}

/// Dates of a resident that were sent to Latchel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentDates {
    /// The move-in date.
    pub move_in: Option<NaiveDate>,
    /// The move-out date.
    pub move_out: Option<NaiveDate>,
}

impl ResidentMemory {
    /// Memory of a resident as Latchel shows it on the account's local date `on`.
    pub fn of(latchel: &LatchelResident, on: NaiveDate) -> Self {
        Self {
            move_in: latchel.move_in,
            move_out: latchel.move_out,
            is_active: latchel.is_active,
            sent: None,
            sent_dates: None,
            by_date: false,
            seen_active: false,
            evaluated_on: on,
            turns_on: None,
        }
    }

    /// True if the resident was inactive with a move-in still to come when we last looked (rule R4).
    pub fn waits_for_move_in(&self) -> bool {
        !self.is_active && self.move_in.is_some_and(|day| day > self.evaluated_on)
    }

    /// True if the resident was active when we last looked or wrote.
    pub fn was_active(&self) -> bool {
        self.is_active || self.seen_active
    }

    /// True if we set the resident inactive by a date, and Latchel has activity and dates as we left them (rule R9).
    pub fn is_ours(&self, latchel: &LatchelResident) -> bool {
        let dates = (latchel.move_in, latchel.move_out);
        self.by_date && !latchel.is_active && dates == (self.move_in, self.move_out)
    }

    /// True if a date in Latchel was reached since the last evaluation, or another stay counts by the platform (rule R6).
    pub fn is_due(&self, today: NaiveDate) -> bool {
        let mut dates = [self.move_in, self.move_out].into_iter().flatten();
        let reached = dates.any(|day| self.evaluated_on < day && day <= today);
        reached || self.turns_on.is_some_and(|day| day <= today)
    }

    /// Returns the memory as `latchel` confirms it: a change that we sent counts as written if Latchel shows it.
    pub fn confirmed_by(&self, latchel: &LatchelResident) -> Self {
        let shown = SentDates { move_in: latchel.move_in, move_out: latchel.move_out };
        let dates_arrived = self.sent_dates.is_none_or(|sent| sent == shown);
        let arrived = match self.sent {
            Some(is_active) => is_active == latchel.is_active,
            None => self.sent_dates.is_some() && dates_arrived && self.is_active == latchel.is_active,
        };
        if !arrived {
            return self.clone();
        }
        let by_date = !latchel.is_active && dates_arrived && (self.sent.is_some() || self.by_date);
        Self { by_date, turns_on: self.turns_on, ..Self::of(latchel, self.evaluated_on) }
    }

    /// The same memory, with changes that somebody has made in Latchel: the dates, so that rule R6 goes by those that
    /// Latchel has, and the activity.
    pub fn followed(&self, latchel: &LatchelResident) -> Self {
        let known = self.confirmed_by(latchel);
        Self {
            by_date: known.is_ours(latchel),
            seen_active: known.seen_active || (latchel.is_active && !known.is_active),
            move_in: latchel.move_in,
            move_out: latchel.move_out,
            ..known
        }
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}
