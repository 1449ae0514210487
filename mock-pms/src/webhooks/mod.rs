//! Webhooks: each system tells of a change by itself, to all subscribers, signed as the real system signs.
//!
//! - [`changes`]: what a change of the world changed.
//! - [`sender`]: the requests, one after the other for each subscription, and what goes wrong with them on purpose.
//!
//! The content of a system's webhooks and their signature are in its dialect's folder.

pub(crate) mod changes;
pub(crate) mod message;
mod sender;
mod subscription;

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::Uri;

use self::message::Telling;
pub use self::sender::SentWebhook;
use self::sender::{Sender, Sent};
pub use self::subscription::{Subscription, SubscriptionError, WebhookFault};
use crate::world::{Side, World};

/// The subscriptions of both systems, and what was sent.
#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    senders: Mutex<Vec<Sender>>,
    pub(crate) sent: Arc<Sent>,
}

impl Webhooks {
    /// Puts these subscriptions in the place of those that there are. `telling` makes the webhooks of a side, or says why
    /// there are none.
    pub(crate) fn subscribe(
        &self,
        telling: impl Fn(Side) -> Result<Telling, String>,
        subscriptions: Vec<Subscription>,
    ) -> Result<(), SubscriptionError> {
        let mut senders = Vec::new();
        for (index, subscription) in subscriptions.into_iter().enumerate() {
            let wrong = |field, message| SubscriptionError { index, field, message };
            let address: Uri = subscription.url.parse().map_err(|_| wrong("url", not_http(&subscription)))?;
            if address.scheme_str() != Some("http") || address.host().is_none() {
                return Err(wrong("url", not_http(&subscription)));
            }
            let telling = telling(subscription.side).map_err(|message| wrong("side", message))?;
            senders.push(Sender::start(subscription, address, telling, self.sent.clone()));
        }
        *self.senders.lock().unwrap_or_else(PoisonError::into_inner) = senders;
        Ok(())
    }

    pub(crate) fn subscriptions(&self) -> Vec<Subscription> {
        let senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        senders.iter().map(|sender| sender.subscription.clone()).collect()
    }

    /// True if there are subscriptions.
    pub(crate) fn has_subscriptions(&self) -> bool {
        !self.senders.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Tells of what is another after a change.
    pub(crate) fn tell(&self, before: &World, after: &World) {
        for sender in &*self.senders.lock().unwrap_or_else(PoisonError::into_inner) {
            let changes = match sender.subscription.side {
                Side::Platform => changes::on_platform(before, after),
                Side::Latchel => changes::in_latchel(before, after),
            };
            changes.iter().for_each(|change| sender.tell(change));
        }
    }
}

fn not_http(subscription: &Subscription) -> String {
    format!("{:?} is no address such as http://127.0.0.1:8787/webhooks/main/latchel", subscription.url)
}
