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
mod far_mirror;
mod far_platform;
mod far_source;
mod fault_injector;
mod foreign;
mod generate;
mod history;
mod listings;
pub mod log;
mod naive;
pub mod only_lists;
mod oracle;
mod pages;
pub mod pair;
mod people;
pub mod profile;
mod quoted;
mod shown;
pub mod story;
pub mod tally;
mod view;
mod watch;
mod worker;
