//! The HTTP client that every adapter of latchel-sync is built on: one place for TLS, time-outs, bounds, retries,
//! rate limits and the mapping of failures to [`Error`](latchel_sync_core::Error)s.
#![warn(missing_docs)]

mod answer;
mod call;
mod contact;
mod decode;
mod failure;
mod limit;
pub mod loose;
mod mend;
mod pages;
mod parts;
mod retry;
mod rows;
mod session;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;
mod webhook;

pub use answer::Answer;
pub use call::{CALLS, Call, RATE_LIMIT_WAIT};
pub use limit::RateLimitHeaders;
pub use loose::instant;
pub use mend::json;
pub use pages::{Page, chunks, covered, pages, pages_ahead, query_of_link};
pub use parts::{Cut, Effort, Listed, Part, in_parts};
pub use retry::set_first_pause;
pub use rows::{TextRow, Unreadable, read_row, rows};
pub use session::LogIn;
pub use transport::{Transport, TransportBuilder};
pub use webhook::Webhook;
