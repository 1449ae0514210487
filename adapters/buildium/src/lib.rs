//! The Buildium adapter of latchel-sync.
