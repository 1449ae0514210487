//! The server as whole requests, over both systems in memory.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod access;
mod by_hand;
mod pages;
mod visitor;
mod webhooks;
mod world;
