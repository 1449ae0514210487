//! The duties of every platform adapter of latchel-sync, as a suite that any adapter can run.
//!
//! Each sentence under a *Behavior* in the documentation of [`Platform`](latchel_sync_core::Platform) is checked by one
//! or more [checks](checks()), which are named after the method and quote the sentence. A check uses only the trait, and
//! prepares the system behind the adapter with a [`FarSide`]. A check that the platform's capabilities exclude, or that a
//! far side cannot be prepared for, is reported as *not checked* with the reason.
//!
//! # An adapter whose platform has a dialect in `mock-pms`
//!
//! With the feature `mock`, `mock::MockSetup` is such a far side for any dialect, so nothing is left to write:
//! the suite's own tests find every registered adapter, and the dialect of the same name.
//!
//! ```text
//! cargo nextest run -p latchel-sync-conformance -E 'test(buildium::)'
//! ```
//!
//! # A private adapter
//!
//! In a repository of your own, depend on this crate by path or git and implement [`Setup`] and [`FarSide`] over
//! whatever stands in for your platform: a fake of yours, or an account in its sandbox. Start with the required
//! methods: the report says what is not checked without the others. `examples/private-adapter` has one. Then one test is
//! enough:
//!
//! ```no_run
//! # use latchel_sync_conformance::{Able, Cannot, FarSide, Ground, Setup};
//! # struct MyFarSide;
//! # impl MyFarSide { async fn start(_: Ground) -> Able<Self> { Err(Cannot::to("start")) } }
//! # #[async_trait::async_trait]
//! # impl FarSide for MyFarSide {
//! #     fn platform(&self) -> std::sync::Arc<dyn latchel_sync_core::Platform> { unimplemented!() }
//! #     fn secrets(&self) -> Vec<String> { Vec::new() }
//! #     async fn now(&self) -> chrono::DateTime<chrono::Utc> { chrono::Utc::now() }
//! # }
//! struct MySetup;
//!
//! #[async_trait::async_trait]
//! impl Setup for MySetup {
//!     fn subject(&self) -> String {
//!         "my PMS".to_owned()
//!     }
//!
//!     async fn fresh(&self, ground: Ground) -> Able<Box<dyn FarSide>> {
//!         Ok(Box::new(MyFarSide::start(ground).await?))
//!     }
//! }
//!
//! # async fn example() {
//! let report = latchel_sync_conformance::run(&MySetup).await;
//! println!("{report}");
//! report.assert();
//! # }
//! ```
#![warn(missing_docs)]

mod bench;
pub mod checks;
mod expect;
mod far_side;
pub mod live;
#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "mock")]
pub mod mock;
pub mod records;
mod report;

pub use checks::{Check, checks, run};
pub use far_side::{Answered, FarSide, Ground, Pace, Recording, SeenCall, Setup, Trouble};
pub use report::{Able, Cannot, Gap, Line, Report, Stop, Verdict};
