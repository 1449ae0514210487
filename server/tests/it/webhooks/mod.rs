//! Tests of the webhooks of the two systems, with the readers that the adapters bring, over both systems in memory.

use adapters as _;

mod left_out;
mod refused;
mod sender;
mod synced;
