//! An OpenAPI document (3.0, 3.1, or Swagger 2) as far as calls are compared with it. It comes from outside, so that nothing in
//! it may lead to a loop without end, a deep recursion, or work that grows with more than its length.

mod document;
mod operation;
mod schema;

pub(super) use document::{Document, Place};
pub(super) use operation::{Access, Operation, Payload};
pub(super) use schema::{Schema, Shape, type_of};
