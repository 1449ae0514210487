use futures::future::join_all;
use latchel_sync_core::Result;

use super::channel::Channel;
use super::notice::Notice;
use crate::config::ServerConfig;

/// Result of a test notice.
#[derive(Debug)]
pub struct Rehearsed {
    /// The channel's name: `webhook` or `email`.
    pub channel: &'static str,
    /// Success if it was accepted for delivery, or else the error, which holds no secret.
    pub taken: Result<()>,
}

/// Sends one test notice over each configured channel, in the order webhook, e-mail; of none there is nothing to return. Nothing
/// is written down, so that it holds up no alert.
///
/// # Errors
///
/// [`Config`](latchel_sync_core::ErrorKind::Config) if a channel cannot be used as it is configured, before anything is sent.
pub async fn rehearse(config: &ServerConfig) -> Result<Vec<Rehearsed>> {
    let notice = &Notice::test(config);
    let channels = Channel::all(&config.alerts)?;
    let sent = channels.iter().map(|channel| async move {
        Rehearsed { channel: channel.name(), taken: channel.send(notice).await }
    });
    Ok(join_all(sent).await)
}
