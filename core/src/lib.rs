//! The sync rules, the domain model, the traits and the engine of latchel-sync.
//!
//! - [`model`]: the records of a platform and of Latchel, their links, and the reasons of outcomes.
//! - [`rules`]: pure functions from both sides' records and what is remembered to a decision and its reason.
//! - [`Platform`], [`Latchel`], [`Ledger`]: the outside world. [`LedgerAdmin`] adds what people look up and change.
//! - [`Webhooks`]: readers of the webhooks that a system sends.
//! - [`mirror`]: a Latchel that can only list, dressed as one that can be asked for anything.
//! - [`registry`]: descriptors of adapters, with their settings and defaults.
//! - [`engine`]: a run, from pages to outcomes.
//! - [`guesses`]: what an adapter guesses about Latchel's API, and how it is confirmed.
//! - [`calls`]: record of the calls that a run makes, and of the clocks that their answers show.
//! - [`shared_limits`]: rate limits that several processes keep together.
#![cfg_attr(feature = "memory", doc = "- [`in_memory`]: both systems and a ledger in memory, for tests.")]
#![warn(missing_docs)]

pub mod calls;
pub mod engine;
mod error;
pub mod guesses;
#[cfg(feature = "memory")]
pub mod in_memory;
mod latchel;
pub mod ledger;
pub mod mirror;
pub mod model;
mod platform;
pub mod registry;
pub mod rules;
pub mod shared_limits;
mod webhooks;
pub mod words;

pub use error::{Error, ErrorKind, LONGEST_PAUSE_WITHIN_A_RUN, Result};
pub use inventory;
pub use latchel::{
    FirstLook, Held, Latchel, LatchelOnly, LatchelReference, LatchelWrite, Portfolio, RunBegin,
};
pub use ledger::{Ledger, LedgerAdmin};
pub use platform::{Capabilities, ChangeFilter, Finding, FindingLevel, MarkerPlace, Pages, Platform, Probe};
pub use webhooks::{Headers, Webhooks};
