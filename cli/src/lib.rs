//! The command `latchel-sync`, as a library: a binary with private adapters names their crates and calls [`main`].
//! Other tools can use its readers of configurations and arguments.
#![warn(missing_docs)]

#[macro_use]
mod render;

mod args;
mod clock;
mod commands;
mod config;
mod connect;
mod environment;
mod exit;
mod keeper;
mod logging;
mod private_file;
mod since;
mod suggest;
mod vault;
mod verification;

use std::process::ExitCode;

use adapters as _;
use clap::Parser;

use crate::args::Args;
use crate::exit::{Exit, report};

pub use crate::commands::read_document;
pub use crate::config::Config;
pub use crate::exit::Failure;
pub use crate::since::Since;

/// Runs the command with the process's arguments.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let usage = error.use_stderr();
            // There is nobody left to tell if even this cannot be printed.
            let _ = error.print();
            return if usage { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    logging::begin(args.verbose, args.log_format);
    if let Some(pause) = args.first_pause {
        latchel_sync_http::set_first_pause(pause.into());
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::run(error)).into(),
    };
    let exit = runtime.block_on(commands::run(args)).unwrap_or_else(|failure| report(&failure));
    render::lost().map_or(exit, |failure| exit.max(report(&failure))).into()
}
