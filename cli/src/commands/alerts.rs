//! `alerts test`: tries whether people can be told.

use latchel_sync_server::alerts::{Rehearsed, rehearse};
use serde::Serialize;

use crate::args::AlertsAction;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::render;

pub(crate) async fn run(config: &Config, action: &AlertsAction) -> Result<Exit, Failure> {
    let AlertsAction::Test { json } = action;
    let rehearsed = rehearse(&config.server).await?;
    if rehearsed.is_empty() {
        return Err(Failure::usage("no channel is configured, so that nobody is told of anything")
            .hint("`[server.alerts]` takes a webhook and `[server.alerts.email]` a mail server (docs/configuration.md)"));
    }
    let shown: Vec<_> = rehearsed.iter().map(Shown::from).collect();
    if *json {
        render::json(&shown)?;
    } else {
        shown.iter().for_each(Shown::print);
    }
    Ok(if shown.iter().all(|one| one.taken) { Exit::Done } else { Exit::Partial })
}

/// Result of the notice on one channel.
#[derive(Serialize)]
struct Shown {
    channel: &'static str,
    taken: bool,
    error: Option<String>,
}

impl From<&Rehearsed> for Shown {
    fn from(rehearsed: &Rehearsed) -> Self {
        let error = rehearsed.taken.as_ref().err().map(ToString::to_string);
        Self { channel: rehearsed.channel, taken: error.is_none(), error }
    }
}

impl Shown {
    fn print(&self) {
        match &self.error {
            None => say!("{}: taken", self.channel),
            Some(error) => say!("{}: not taken: {error}", self.channel),
        }
    }
}
