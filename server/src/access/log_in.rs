use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use latchel_sync_core::Result;
use latchel_sync_ledger::desk::User;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::audit::audit;
use super::password;
use super::throttle::Throttle;
use crate::app::App;

/// Number of passwords that are verified at once: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;

/// The log-ins that were tried lately.
pub(crate) struct LogIns {
    throttle: Mutex<Throttle>,
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
        Self { throttle: Mutex::default(), at_once: Semaphore::new(AT_ONCE) }
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
        let key: [u8; 32] = Sha256::digest(name).into();
        let counted = self.throttled(|throttle| throttle.try_now(key, peer, app.clock.now()));
        if let Err(wait) = counted {
            return Ok(Tried::TooSoon(wait));
        }
        let users = app.desk.users().await?;
        let is_somebody = users.iter().any(|user| user.name == name);
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
        self.throttled(|throttle| throttle.was_right(&key, peer));
        Ok(Tried::Right)
    }

    fn throttled<T>(&self, act: impl FnOnce(&mut Throttle) -> T) -> T {
        act(&mut self.throttle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for LogIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogIns").finish_non_exhaustive()
    }
}
