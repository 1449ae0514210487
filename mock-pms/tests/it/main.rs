//! The tests of the mock, over HTTP.

mod buildium;
mod latchel;
mod world;
