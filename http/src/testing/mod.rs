//! What the tests of an adapter need: a stub of its platform, rows as tests look at them, and odd records made of good
//! ones. It panics as tests do.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod odd;
mod rows;
mod stub;

pub use odd::{odd_ones, oddities};
pub use rows::{all, count, instant, invalid, record, window};
pub use stub::{Stub, StubServer, parameter, path_and_query, spell_without};
