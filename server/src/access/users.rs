//! Users who may log in, as the command adds and removes them.

use chrono::{DateTime, Utc};
use latchel_sync_core::{Error, ErrorKind, Result};
use latchel_sync_ledger::desk::{AuditEntry, Desk, Role, User};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::identity::LOCAL;
use super::{password, secret};

/// Way in which somebody proves who they are.
#[derive(Debug)]
pub enum Proof {
    /// By a password, which they type.
    Password(SecretString),
    /// By a token, which is made here and sent with each request of their program.
    Token,
}

/// The fewest characters of a password.
pub const SHORTEST_PASSWORD: usize = 12;

/// Adds somebody, or replaces them, which ends their sessions. Returns the token if that is how they prove who they are: it is
/// stored nowhere and cannot be shown again.
///
/// # Errors
///
/// [`ErrorKind::Config`] if the name or the password is none; and if the ledger cannot be written.
pub async fn add(
    desk: &dyn Desk,
    name: &str,
    role: Role,
    proof: Proof,
    now: DateTime<Utc>,
) -> Result<Option<SecretString>> {
    is_name(name)?;
    let is_token = matches!(proof, Proof::Token);
    let (hash, token) = match proof {
        Proof::Password(password) => {
            is_long_enough(&password)?;
            (password::hash(password).await?, None)
        }
        Proof::Token => {
            let token = format!("lsync_{}", secret::fresh());
            (secret::digest(&token), Some(token.into()))
        }
    };
    let user = User { name: name.to_owned(), role, hash, is_token, created_at: now };
    desk.put_user(&user).await?;
    note(desk, "user_added", name, now).await?;
    Ok(token)
}

/// Removes somebody, which ends their sessions; `false` if there is nobody of this name.
///
/// # Errors
///
/// If the ledger cannot be written.
pub async fn remove(desk: &dyn Desk, name: &str, now: DateTime<Utc>) -> Result<bool> {
    let was_there = desk.remove_user(name).await?;
    if was_there {
        note(desk, "user_removed", name, now).await?;
    }
    Ok(was_there)
}

/// Letters, digits and what e-mail addresses have beside, so that names read the same in every log.
fn is_name(name: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-@+".contains(c);
    let what = if name == LOCAL {
        "everybody is called so while there are no users: take another name"
    } else if name.is_empty() || name.len() > 64 || !name.chars().all(is_plain) {
        "a name has up to 64 letters, digits and . _ - @ +"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Config, what).with("name", format!("{name:?}")))
}

fn is_long_enough(password: &SecretString) -> Result<()> {
    if password.expose_secret().chars().count() >= SHORTEST_PASSWORD {
        return Ok(());
    }
    let what = format!("a password has at least {SHORTEST_PASSWORD} characters");
    Err(Error::new(ErrorKind::Config, what))
}

async fn note(desk: &dyn Desk, action: &str, name: &str, now: DateTime<Utc>) -> Result<()> {
    let entry = AuditEntry {
        id: Uuid::now_v7(),
        at: now,
        user: "command line".to_owned(),
        account: None,
        action: action.to_owned(),
        detail: name.to_owned(),
    };
    desk.note(&entry).await
}
