//! The server: schedules, webhooks, the dashboard.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use latchel_sync_core::engine::StopSignal;
use latchel_sync_ledger::jobs::SharedJobs;
use latchel_sync_server::{App, Clock, Keeper, LeftOut, Origin, Served, ServerConfig, ServerRole};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::sync::{holder, stop_on_interrupt};
use crate::config::{Config, LedgerLocation};
use crate::connect::{self, Books};
use crate::exit::{Exit, Failure};
use crate::keeper::LedgerKeeper;

/// Serves by the configuration in a file, and by what stands there now whenever the process gets the signal HUP.
pub(crate) async fn run(
    path: &Path,
    listen: Option<SocketAddr>,
    role: Option<ServerRole>,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let mut hangups = signal(SignalKind::hangup()).map_err(Failure::run)?;
    let clock = Clock::starting_at(now);
    let first = read(path, role)?;
    let end = StopSignal::default();
    connect::with_books(&first, async |books| {
        let address = |config: &Config| listen.unwrap_or(config.server.listen);
        let mut open = Open::new(&first, &books, address(&first)).await?;
        let mut later = None;
        stop_on_interrupt(end.clone())?;
        open.say();
        loop {
            let config = later.as_ref().unwrap_or(&first);
            let next = next((path, role), (config, &open), (&books, &address), &mut hangups);
            let Some((config, opened)) = open.serve(&books, clock, &end, next).await? else {
                return Ok(Exit::Done);
            };
            note!(
                "the configuration was read anew; accounts that are synced: {}",
                opened.served.synced.len()
            );
            (later, open) = (Some(config), opened);
        }
    })
    .await
}

/// Reads a configuration; `role` is another than what stands there, if it was given.
fn read(path: &Path, role: Option<ServerRole>) -> Result<Config, Failure> {
    let mut config = Config::read_leaving_out(path)?;
    config.server.role = role.unwrap_or(config.server.role);
    let is_alone = matches!(config.ledger, LedgerLocation::File(_));
    match config.server.role {
        ServerRole::Web | ServerRole::Worker if is_alone => Err(Failure::usage(
            "a role other than `all` is for processes that share a ledger, and a ledger on SQLite is for one process",
        )
        .hint("leave `--role` and `server.role` out, or put the ledger into PostgreSQL: `ledger = \"postgres://…\"`")),
        _ => Ok(config),
    }
}

/// Serves over these books until the process is told to stop.
pub(super) async fn over(
    config: &Config,
    books: Books,
    listen: SocketAddr,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let open = Open::new(config, &books, listen).await?;
    let end = StopSignal::default();
    stop_on_interrupt(end.clone())?;
    open.say();
    let never = std::future::pending::<()>();
    open.serve(&books, Clock::starting_at(now), &end, never).await.map(drop)
}

/// The next configuration that can be served by. One that cannot is told of, and the one before stays.
async fn next(
    file: (&Path, Option<ServerRole>),
    (config, open): (&Config, &Open),
    (books, address): (&Books, &impl Fn(&Config) -> SocketAddr),
    hangups: &mut Signal,
) -> (Config, Open) {
    loop {
        hangups.recv().await;
        match reread(file, config, books, open, address).await {
            Ok(next) => return next,
            Err(failure) => {
                note!("warning: the configuration that was there before stays: {}", failure.line());
            }
        }
    }
}

async fn reread(
    (path, role): (&Path, Option<ServerRole>),
    before: &Config,
    books: &Books,
    open: &Open,
    address: &impl Fn(&Config) -> SocketAddr,
) -> Result<(Config, Open), Failure> {
    let config = read(path, role)?;
    if !config.ledger.is_same(&before.ledger) {
        return Err(Failure::usage("another ledger is taken up by a start alone"));
    }
    let (old, new) = (address(before), address(&config));
    if old != new && old.port() == new.port() && new.port() != 0 {
        return Err(Failure::usage(format!(
            "{new}, the same port at another address, is taken up by a start alone"
        )));
    }
    if old == new {
        let next = open.with(&config, books).await?;
        return Ok((config, next));
    }
    let next = Open::new(&config, books, new).await?;
    next.say();
    Ok((config, next))
}

/// Longest time that one configuration may take to end before the next is served by: a run takes half a minute for the
/// record at hand.
const LONGEST_END: Duration = Duration::from_secs(90);

/// A configuration that can be served by, and the address that is listened on.
struct Open {
    listener: TcpListener,
    address: SocketAddr,
    settings: ServerConfig,
    served: Served,
    keeper: Arc<dyn Keeper>,
}

impl Open {
    async fn new(config: &Config, books: &Books, listen: SocketAddr) -> Result<Self, Failure> {
        // Before anybody could come in.
        permitted(config, books, listen).await?;
        let listener =
            TcpListener::bind(listen).with_context(|| format!("{listen} cannot be listened on")).map_err(
                |error| Failure::run(error).hint("`--listen` or `server.listen` takes another address"),
            )?;
        listener.set_nonblocking(true).map_err(Failure::run)?;
        Self::on(listener, config, books).await
    }

    /// Says where it listens, and for what.
    fn say(&self) {
        let what = match self.settings.role {
            ServerRole::Worker => "probes and metrics",
            ServerRole::All | ServerRole::Web => "dashboard",
        };
        say!("{what}: http://{}/", self.address);
    }

    /// The same address with another configuration.
    async fn with(&self, config: &Config, books: &Books) -> Result<Self, Failure> {
        permitted(config, books, self.address).await?;
        Self::on(self.listener.try_clone().map_err(Failure::run)?, config, books).await
    }

    async fn on(listener: TcpListener, config: &Config, books: &Books) -> Result<Self, Failure> {
        let of_file = of_file(config, books);
        let keeper = LedgerKeeper::new(config, books, of_file.clone());
        let served = keeper.news().await?.unwrap_or(of_file);
        let mistakes = || served.mistakes().map(|(name, problem)| (name, problem.to_owned()));
        let of_ledger = served.left_out.values().any(|one| one.origin == Origin::Ledger);
        if served.synced.is_empty() && mistakes().next().is_some() && !of_ledger {
            let problems: Vec<_> = mistakes().map(|(_, problem)| problem).collect();
            return Err(Failure::usage(problems.join("\n")));
        }
        for (name, problem) in mistakes() {
            note!("warning: account {name:?} is not synced: {problem}");
        }
        if served.synced.is_empty() && served.left_out.is_empty() {
            note!("there is no account yet: `latchel-sync accounts add` adds one, which is then synced");
        }
        let address = listener.local_addr().map_err(Failure::run)?;
        let settings = ServerConfig { listen: address, ..config.server.clone() };
        Ok(Self { listener, address, settings, served, keeper: Arc::new(keeper) })
    }

    /// Serves until `end` is set, or until there is something to serve by next, which is returned. Either way what is under
    /// way ends after the record at hand; who connects meanwhile waits for the next.
    async fn serve<T>(
        &self,
        Books { ledger, desk, postgres }: &Books,
        clock: Clock,
        end: &StopSignal,
        next: impl Future<Output = T>,
    ) -> Result<Option<T>, Failure> {
        let listener = self.listener.try_clone().map_err(Failure::run)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(Failure::run)?;
        let shared = match postgres {
            Some(postgres) => Some(SharedJobs::open(postgres).await?),
            None => None,
        };
        let books = (ledger.clone(), desk.clone(), shared);
        let served = (self.served.clone(), Some(self.keeper.clone()));
        let app = App::serving(self.settings.clone(), served, books, clock, holder());
        let stop = app.stop.clone();
        let mut serving = pin!(latchel_sync_server::serve(app, listener));
        let next = tokio::select! {
            () = &mut serving => return Ok(None),
            () = end.asked() => None,
            next = next => Some(next),
        };
        stop.stop();
        // Nobody waits for long because somebody reads an old answer slowly.
        match next.is_some() {
            true => drop(tokio::time::timeout(LONGEST_END, serving).await),
            false => serving.await,
        }
        Ok(next)
    }
}

/// The accounts of the file.
fn of_file(config: &Config, Books { ledger, .. }: &Books) -> Served {
    let mut served = Served::default();
    for one in &config.left_out {
        served.left_out.insert(one.name.clone(), LeftOut::wrong(one.failure.line()));
    }
    for account in &config.accounts {
        let name = account.settings.name.clone();
        match connect::served(account, ledger) {
            Ok(account) => drop(served.synced.insert(name, Arc::new(account))),
            Err(failure) => {
                // Its webhooks may be sound where the rest is not: then nothing of what comes is lost.
                let webhooks = connect::readers(account).unwrap_or_default();
                served.left_out.insert(name, LeftOut { webhooks, ..LeftOut::wrong(failure.line()) });
            }
        }
    }
    served
}

/// On this machine alone nobody has to log in before there are users; elsewhere everybody could come in.
async fn permitted(config: &Config, books: &Books, listen: SocketAddr) -> Result<(), Failure> {
    let wanted = ServerConfig { listen, ..config.server.clone() };
    if !wanted.is_reached_from_elsewhere() || !books.desk.users().await?.is_empty() {
        return Ok(());
    }
    let at = wanted.public_url.clone().unwrap_or_else(|| wanted.listen.to_string());
    Err(Failure::usage(format!(
        "others could reach the server at {at}, and there is nobody yet who may log in"
    ))
    .hint("`latchel-sync users add NAME --role operator` adds somebody"))
}
