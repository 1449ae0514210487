//! Helpers for the tests of an adapter: a stub of its platform, rows as tests look at them, and odd records made of good
//! ones. They panic as tests do.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod fields;
mod odd;
mod relied_on;
mod rows;
mod stub;

pub use fields::{
    cost_nothing, cost_the_record, no_days, no_flags, no_ids, no_lists_of_ids, no_numbers, no_words,
    odd_values, with_at,
};
pub use odd::{odd_ones, oddities};
pub use rows::{all, count, instant, invalid, record, window};
pub use stub::{Stub, StubServer, in_body, parameter, path_and_query, spell_without};
