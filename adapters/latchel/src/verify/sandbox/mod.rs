//! A trial of the writes in Latchel's sandbox: a property, a resident and work orders are made, read back, changed and put away.

mod alike;
mod steps;
mod trial;

use chrono::{DateTime, Utc};
use latchel_sync_core::guesses::{Told, TrialReport};
use latchel_sync_core::registry::Settings;
use latchel_sync_core::{Error, ErrorKind, Result};

use self::trial::Trial;
use crate::api::Api;
use crate::config::SANDBOX;
use crate::source::Source;

/// Tries every guess about writes, whatever `writes` says.
pub(super) async fn try_out(settings: &Settings, now: DateTime<Utc>, told: Told<'_>) -> Result<TrialReport> {
    let mut api = Api::connect(settings)?;
    refuse_elsewhere(&api)?;
    api.writes = true;
    Trial::new(Source::new(api), now, told).run().await
}

/// Refuses every host but the sandbox's and this machine. No call leaves the host: redirects are not followed, and pages are
/// counted here.
fn refuse_elsewhere(api: &Api) -> Result<()> {
    let is_sandbox = api.transport.host() == SANDBOX && api.transport.is_encrypted();
    if is_sandbox || api.transport.is_local() {
        return Ok(());
    }
    let problem = format!(
        "the trial makes records, so that it runs at the sandbox alone: https://{SANDBOX}/v1, with a key of its own"
    );
    Err(Error::new(ErrorKind::Config, problem).with("key", "base_url"))
}
