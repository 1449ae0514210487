//! The Latchel adapter of latchel-sync.
