//! Checks that must hold for any bytes from outside: nothing panics, everything ends, a row that cannot be read hides no
//! other, and no error shows a secret.
//!
//! Each function takes an input and panics where that does not hold. The fuzz targets in `fuzz/` call them with generated
//! inputs; `tests/it` calls them with every file of `fuzz/corpus/`, on any toolchain.
#![warn(missing_docs)]
#![allow(clippy::expect_used, clippy::panic, reason = "a panic is how a fuzz target speaks")]

mod config;
mod far;
mod headers;
mod http;
mod latchel;
mod mock;
mod openapi;
mod platform;
mod script;
mod seen;
mod words;

pub use config::config;
pub use headers::headers;
pub use http::http;
pub use latchel::latchel;
pub use mock::{faults, world};
pub use openapi::openapi;
pub use platform::platform;
pub use words::words;

/// A decoder of outside bytes.
pub type Decoder = fn(&[u8]);

/// Every fuzz target: its name, which is that of its corpus, and what it calls.
pub const TARGETS: &[(&str, Decoder)] = &[
    ("config", config),
    ("world", world),
    ("faults", faults),
    ("openapi", openapi),
    ("words", words),
    ("http", http),
    ("headers", headers),
    ("latchel", latchel),
    ("buildium", |input| platform("buildium", input)),
    ("propertyware", |input| platform("propertyware", input)),
    ("doorloop", |input| platform("doorloop", input)),
    ("appfolio", |input| platform("appfolio", input)),
    ("appfolio-reports", |input| platform("appfolio-reports", input)),
    ("rentmanager", |input| platform("rentmanager", input)),
    ("rentvine", |input| platform("rentvine", input)),
];
