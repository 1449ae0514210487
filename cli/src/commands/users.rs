//! `users`: says who may use the dashboard and the API.

use std::io::{BufRead, IsTerminal};

use chrono::{DateTime, Utc};
use latchel_sync_core::{Error, ErrorKind};
use latchel_sync_ledger::desk::{Desk, Role, User};
use latchel_sync_server::access::users::{self, Proof, SHORTEST_PASSWORD};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::args::{UserRole, UsersAction};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::render::Table;
use crate::{connect, render};

pub(crate) async fn run(config: &Config, action: &UsersAction, now: DateTime<Utc>) -> Result<Exit, Failure> {
    connect::with_books(config, async |books| {
        let desk = &*books.desk;
        match action {
            UsersAction::Add { name, role, token } => {
                let proof = if *token { Proof::Token } else { Proof::Password(password()?) };
                add(desk, name, (*role).into(), proof, now).await
            }
            UsersAction::List { json } => list(&desk.users().await?, *json),
            UsersAction::Remove { name } => remove(desk, name, now).await,
        }
    })
    .await
}

async fn add(
    desk: &dyn Desk,
    name: &str,
    role: Role,
    proof: Proof,
    now: DateTime<Utc>,
) -> Result<Exit, Failure> {
    let was_there = desk.users().await?.iter().any(|user| user.name == name);
    let token = users::add(desk, name, role, proof, now).await.map_err(wrong)?;
    let done = if was_there { "replaced" } else { "added" };
    note!("{done} {name}, {}", role.as_str());
    if let Some(token) = token {
        note!("its token, which is not shown again:");
        say!("{}", token.expose_secret());
    }
    Ok(Exit::Done)
}

fn wrong(error: Error) -> Failure {
    match error.kind() {
        ErrorKind::Config => Failure::usage(error.to_string()),
        _ => error.into(),
    }
}

/// Reads a password: as somebody types it, twice and not shown, or else from the first line of stdin. It is no argument,
/// because others see those.
fn password() -> Result<SecretString, Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        let mut line = String::new();
        stdin.lock().read_line(&mut line).map_err(Failure::run)?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned().into());
    }
    let ask = |what: String| rpassword::prompt_password(what).map(SecretString::from).map_err(Failure::run);
    let first = ask(format!("Password, at least {SHORTEST_PASSWORD} characters: "))?;
    let again = ask("The same again: ".to_owned())?;
    if first.expose_secret() != again.expose_secret() {
        return Err(Failure::usage("the two are not the same").hint("nothing was changed; try again"));
    }
    Ok(first)
}

/// A user without the hash.
#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    role: Role,
    logs_in_by: &'static str,
    created_at: DateTime<Utc>,
}

fn list(users: &[User], json: bool) -> Result<Exit, Failure> {
    let shown = users.iter().map(|user| Shown {
        name: &user.name,
        role: user.role,
        logs_in_by: if user.is_token { "token" } else { "password" },
        created_at: user.created_at,
    });
    let shown: Vec<_> = shown.collect();
    if json {
        render::json(&shown)?;
        return Ok(Exit::Done);
    }
    if shown.is_empty() {
        say!("nobody yet");
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["name", "role", "by", "added (UTC)"]);
    for user in &shown {
        let added = user.created_at.format("%Y-%m-%d %H:%M:%S").to_string();
        table.row([user.name, user.role.as_str(), user.logs_in_by, &added]);
    }
    table.print();
    Ok(Exit::Done)
}

async fn remove(desk: &dyn Desk, name: &str, now: DateTime<Utc>) -> Result<Exit, Failure> {
    if !users::remove(desk, name, now).await? {
        note!("there is nobody called {name}");
        return Ok(Exit::Partial);
    }
    note!("removed {name}");
    Ok(Exit::Done)
}

impl From<UserRole> for Role {
    fn from(role: UserRole) -> Self {
        match role {
            UserRole::Viewer => Self::Viewer,
            UserRole::Operator => Self::Operator,
        }
    }
}
