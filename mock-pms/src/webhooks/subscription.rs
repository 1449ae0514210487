use serde::{Deserialize, Serialize};

use crate::world::Side;

/// Whom one of the systems tells of each change, whoever made it: people, a test, or a client over the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// The system that tells.
    pub side: Side,
    /// Address that it posts to; without TLS.
    pub url: String,
    /// Secret that proves the sender: Latchel sends it along, Buildium and Rentvine sign with it; AppFolio signs with a key of its own
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
