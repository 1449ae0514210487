//! The built `latchel-sync` against the mock systems, over HTTP; what is asserted is the world and the request log.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod appfolio;
mod both_ways;
mod browser;
mod cargo;
mod check;
mod commits;
mod dashboard;
mod doorloop;
mod faults;
mod guide;
mod inputs;
mod interrupted;
mod kills;
mod ledger_reading;
mod ledger_trouble;
mod lies;
mod new_adapter;
mod pairs;
mod pending;
mod platforms;
mod postgres;
mod privacy;
mod private_adapter;
mod propertyware;
mod registry;
mod rentmanager;
mod rentvine;
mod scope;
mod serving;
mod setup;
mod spec;
mod storms;
mod story;
mod verify;
mod waits;
