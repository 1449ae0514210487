use serde_json::Value;

use super::changes::Change;

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
