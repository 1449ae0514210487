use chrono::{DateTime, Days, NaiveDate, Utc};
use latchel_sync_core::model::Side;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::{Account, Expiries};
use crate::alerts::AlertsConfig;
use crate::schema;

/// A credential of which somebody wrote down when it stops working.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Credential {
    /// The system that it is for.
    #[schema(value_type = schema::Side)]
    pub side: Side,
    /// The day on which it stops working, a local date of the account.
    pub expires: NaiveDate,
    /// Validity, by how near that day is.
    pub validity: Validity,
}

/// Validity of a credential, by how near the day is on which it stops working.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// Farther away than people want to be told of it.
    Valid,
    /// `server.alerts.expiry_days` away, or less.
    Expiring,
    /// It is today, or over.
    Expired,
}

/// An account's credentials of which it is known when they stop working, as they are at `now`.
pub(crate) fn credentials(account: &Account, alerts: &AlertsConfig, now: DateTime<Utc>) -> Vec<Credential> {
    let today = now.with_timezone(&account.settings.time_zone).date_naive();
    Credential::all(account.expiries, today, alerts.expiry_days)
}

impl Credential {
    /// Those of which the day is known, as they are `today`, a local date of the account; people want to be told
    /// `expiry_days` days before.
    pub fn all(expiries: Expiries, today: NaiveDate, expiry_days: u32) -> Vec<Self> {
        let told_of = today.checked_add_days(Days::new(expiry_days.into())).unwrap_or(NaiveDate::MAX);
        let credential = |(side, expires): (Side, Option<NaiveDate>)| {
            let expires = expires?;
            let validity = match expires {
                day if day <= today => Validity::Expired,
                day if day <= told_of => Validity::Expiring,
                _ => Validity::Valid,
            };
            Some(Self { side, expires, validity })
        };
        let sides = [(Side::Platform, expiries.platform), (Side::Latchel, expiries.latchel)];
        sides.into_iter().filter_map(credential).collect()
    }

    /// In a sentence, with what to do; nothing while that day is far away. `platform` is the platform's name for people.
    pub(crate) fn warning(&self, platform: &str) -> Option<String> {
        let expires = match self.validity {
            Validity::Valid => return None,
            Validity::Expiring => "expires",
            Validity::Expired => "expired",
        };
        Some(format!(
            "{}'s credential {expires} on {}. Put the next one and its own day into the configuration and start the \
             server again.",
            self.owner(platform),
            self.expires
        ))
    }

    /// The name for people of the system that it is for.
    pub fn owner<'a>(&self, platform: &'a str) -> &'a str {
        match self.side {
            Side::Platform => platform,
            Side::Latchel => "Latchel",
        }
    }
}
