//! The sync rules, the domain model, the traits and the engine of latchel-sync.
//!
//! - [`model`]: what a platform and Latchel hold, their links, and the reasons for what becomes of them.
//! - [`rules`]: pure functions from what both sides hold and what is remembered to a decision and its reason.
//! - [`Platform`], [`Latchel`], [`Ledger`]: the outside world.
//! - [`Webhooks`]: what the outside world tells by itself.
//! - [`registry`]: how adapters make themselves known.
//! - [`engine`]: a run, from pages to outcomes.
//! - [`calls`]: record of the calls that a run makes.
#![cfg_attr(feature = "memory", doc = "- [`in_memory`]: both systems and a ledger in memory, for tests.")]
#![warn(missing_docs)]

pub mod calls;
pub mod engine;
mod error;
#[cfg(feature = "memory")]
pub mod in_memory;
mod latchel;
pub mod ledger;
pub mod model;
mod platform;
pub mod registry;
pub mod rules;
mod webhooks;
pub mod words;

pub use error::{Error, ErrorKind, LONGEST_PAUSE_WITHIN_A_RUN, Result};
pub use inventory;
pub use latchel::{Latchel, LatchelOnly, Portfolio};
pub use ledger::{Ledger, LedgerAdmin};
pub use platform::{Capabilities, ChangeFilter, Finding, FindingLevel, MarkerPlace, Pages, Platform, Probe};
pub use webhooks::{Headers, Webhooks};
