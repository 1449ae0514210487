//! The four phases: properties, residents, and work orders in both directions. Each says how its records are read, gathered,
//! decided and written ([`flow`]).

pub(super) mod adoption;
pub(super) mod carriers;
pub(super) mod counterparts;
pub(super) mod create;
pub(super) mod export;
pub(super) mod flow;
pub(super) mod import;
pub(super) mod index;
pub(super) mod move_outs;
pub(super) mod owners;
pub(super) mod places;
pub(super) mod property;
pub(super) mod resident;
pub(super) mod taken_over;
