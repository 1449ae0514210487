//! The server: schedules, webhooks, the dashboard.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::Context;
use chrono::{DateTime, Utc};
use latchel_sync_server::{App, Clock, ServerConfig};
use tokio::net::TcpListener;

use super::sync::{holder, stop_on_interrupt};
use crate::config::Config;
use crate::connect::{self, Books};
use crate::exit::{Exit, Failure};

pub(crate) async fn run(
    config: &Config,
    listen: Option<SocketAddr>,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let listen = listen.unwrap_or(config.server.listen);
    connect::with_books(config, async |books| {
        over(config, books, listen, now).await?;
        Ok(Exit::Done)
    })
    .await
}

/// Serves over these books until the process is told to stop.
pub(super) async fn over(
    config: &Config,
    Books { ledger, desk }: Books,
    listen: SocketAddr,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let (mut accounts, mut left_out) = (Vec::new(), BTreeMap::new());
    for one in &config.left_out {
        left_out.insert(one.name.clone(), one.failure.line());
    }
    for account in &config.accounts {
        match connect::served(config, account, &ledger) {
            Ok(account) => accounts.push(account),
            Err(failure) => drop(left_out.insert(account.settings.name.clone(), failure.line())),
        }
    }
    if accounts.is_empty() {
        let problems: Vec<_> = left_out.into_values().collect();
        return Err(Failure::usage(problems.join("\n")));
    }
    for (name, problem) in &left_out {
        note!("warning: account {name:?} is not synced: {problem}");
    }
    let wanted = ServerConfig { listen, ..config.server.clone() };
    if wanted.is_reached_from_elsewhere() && desk.users().await?.is_empty() {
        return Err(nobody_could_log_in(&wanted));
    }
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("{listen} cannot be listened on"))
        .map_err(|error| Failure::run(error).hint("`--listen` or `server.listen` takes another address"))?;
    let address = listener.local_addr().map_err(Failure::run)?;
    let settings = ServerConfig { listen: address, ..wanted };
    let clock = Clock::starting_at(now);
    let app = App::with_left_out(settings, accounts, left_out, (ledger, desk), clock, holder());
    stop_on_interrupt(app.stop.clone())?;
    // Whoever started it waits for this line.
    say!("dashboard: http://{address}/");
    latchel_sync_server::serve(app, listener).await;
    Ok(())
}

/// On this machine alone nobody has to log in before there are users; elsewhere everybody could come in.
fn nobody_could_log_in(wanted: &ServerConfig) -> Failure {
    let at = wanted.public_url.clone().unwrap_or_else(|| wanted.listen.to_string());
    Failure::usage(format!("others could reach the server at {at}, and there is nobody yet who may log in"))
        .hint("`latchel-sync users add NAME --role operator` adds somebody")
}
