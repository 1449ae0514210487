use std::fmt;
use std::net::IpAddr;

use chrono::TimeDelta;
use latchel_sync_core::Result;
use latchel_sync_ledger::desk::User;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use super::audit::audit;
use super::password;
use super::throttle::{LOG_INS, nobody};
use crate::app::App;

/// Number of passwords that are verified at once: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;

/// The log-ins that are being looked at.
pub(crate) struct LogIns {
    at_once: Semaphore,
}

/// Result of a try to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tried {
    /// They are who they say.
    Right,
    /// There is nobody of this name, or their password is another.
    Wrong,
    /// It was not looked at: the next try is after so long.
    TooSoon(TimeDelta),
}

impl Default for LogIns {
    fn default() -> Self {
        Self { at_once: Semaphore::new(AT_ONCE) }
    }
}

impl LogIns {
    /// Looks whether somebody from `peer` is the user of this name.
    pub(super) async fn attempt(
        &self,
        app: &App,
        name: &str,
        password: SecretString,
        peer: Option<IpAddr>,
    ) -> Result<Tried> {
        let users = app.desk.users().await?;
        let is_somebody = users.iter().any(|user| user.name == name);
        let guessed = if is_somebody { name.to_owned() } else { nobody(name) };
        let keys = LOG_INS.keys(guessed, peer);
        let wait = app.desk.count_try(&keys, app.clock.now()).await?;
        if wait > TimeDelta::zero() {
            return Ok(Tried::TooSoon(wait));
        }
        let with_password = |user: &&User| user.name == name && !user.is_token;
        let hash = users.iter().find(with_password).map(|user| user.hash.clone());
        // It is never closed.
        let _permit = self.at_once.acquire().await;
        if !password::is_right(password, hash).await? {
            // Not the name, unless it is one: people type passwords there.
            tracing::warn!(?peer, "somebody could not log in");
            let by = if is_somebody { name } else { "nobody known" };
            let from = peer.map(|peer| format!("from {peer}")).unwrap_or_default();
            audit(app, by, None, "log_in_failed", from).await?;
            return Ok(Tried::Wrong);
        }
        // The name begins anew; of the address that try alone is taken back, or whoever knows one password could go on guessing
        // others.
        let [name, address] = &keys;
        app.desk.try_was_right(name, address).await?;
        Ok(Tried::Right)
    }
}

impl fmt::Debug for LogIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogIns").finish_non_exhaustive()
    }
}
