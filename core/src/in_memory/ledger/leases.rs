use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::ledger::{Lease, NewRun};
use crate::model::{Phase, RunId};
use crate::{Error, ErrorKind, Result};

/// Leases and their holders, by account and phase.
#[derive(Debug, Default)]
pub(super) struct Leases(BTreeMap<(String, Phase), HeldLease>);

#[derive(Debug)]
struct HeldLease {
    run: RunId,
    holder: String,
    since: DateTime<Utc>,
    expires: Instant,
}

impl Leases {
    /// Takes the lease of each of the run's phases, or none. A run that loses one has lost all of them.
    pub fn take(&mut self, run: &NewRun, length: Duration) -> Result<()> {
        let now = Instant::now();
        let key = |phase: &Phase| (run.account.clone(), *phase);
        let held = |phase: &&Phase| self.0.get(&key(phase)).is_some_and(|held| held.expires > now);
        if let Some(phase) = run.phases.iter().find(held) {
            return Err(busy(&run.account, *phase, &self.0[&key(phase)], now));
        }
        for phase in &run.phases {
            if let Some(lost) = self.0.get(&key(phase)).map(|held| held.run) {
                self.give_back(&run.account, lost);
            }
        }
        for phase in &run.phases {
            let held =
                HeldLease { run: run.id, holder: run.holder.clone(), since: run.now, expires: now + length };
            self.0.insert(key(phase), held);
        }
        Ok(())
    }

    /// True if the run holds a lease.
    pub fn holds(&self, lease: &Lease) -> bool {
        self.0.iter().any(|((account, _), held)| *account == lease.account && held.run == lease.run)
    }

    /// Refuses a run from which another has taken over.
    pub fn fence(&self, lease: &Lease) -> Result<()> {
        if self.holds(lease) {
            return Ok(());
        }
        let message = "another run has taken over the account";
        Err(Error::new(ErrorKind::Busy, message).with("account", &lease.account))
    }

    pub fn renew(&mut self, lease: &Lease, length: Duration) -> Result<()> {
        self.fence(lease)?;
        let expires = Instant::now() + length;
        let own = self.0.iter_mut().filter(|((account, _), _)| *account == lease.account);
        own.filter(|(_, held)| held.run == lease.run).for_each(|(_, held)| held.expires = expires);
        Ok(())
    }

    pub fn give_back(&mut self, account: &str, run: RunId) {
        self.0.retain(|(of, _), held| of != account || held.run != run);
    }
}

fn busy(account: &str, phase: Phase, held: &HeldLease, now: Instant) -> Error {
    let message = format!("another run of this account is under way, started by {}", held.holder);
    let free = (held.expires - now).as_secs().max(1);
    Error::new(ErrorKind::Busy, message)
        .with("account", account)
        .with("phase", phase.as_str())
        .with("since", held.since.format("%Y-%m-%dT%H:%M:%SZ"))
        .with("free, if that run was killed, in", format!("{free} s"))
        .with_retry_after(held.expires - now)
}
