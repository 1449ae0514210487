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
mod reading;
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
use crate::exit::{Exit, Failure};
use crate::render;
use reading::Reading;

pub(crate) async fn run(args: Args) -> Result<Exit, Failure> {
    let now: DateTime<Utc> = args.now.unwrap_or_else(Utc::now);
    let kept = Reading::of(&args.config);
    let done = dispatch(&args, &kept, now).await;
    kept.over(done).await
}

async fn dispatch(args: &Args, read: &Reading<'_>, now: DateTime<Utc>) -> Result<Exit, Failure> {
    let config = async || read.all().await;
    match &args.command {
        Command::Init { platform, force } => init::run(&args.config, platform, *force),
        Command::Check { scope } => check::run(&read.to_work(scope).await?, scope, now).await,
        Command::Plan { scope, planned } => {
            sync::plan(&read.to_work(scope).await?, scope, planned, now).await
        }
        Command::Sync { scope, what } => sync::sync(&read.to_work(scope).await?, scope, what, now).await,
        Command::Reconcile { scope, how } => {
            sync::reconcile(&read.to_work(scope).await?, scope, how, now).await
        }
        Command::Adopt { scope, how } => adopt::run(&read.to_work(scope).await?, scope, how, now).await,
        Command::Status { scope, of } => {
            let config = read.leaving_out().await?;
            let config = if config.disabled.is_empty() { config.not_empty()? } else { config };
            status::run(&config, scope, of.as_ref(), now).await
        }
        Command::Explain { kind, id, scope } => explain::run(config, *kind, id, scope, now).await,
        Command::Runs { show, limit, scope } => {
            runs::run(&config().await?, scope, show.as_ref(), *limit).await
        }
        Command::Pending { action, scope } => pending::run(&config().await?, scope, action, now).await,
        Command::Accounts { action, scope } => accounts::run(read, scope, action, now).await,
        Command::Mirror { action, scope } => {
            mirror::run(&read.to_work(scope).await?, scope, action, now).await
        }
        Command::Ledger { action, json } => ledger::run(&read.file()?, action, *json).await,
        Command::Adapters { action, json } => adapters::run(action, *json, config, now).await,
        Command::Rules { markdown, json } => rules::run(*markdown, *json),
        Command::Mock(asked) => mock::run(asked, now).await,
        Command::Demo { units, seed, serve, listen } => {
            demo::run(*units, *seed, now, serve.then_some(*listen)).await
        }
        Command::Serve { listen, role } => serve::run(&args.config, *listen, role.map(Into::into), now).await,
        Command::Users { action } => users::run(&read.file()?, action, now).await,
        Command::Audit { limit, scope } => audit::run(&config().await?, scope, *limit).await,
        Command::Alerts { action } => alerts::run(&read.file()?, action).await,
        Command::Completions { shell } => {
            // Into memory first: a reader that has seen enough is no reason to panic.
            let mut completions = Vec::new();
            clap_complete::generate(*shell, &mut Args::command(), "latchel-sync", &mut completions);
            render::write(&completions);
            Ok(Exit::Done)
        }
    }
}
