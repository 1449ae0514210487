//! End-to-end tests of latchel-sync.
