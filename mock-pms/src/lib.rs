//! Stand-ins for Buildium and Latchel over one world, for integration tests.
