//! The tests of the mock, over HTTP.

mod buildium;
mod buildium_spec;
mod latchel;
mod world;
