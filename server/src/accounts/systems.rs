//! The two systems of an account.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use latchel_sync_core::{Latchel, Platform, Result};

/// Source of an account's two systems, which are connected when they are first used: an account that does nothing costs its
/// configuration alone.
pub trait Systems: Send + Sync + fmt::Debug {
    /// Both of them, ready to call, and the same ones as before unless their settings read otherwise now.
    ///
    /// # Errors
    ///
    /// If the settings can no longer be used.
    fn connected(&self) -> Result<Connected>;

    /// Lets go of connections that nobody asked for in the last `idle`. Whoever works with them keeps them.
    fn tidy(&self, _idle: Duration) {}
}

/// The two systems of an account, ready to call.
#[derive(Debug, Clone)]
pub struct Connected {
    /// The platform.
    pub platform: Arc<dyn Platform>,
    /// Latchel.
    pub latchel: Arc<dyn Latchel>,
}

/// Systems that are connected already.
impl Systems for Connected {
    fn connected(&self) -> Result<Connected> {
        Ok(self.clone())
    }
}
