//! latchel-sync as a daemon.
