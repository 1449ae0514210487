//! The engine over both systems in memory and a real ledger: what becomes of records when calls fail, lie or get lost.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod by_hand;
mod claimed;
mod faults;
mod frozen;
mod hints;
mod leases;
mod limits;
mod lost_answers;
mod markers;
mod mass_change;
mod named;
mod outage;
mod pause;
mod read_ahead;
mod removed;
mod rows;
mod story;
mod texts;
mod time;
mod unsettled;
