//! Helpers that the tests of several crates share.
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests fail like tests")]

pub mod simulation;
