//! The adapter against answers of the documented shapes (contract sheet `rentvine.md`).
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod far;
mod fields;
mod markers;
mod nonsense;
mod paging;
mod properties;
mod residents;
mod setup;
mod webhooks;
mod work_orders;
mod writes;

use adapter_rentvine as _;
