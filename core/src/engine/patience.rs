//! Limits to how long a run goes on: with a far side that fails, with calls that take long, and once it is asked to
//! stop.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use crate::engine::StopSignal;
use crate::engine::context::Context;
use crate::engine::lease::{PROMPT, RENEW_AFTER};
use crate::{Error, ErrorKind, Result};

/// Number of calls that fail in a row, as if the far side were down, at which the phase gives up.
const FAILURES: u32 = 5;
/// Time that the record at hand may still take once somebody asks the run to stop. What is left undone then is what a
/// killed run leaves, and the next run makes up for it.
const GRACE: Duration = Duration::from_secs(30);

/// Counts failures in a row, so that a far side that is down leads to one message and not to one for each record.
#[derive(Debug, Default)]
pub(super) struct Patience {
    failures: u32,
}

impl Patience {
    /// Takes note of a failed call. Returns the error that ends the phase: at once if the run can do nothing more, else
    /// after `FAILURES` in a row.
    pub fn failed(&mut self, error: &Error) -> Result<()> {
        if error.is_final() {
            return Err(error.again());
        }
        let every_call_fails = error.ends_the_phase() || error.kind() == ErrorKind::Forbidden;
        self.failures = if every_call_fails { self.failures + 1 } else { 0 };
        self.check(error)
    }

    fn check(&self, error: &Error) -> Result<()> {
        if self.failures < FAILURES {
            return Ok(());
        }
        Err(Error::new(error.kind(), format!("gave up, because calls keep failing: {error}")))
    }

    /// Takes note of an answer that cannot be read. Returns the error that ends the phase after `FAILURES` in a row: a
    /// far side that answers everything like that is broken.
    pub fn unreadable(&mut self, error: &Error) -> Result<()> {
        self.failures = if error.kind() == ErrorKind::Malformed { self.failures + 1 } else { 0 };
        self.check(error)
    }

    /// Takes note of a call that succeeded.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }
}

impl StopSignal {
    /// Fails with [`ErrorKind::Timeout`] if somebody asked the run to stop.
    pub(super) fn check(&self) -> Result<()> {
        if self.is_set() { Err(stopped()) } else { Ok(()) }
    }

    /// Returns the result of `call`. Drops it and fails with [`ErrorKind::Timeout`] if it takes longer than `grace`
    /// once somebody asked the run to stop.
    pub(super) async fn bounds<T>(
        &self,
        grace: Duration,
        call: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let over = async {
            self.asked().await;
            sleep(grace).await;
        };
        tokio::select! {
            biased;
            () = over => Err(stopped()),
            done = call => done,
        }
    }
}

fn stopped() -> Error {
    Error::new(ErrorKind::Timeout, "the run was asked to stop; the next run goes on from here")
}

impl Context<'_> {
    /// Makes a call that only reads. It is dropped as soon as somebody asks the run to stop.
    pub async fn reading<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.stop.bounds(Duration::ZERO, self.held(call)).await
    }

    /// Makes the calls that write the record at hand. They have half a minute to end once somebody asks the run to
    /// stop.
    pub async fn writing<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.stop.bounds(GRACE, self.held(call)).await
    }

    /// Makes `call`, and renews the lease every `RENEW_AFTER` while the call waits for its turn or for an answer. After
    /// the process stood still, the lease is renewed before the call takes another step: if it was lost, the call is
    /// dropped, and what it has not sent yet is never sent.
    async fn held<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        let mut call = pin!(call);
        let mut due = Instant::now() + RENEW_AFTER;
        loop {
            // Until the lease is overdue, keep polling the call: it may hold the connection that the renewal needs.
            // Once it is overdue, because the process stood still or the ledger is slow, the call waits for the
            // renewal.
            let step = poll_fn(|task| match Instant::now() < due + PROMPT {
                true => call.as_mut().poll(task),
                false => Poll::Pending,
            });
            let renewal = async {
                sleep_until(due).await;
                self.renew_lease().await
            };
            tokio::select! {
                biased;
                // Polled first, so that a lost lease ends the call before it takes another step.
                renewed = renewal => renewed?,
                done = step => return done,
            }
            due = Instant::now() + RENEW_AFTER;
        }
    }
}
