//! How long a run bears with a far side that fails, with calls that take long, and with itself when asked to stop.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use crate::engine::StopSignal;
use crate::engine::context::{Context, PROMPT};
use crate::{Error, ErrorKind, Result};

/// How many calls in a row may fail as if the far side were down before the phase gives up.
const FAILURES: u32 = 5;
/// How long the record at hand may still take when somebody asks the run to stop. What it then leaves undone is what
/// a killed run leaves, which the next one makes up for.
const GRACE: Duration = Duration::from_secs(30);
/// How long a call may take, waits and pauses included, before the lease is renewed; far below a lease's length.
pub(super) const RENEW_AFTER: Duration = Duration::from_secs(20);

/// Counts failures in a row, so that a far side that is down leads to one message and not to one for each record.
#[derive(Debug, Default)]
pub(super) struct Patience {
    failures: u32,
}

impl Patience {
    /// Takes note of a failed call; the error is what the phase ends with.
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

    /// Takes note of an answer that makes no sense: a far side that answers everything like that is not itself.
    pub fn unreadable(&mut self, error: &Error) -> Result<()> {
        self.failures = if error.kind() == ErrorKind::Malformed { self.failures + 1 } else { 0 };
        self.check(error)
    }

    /// A call succeeded.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }
}

impl StopSignal {
    /// The error that a run ends with where somebody asked.
    pub(super) fn check(&self) -> Result<()> {
        if self.is_set() { Err(stopped()) } else { Ok(()) }
    }

    /// What comes of `call`, unless it takes longer than `grace` once somebody asked.
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
    /// A call that only reads: it ends as soon as somebody asks the run to stop.
    pub async fn reading<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.stop.bounds(Duration::ZERO, self.held(call)).await
    }

    /// What is done to the record at hand: it has a while to end when somebody asks the run to stop.
    pub async fn writing<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.stop.bounds(GRACE, self.held(call)).await
    }

    /// Keeps the lease while `call` waits, for its turn or for an answer. After a process stood still the lease comes first:
    /// if it was lost, the call is dropped before it takes another step, and what it has not sent yet is never sent.
    async fn held<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        let mut call = pin!(call);
        let mut due = Instant::now() + RENEW_AFTER;
        loop {
            // In time both go on, because the call may hold what the ledger is reached by.
            let step = poll_fn(|task| match Instant::now() < due + PROMPT {
                true => call.as_mut().poll(task),
                false => Poll::Pending,
            });
            let renewal = async {
                sleep_until(due).await;
                self.hold().await
            };
            tokio::select! {
                biased;
                renewed = renewal => renewed?,
                done = step => return done,
            }
            due = Instant::now() + RENEW_AFTER;
        }
    }
}
