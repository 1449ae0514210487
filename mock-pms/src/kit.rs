//! Parts that a dialect is written with, for one that is not part of this crate: a private adapter's.
//!
//! A dialect is a [`Spec`] with a router of endpoints, each made by [`read()`] or [`write()`] of a function over the
//! [`World`](crate::World) and the request; [`Dialect::of`](crate::Dialect::of) makes it one that
//! [`MockServer`](crate::MockServer) serves.

pub use crate::dialects::endpoint::{BodyFault, Problem, Request, read, write};
pub use crate::dialects::fields::{FieldFault, Fields, plain_date};
pub use crate::dialects::spec::Spec;
pub use crate::shared::Shared;
pub use crate::shared::purpose::PurposeOf;
pub use crate::shared::quirk::SHUFFLED_LISTS;
