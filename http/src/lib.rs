//! The kit that every adapter of latchel-sync is built with.
//!
//! - [`Transport`], [`Call`], [`Answer`]: the HTTP client, with TLS, time-outs, bounds, retries, rate limits, log-ins
//!   ([`LogIn`]) and the mapping of failures to [`Error`](latchel_sync_core::Error)s.
//! - [`Paging`], [`List`]: lists, described by how the vendor splits them into pages; [`pages()`] for any other way.
//! - [`Ways`]: ways to ask for the same thing, where it is not known which of them a far side takes.
//! - [`Checkup`]: the test of a connection, as a list of needs with a remedy for each.
//! - [`loose`], [`read_row`]: lenient readers, which leave one bad row alone.
//! - [`error_words`], [`graphql_failure`]: the texts of errors, and errors inside a success.
#![warn(missing_docs)]

mod answer;
mod blot;
mod call;
mod checkup;
mod contact;
mod decode;
mod failure;
mod graphql;
mod limit;
mod list;
mod look_ahead;
pub mod loose;
mod mend;
mod pages;
mod parts;
mod retry;
mod rows;
mod session;
#[cfg(feature = "testing")]
pub mod testing;
mod text_row;
mod tls;
mod transport;
mod vendor;
mod ways;
mod webhook;
mod words;

pub use answer::{Answer, created};
pub use call::{CALLS, Call, RATE_LIMIT_WAIT};
pub use checkup::Checkup;
pub use graphql::graphql_failure;
pub use limit::{CallLimits, RateLimitHeaders};
pub use list::{List, Paging, RawPages};
pub use look_ahead::{looked_up, pages_ahead};
pub use loose::instant;
pub use mend::json;
pub use pages::{Page, chunks, covered, link_below, pages, query_of_link};
pub use parts::{Cut, Effort, Part, Rows, in_parts};
pub use retry::set_first_pause;
pub use rows::{Unreadable, read_row, rows};
pub use session::LogIn;
pub use text_row::{Identified, ListRow, TextRow};
pub use transport::{Transport, TransportBuilder};
pub use vendor::{Vendor, choose_vendor};
pub use ways::Ways;
pub use webhook::Webhook;
pub use words::{error_words, is_web_page};
