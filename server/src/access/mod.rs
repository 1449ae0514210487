//! Access to the server: who gets in, and what they may do.
//!
//! - [`guard`]: what stands before every route: nobody passes unknown but to the few open paths, and only operators pass with
//!   a request that changes something. A handler says itself whom it expects: [`Viewer`], [`Operator`], [`Syncer`] or
//!   [`Pauser`].
//! - Browsers with an extension, which may look at little, and sync; and pause, where that was allowed.
//! - Sessions with a cookie for people, tokens for programs; [`users`] adds and removes both.
//! - [`audit`]: what people did.

mod audit;
pub(crate) mod browser;
mod door;
mod extension;
mod guard;
mod headers;
mod identity;
mod local_path;
mod log_in;
mod log_in_page;
mod origins;
mod password;
mod peer;
mod person;
mod refusal;
mod same_origin;
mod secret;
mod session;
mod throttle;
pub mod users;

pub use audit::audit;
pub use guard::guard;
pub(crate) use log_in::LogIns;
pub(crate) use log_in_page::routes;
pub(crate) use origins::origin;
pub(crate) use peer::peer;
pub use person::{Operator, Pauser, Person, Syncer, Viewer};
pub use refusal::Refusal;
