//! Two-way sync between a property management system and Latchel.
