//! The sync rules, case by case: for each reason one case in which its predicate holds, and one at its boundary in
//! which it does not.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod cases;
mod differences;
mod explained;
mod export;
mod gone;
mod import;
mod make;
mod property;
mod resident;
mod shared_limits;
mod stay;
mod window;
