use std::net::IpAddr;

use chrono::TimeDelta;
use latchel_sync_ledger::desk::{OF_NAME, Pace, TryKey};

use super::secret;

/// Keys by which tries of a secret are counted, for all processes of a ledger. Each counts from when it is tried, so that many at
/// once gain nothing.
#[derive(Debug)]
pub(super) struct Throttle {
    /// Kinds of the keys: by what is guessed at, and by the address that guesses.
    kinds: [&'static str; 2],
}

/// Tries to log in, by the user's name.
pub(super) const LOG_INS: Throttle = Throttle { kinds: [OF_NAME, "log_in/address"] };
/// Tries to connect a browser, by the code.
pub(super) const CODES: Throttle = Throttle { kinds: ["code/text", "code/address"] };

/// Name in place of one that is no user's, one of 65,536: people type passwords there, of which a whole digest in the ledger would
/// tell too much.
pub(super) fn nobody(name: &str) -> String {
    secret::digest(name).chars().take(4).collect()
}

impl Throttle {
    /// The key of what is guessed at, and that of the address.
    pub fn keys(&self, guessed: String, address: Option<IpAddr>) -> [TryKey; 2] {
        let [of_guessed, of_address] = self.kinds;
        let address = address.map_or_else(|| "unknown".to_owned(), |address| address.to_string());
        [
            TryKey { kind: of_guessed, key: guessed, pace: Pace { free: 5, longest: TimeDelta::minutes(5) } },
            // Several people may share one.
            TryKey {
                kind: of_address,
                key: address,
                pace: Pace { free: 20, longest: TimeDelta::minutes(15) },
            },
        ]
    }
}
