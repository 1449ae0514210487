//! The tests of the mock, over HTTP.

mod admin;
mod buildium;
mod client;
mod faults;
mod latchel;
mod propertyware;
mod world;
