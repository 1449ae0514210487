//! The real engine and rules over both systems in memory: what the engine's tests share ([`pair`]), and stories of what
//! people do while syncs run, fail, die and fight ([`story`]).

mod account;
mod alarm;
mod chance;
mod claims;
mod clock;
mod eligible;
mod far_latchel;
mod far_ledger;
mod far_platform;
mod fault_injector;
mod generate;
mod history;
pub mod log;
mod naive;
mod oracle;
mod pages;
pub mod pair;
mod people;
pub mod profile;
mod quoted;
pub mod story;
pub mod tally;
mod view;
mod watch;
mod worker;
