//! The adapter against answers of the contract's shapes (`contracts/latchel.openapi.json`).
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod far;
mod fields;
mod reads;
mod webhooks;
mod writes;

use adapter_latchel_gateway as _;
