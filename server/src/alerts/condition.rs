/// Condition that people are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Condition {
    /// Several runs in a row failed.
    RunsFailed,
    /// One of the two systems refuses the credentials, or what they ask for.
    CredentialsRefused,
    /// The platform's credential stops working soon, or has.
    PlatformCredentialExpiring,
    /// Latchel's credential stops working soon, or has.
    LatchelCredentialExpiring,
    /// A run would have set too many records inactive, and stopped (rule G1).
    MassChange,
    /// The next run's window does not cover everything since the last success (rule W2).
    Gap,
    /// Records failed for a while.
    RecordsFailed,
    /// Nothing succeeded for longer than three intervals.
    NoSuccess,
    /// A sync waits for a slot although it is late by an interval.
    Late,
    /// The account is not synced, because its configuration is wrong.
    Misconfigured,
}

impl Condition {
    /// Every condition.
    pub const ALL: [Self; 10] = [
        Self::RunsFailed,
        Self::CredentialsRefused,
        Self::PlatformCredentialExpiring,
        Self::LatchelCredentialExpiring,
        Self::MassChange,
        Self::Gap,
        Self::RecordsFailed,
        Self::NoSuccess,
        Self::Late,
        Self::Misconfigured,
    ];

    /// The condition's name in the ledger and the docs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RunsFailed => "runs_failed",
            Self::CredentialsRefused => "credentials_refused",
            Self::PlatformCredentialExpiring => "platform_credential_expiring",
            Self::LatchelCredentialExpiring => "latchel_credential_expiring",
            Self::MassChange => "mass_change",
            Self::Gap => "gap",
            Self::RecordsFailed => "records_failed",
            Self::NoSuccess => "no_success",
            Self::Late => "late",
            Self::Misconfigured => "misconfigured",
        }
    }

    /// Reads back what [`Condition::as_str`] wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.as_str() == name)
    }
}
