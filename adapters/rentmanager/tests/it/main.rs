//! The adapter against answers of the documented shapes (contract sheet `rentmanager.md`).
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod errors;
mod far;
mod fields;
mod groups;
mod nonsense;
mod properties;
mod residents;
mod work_orders;
mod writes;

use adapter_rentmanager as _;
