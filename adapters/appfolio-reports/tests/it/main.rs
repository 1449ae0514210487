//! The adapter against a stub of AppFolio's reports.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

use adapter_appfolio_reports as _;

mod far;
mod fields;
mod paging;
mod properties;
mod residents;
mod setup;
mod work_orders;
