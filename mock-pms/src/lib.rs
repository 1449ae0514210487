//! Stand-ins for property management systems and Latchel over one world, for integration tests.
//!
//! A [`World`] holds the data of both systems: it is read from a JSON file or made by
//! [`World::generate`]. [`MockServer`] serves it on three listeners of 127.0.0.1: the platform (one
//! [`Dialect`]), Latchel (one [`LatchelDialect`]), and an admin API that reads and changes the world, its clock and the request
//! log. `docs/mock-pms.md` is the guide.
//!
//! The crate shares no code with the sync: it imitates systems, with their refusals and their quirks,
//! so that it can show where an adapter is wrong.
#![warn(missing_docs)]

mod admin;
mod checked_world;
mod dialects;
mod generate;
pub mod kit;
mod pages;
mod server;
mod shared;
mod webhooks;
pub mod world;

pub use dialects::{Dialect, LatchelDialect, UnknownDialect, UnknownLatchel};
pub use generate::{Filling, Foreign, GenerateSpec, GenerateSpecError};
pub use server::{MockServer, Options, Ports, StartError, WorldHandle};
pub use shared::Moment;
pub use shared::faults::{Fault, FaultPlan, FaultPlanError, FaultRule, Flaw};
pub use shared::log::LoggedRequest;
pub use shared::purpose::Purpose;
pub use shared::quirk::Quirk;
pub use shared::rate_limit::RateLimit;
pub use webhooks::{SentWebhook, Subscription, SubscriptionError, WebhookFault};
pub use world::{Edit, Side, Switch, World, WorldError};
