//! The HTTP client that every adapter of latchel-sync is built on.
