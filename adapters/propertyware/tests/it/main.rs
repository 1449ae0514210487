//! The adapter against answers of the documented shapes (contract sheet `propertyware.md`).
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod far;
mod fields;
mod markers;
mod nonsense;
mod properties;
mod residents;
mod setup;
mod work_orders;
mod writes;

use adapter_propertyware as _;
