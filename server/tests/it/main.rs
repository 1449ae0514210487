//! The server as whole requests, over both systems in memory.
#![expect(clippy::expect_used, reason = "helpers of tests fail like tests")]

mod access;
mod adopt;
mod alerts;
mod api;
mod attention;
mod changes;
mod connection;
mod document;
mod extension;
mod linking;
mod manual_links;
mod metrics;
mod named;
mod pages;
mod record;
mod schedule;
mod searching;
mod shared;
mod upgrade;
mod visitor;
mod webhooks;
mod world;
