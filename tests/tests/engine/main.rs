//! The engine over both systems in memory and a real ledger: what becomes of records when calls fail, lie or get lost.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod adopt;
mod adoption;
mod claimed;
mod confirmed;
mod dates_unknown;
mod faults;
mod frozen;
mod held_back;
mod hints;
mod leases;
mod limits;
mod lost_answers;
mod manual_links;
mod markers;
mod mass_change;
mod mirror;
mod named;
mod outage;
mod part_of_the_window;
mod pause;
mod phases;
mod read_ahead;
mod reconcile;
mod removed;
mod residents;
mod rows;
mod story;
mod texts;
mod time;
mod unit_missing;
mod unsettled;
