//! The command `latchel-sync`, as a library: a binary with private adapters names their crates and calls [`main`].
//! Other tools can use its readers of configurations and arguments.
#![warn(missing_docs)]

mod args;
mod commands;
mod config;
mod connect;
mod environment;
mod exit;
mod render;
mod since;
mod suggest;

use std::process::ExitCode;

use adapters as _;
use clap::Parser;

use crate::args::{Args, LogFormat};
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
    logging(args.verbose, args.log_format);
    if let Some(pause) = args.first_pause {
        latchel_sync_http::set_first_pause(pause.into());
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::run(error)).into(),
    };
    runtime.block_on(commands::run(args)).unwrap_or_else(|failure| report(&failure)).into()
}

fn logging(verbose: u8, format: LogFormat) {
    let default = match verbose {
        0 => "warn",
        1 => "info",
        2 => "info,latchel_sync_http=debug",
        _ => "debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env(environment::LOG)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    let colours = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // A second initialisation, in a test, keeps the first.
    let _ = match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
}
