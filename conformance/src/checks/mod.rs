//! The checks: one module for each method, and one each for every call, list and look-up.

pub mod aliases;
pub mod check;
pub mod close_work_order;
pub mod create_work_order;
pub mod every_call;
pub mod every_list;
pub mod every_look_up;
pub mod find_by_marker;
pub mod properties;
pub mod property_groups;
pub mod reach;
pub mod residents;
mod table;
pub mod users;
pub mod work_orders;
pub mod work_orders_by_id;

use std::fmt;

use futures::StreamExt;
use futures::future::BoxFuture;

use crate::far_side::Setup;
use crate::report::{Line, Report, Verdict};

pub use table::checks;

/// Number of checks that are made at once: most of their time is spent waiting.
const AT_ONCE: usize = 8;

/// One check.
#[derive(Clone, Copy)]
pub struct Check {
    /// Its name, `METHOD::WHAT`, or `METHOD::WHAT::KIND` for one that is made with each kind of record.
    pub name: &'static str,
    /// The sentence of the trait's documentation that it checks.
    pub behavior: &'static str,
    run: for<'a> fn(&'a dyn Setup) -> BoxFuture<'a, Verdict>,
}

impl Check {
    /// Makes it on a far side of its own.
    pub async fn run(&self, setup: &dyn Setup) -> Line {
        let verdict = (self.run)(setup).await;
        Line { name: self.name, behavior: self.behavior, verdict }
    }

    /// Place of the sentence: a method, or `every_call`, `every_list`, `every_look_up`.
    pub fn method(&self) -> &'static str {
        self.name.split("::").next().unwrap_or_default()
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Check").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Makes every check, each on a far side of its own.
pub async fn run(setup: &dyn Setup) -> Report {
    let lines = futures::stream::iter(checks()).map(|check| async move { check.run(setup).await });
    Report { subject: setup.subject(), lines: lines.buffered(AT_ONCE).collect().await }
}
