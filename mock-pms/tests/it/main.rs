//! The tests of the mock, over HTTP.

mod admin;
mod appfolio;
mod appfolio_reports;
mod buildium;
mod client;
mod doorloop;
mod faults;
mod foreign;
mod gateway;
mod kit;
mod pages;
mod papi;
mod propertyware;
mod quirks;
mod rentmanager;
mod rentvine;
mod specified;
mod webhooks;
mod world;
