//! Webhooks: each system tells of a change by itself, to all subscribers, signed as the real system signs.
//!
//! - [`changes`]: what a change of the world changed.
//! - [`sender`]: the requests, one after the other for each subscription, and what goes wrong with them on purpose.
//!
//! The content of a system's webhooks and their signature are in its dialect's folder.

mod changes;
mod sender;

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::Uri;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::changes::{Change, What};
pub use self::sender::SentWebhook;
use self::sender::{Sender, Sent};
use crate::dialects::{self, Dialect};
use crate::{Side, World};

/// Whom one of the systems tells of each change, whoever made it: people, a test, or a client over the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The system that tells.
    pub side: Side,
    /// Address that it posts to; without TLS.
    pub url: String,
    /// Secret that proves the sender: Latchel sends it along, Buildium signs with it; AppFolio signs with a key of its own
    /// and ignores this one.
    pub secret: String,
    /// Faults that happen on purpose, all of them each time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<WebhookFault>,
}

/// A fault of webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum WebhookFault {
    /// None is sent.
    Lost,
    /// Each is sent twice.
    Doubled,
    /// Of each two, the later is sent first.
    Overtaken,
    /// Each is sent late.
    Late {
        /// By so many milliseconds.
        ms: u64,
    },
    /// The secret is another one, or the signature that of something else.
    Forged,
}

/// Reason why a subscription cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[{index}].{field}: {message}")]
pub struct SubscriptionError {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Name of the field.
    pub field: &'static str,
    /// The mistake.
    pub message: String,
}

/// Makes the webhooks of a change, with this proof; none for a change that the system does not tell of.
pub(crate) type Telling = fn(&Change<'_>, Proof<'_>) -> Vec<Message>;

/// Proof of the sender.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Proof<'a> {
    /// The subscription's secret.
    Secret(&'a str),
    /// It is by somebody else, who pretends.
    Forged,
}

impl<'a> Proof<'a> {
    /// The secret that is used.
    pub(crate) fn secret(self) -> &'a str {
        match self {
            Self::Secret(secret) => secret,
            Self::Forged => "not-the-secret",
        }
    }
}

/// A request that is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    /// Headers that prove who sends it.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body, which is sent as JSON without white space.
    pub(crate) body: Value,
}

/// The subscriptions of both systems, and what was sent.
#[derive(Debug, Default)]
pub(crate) struct Webhooks {
    senders: Mutex<Vec<Sender>>,
    pub(crate) sent: Arc<Sent>,
}

impl Webhooks {
    /// Puts these subscriptions in the place of those that there are.
    pub(crate) fn subscribe(
        &self,
        dialect: Dialect,
        subscriptions: Vec<Subscription>,
    ) -> Result<(), SubscriptionError> {
        let mut senders = Vec::new();
        for (index, subscription) in subscriptions.into_iter().enumerate() {
            let wrong = |field, message| SubscriptionError { index, field, message };
            let address: Uri = subscription.url.parse().map_err(|_| wrong("url", not_http(&subscription)))?;
            if address.scheme_str() != Some("http") || address.host().is_none() {
                return Err(wrong("url", not_http(&subscription)));
            }
            let telling = match subscription.side {
                Side::Latchel => dialects::latchel::messages,
                Side::Platform => dialect
                    .webhooks()
                    .ok_or_else(|| wrong("side", format!("the mock {dialect} sends no webhooks")))?,
            };
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
