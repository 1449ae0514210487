//! Both systems and the ledger in memory, for tests and simulations that need far sides that fail on demand and
//! remember the calls that they got.

mod latchel;
mod ledger;
mod platform;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use latchel::{LatchelWorld, MemoryLatchel, Texts};
pub use ledger::MemoryLedger;
pub use platform::{MemoryPlatform, PlatformWorld};

use crate::model::Side;
use crate::{Error, ErrorKind, Result};

/// A call that one of the two systems got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The system that got it.
    pub side: Side,
    /// The trait's method.
    pub method: &'static str,
    /// The record that it was about, if it was one.
    pub on: String,
}

impl Call {
    /// True if it asks for a change.
    pub fn writes(&self) -> bool {
        ["create_", "update_", "close_", "write_"].iter().any(|verb| self.method.starts_with(verb))
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.side.as_str(), self.method, self.on)
    }
}

/// Interception of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intercept {
    /// It is carried out and answered.
    Proceed,
    /// It fails before anything has happened.
    Fail(ErrorKind),
    /// It is carried out, and its answer is lost.
    LoseAnswer,
    /// It is answered as if it had been carried out, and was not.
    Pretend,
}

type Interceptor = Box<dyn FnMut(&Call) -> Intercept + Send>;

/// Every call that the two systems got, and what becomes of the next ones.
pub struct Journal {
    calls: Mutex<Vec<Call>>,
    interceptor: Mutex<Interceptor>,
}

impl Journal {
    /// A journal in which every call proceeds.
    pub fn new() -> Self {
        Self { calls: Mutex::default(), interceptor: Mutex::new(Box::new(|_| Intercept::Proceed)) }
    }

    /// Sets what becomes of the calls from now on.
    pub fn decide(&self, interceptor: impl FnMut(&Call) -> Intercept + Send + 'static) {
        *locked(&self.interceptor) = Box::new(interceptor);
    }

    /// The calls so far, which are then forgotten.
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut locked(&self.calls))
    }

    /// The calls so far that asked for a change; all calls are then forgotten.
    pub fn take_writes(&self) -> Vec<Call> {
        self.take().into_iter().filter(Call::writes).collect()
    }

    /// Carries out a call, or not, as its intercept says. `pretended` is the answer to a write that is not carried out.
    fn call<T>(&self, call: Call, act: impl FnOnce() -> Result<T>, pretended: Option<T>) -> Result<T> {
        let intercept = locked(&self.interceptor)(&call);
        locked(&self.calls).push(call.clone());
        let failure = |kind, what: &str| Error::new(kind, what).with("call", call);
        match (intercept, pretended) {
            (Intercept::Proceed, _) | (Intercept::Pretend, None) => act(),
            (Intercept::Pretend, Some(answer)) => Ok(answer),
            (Intercept::Fail(kind), _) => Err(failure(kind, "the call failed")),
            (Intercept::LoseAnswer, _) => {
                act()?;
                Err(failure(ErrorKind::Timeout, "the answer was lost"))
            }
        }
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("calls", &self.calls).finish_non_exhaustive()
    }
}

/// Locks, also after a panic: a test that panicked while it held the lock has failed already.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
