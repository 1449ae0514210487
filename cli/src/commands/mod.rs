//! One command a file.

mod accounts;
mod adapters;
mod adopt;
mod alerts;
mod audit;
mod check;
mod choose;
mod demo;
mod explain;
mod init;
mod ledger;
mod mirror;
mod mock;
mod pending;
mod rules;
mod runs;
mod serve;
mod status;
mod sync;
mod users;

use chrono::{DateTime, Utc};
use clap::CommandFactory;

pub use self::adapters::read_document;
use crate::args::{Args, Command};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::render;

pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    let now: DateTime<Utc> = args.now.unwrap_or_else(Utc::now);
    let config = || Config::read(&args.config);
    match &args.command {
        Command::Init { platform, force } => init::run(&args.config, platform, *force),
        Command::Check { scope } => check::run(&config()?, scope, now).await,
        Command::Plan { scope, planned } => sync::plan(&config()?, scope, planned, now).await,
        Command::Sync { scope, what } => sync::sync(&config()?, scope, what, now).await,
        Command::Reconcile { scope, how } => sync::reconcile(&config()?, scope, how, now).await,
        Command::Adopt { scope, how } => adopt::run(&config()?, scope, how, now).await,
        Command::Status { scope, of } => {
            status::run(&Config::read_leaving_out(&args.config)?, scope, of.as_ref(), now).await
        }
        Command::Explain { kind, id, scope } => explain::run(config, *kind, id, scope, now).await,
        Command::Runs { show, limit, scope } => runs::run(&config()?, scope, show.as_ref(), *limit).await,
        Command::Pending { action, scope } => pending::run(&config()?, scope, action, now).await,
        Command::Accounts { action, scope } => accounts::run(&config()?, scope, action, now).await,
        Command::Mirror { action, scope } => mirror::run(&config()?, scope, action, now).await,
        Command::Ledger { action, json } => ledger::run(&config()?, action, *json).await,
        Command::Adapters { action, json } => adapters::run(action, *json, config, now).await,
        Command::Rules { markdown, json } => rules::run(*markdown, *json),
        Command::Mock(asked) => mock::run(asked, now).await,
        Command::Demo { units, seed, serve, listen } => {
            demo::run(*units, *seed, now, serve.then_some(*listen)).await
        }
        Command::Serve { listen, role } => serve::run(&args.config, *listen, role.map(Into::into), now).await,
        Command::Users { action } => users::run(&config()?, action, now).await,
        Command::Audit { limit, scope } => audit::run(&config()?, scope, *limit).await,
        Command::Alerts { action } => alerts::run(&config()?, action).await,
        Command::Completions { shell } => {
            // Into memory first: a reader that has seen enough is no reason to panic.
            let mut completions = Vec::new();
            clap_complete::generate(*shell, &mut Args::command(), "latchel-sync", &mut completions);
            render::write(&completions);
            Ok(Exit::Done)
        }
    }
}
