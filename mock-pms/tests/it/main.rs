//! The tests of the mock, over HTTP.

mod latchel;
mod world;
