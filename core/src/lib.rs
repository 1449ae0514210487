//! The sync rules, the domain model, the traits and the engine of latchel-sync.
