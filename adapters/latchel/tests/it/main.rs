//! The adapter against answers as users of the Partner API report them (contract sheet `latchel-papi.md`).
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod far;
mod reads;
mod webhooks;
mod writes;

use adapter_latchel as _;
