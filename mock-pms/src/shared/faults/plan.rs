//! A plan of what goes wrong on purpose, and how it is written.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use axum::http::{HeaderName, HeaderValue, Method};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::world::Side;

/// The furthest that a clock can be off, in seconds: a hundred years.
const FURTHEST: u64 = 100 * 366 * 86_400;

/// Requests that go wrong on purpose, and the fault of each. The same plan, seed and requests go wrong in the same way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// Seed of chance.
    #[serde(default)]
    pub seed: u64,
    /// The faults; the first whose turn it is happens to a request.
    pub faults: Vec<FaultRule>,
}

/// One fault, and the requests that it happens to: all that match, unless `calls` or `probability` says less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Only requests to this side.
    #[serde(default)]
    pub side: Option<Side>,
    /// Only requests with this method.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose path begins like this.
    #[serde(default)]
    pub path: Option<String>,
    /// Only requests whose body has this text, such as the name of a GraphQL operation.
    #[serde(default)]
    pub body: Option<String>,
    /// Only these of the requests that match, counted from 1, whether another fault happens to them or not.
    #[serde(default)]
    pub calls: Vec<u64>,
    /// Only so often, from 0 to 1.
    #[serde(default)]
    pub probability: Option<f64>,
    /// At most so many times.
    #[serde(default)]
    pub times: Option<u64>,
    /// The fault that happens.
    pub fault: Fault,
}

/// A fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The answer comes late.
    Latency {
        /// By so many milliseconds.
        ms: u64,
    },
    /// An error is answered, and nothing is done.
    Status {
        /// The status, from 400 to 599.
        status: u16,
        /// Retry-After, in seconds.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// The side's credentials expire: from now on it refuses them as it refuses wrong ones.
    ExpiredCredentials,
    /// The side's credentials are good again.
    RenewedCredentials,
    /// The connection is cut, and nothing was done.
    CutBefore,
    /// The connection is cut after everything was done.
    CutAfter,
    /// The answer ends in the middle.
    Truncated,
    /// The answer is no JSON.
    Malformed,
    /// The answer is an HTML page, as a proxy would make it, and nothing is done.
    Html,
    /// The answer is right, and says that it is something else than JSON.
    ContentType,
    /// The answer is as it should be, and nothing is done.
    Pretend,
    /// A list has one of its rows twice.
    DoubledRow,
    /// A list lacks one of its rows.
    MissingRow,
    /// A list is in any order.
    ShuffledRows,
    /// Reads show the world as it was so long ago, by the world's clock.
    Stale {
        /// In seconds.
        seconds: u64,
    },
    /// The total of a list is wrong.
    WrongTotal {
        /// The total that is answered instead.
        total: u64,
    },
    /// The answer says one value for another, as after an update of the system.
    Reworded {
        /// The value in whose place the other stands.
        from: String,
        /// The other.
        to: String,
    },
    /// Each text of the answer that contains this one is an object instead.
    Scrambled {
        /// Text that is looked for.
        text: String,
    },
    /// Each text of the answer that contains this one has a flaw at its end, so that it is not well formed.
    IllFormed {
        /// Text that is looked for.
        text: String,
        /// The flaw.
        flaw: Flaw,
    },
    /// A UTF-8 byte order mark comes before the answer.
    ByteOrderMark,
    /// A read fails with a 500 whenever this text is in the answer, as if the row could not be served.
    UnservedRow {
        /// Text that is looked for.
        text: String,
    },
    /// Every page of a list that tells its total is its first, with other ids, and the total never comes.
    Endless,
    /// The answer has this header, instead of its own of that name.
    Header {
        /// The header's name.
        name: String,
        /// Its value.
        value: String,
    },
    /// In each row that has this text somewhere, whatever is no id is an object instead.
    Garbled {
        /// Text that is looked for in the row's texts.
        text: String,
    },
    /// The side's clock is off: the date of the answer, and the times of what the request changes.
    WrongClock {
        /// By so many seconds.
        seconds: i64,
    },
}

/// Flaw at the end of a text that is not well formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// The first half of a surrogate pair, as an escape.
    HalfSurrogate,
    /// A byte that is not UTF-8.
    RawByte,
    /// A tab that is not escaped.
    RawTab,
}

/// Reason why a plan cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FaultPlanError {
    /// The file cannot be read.
    #[error("faults file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// The text is no plan: wrong JSON, an unknown field or kind, a value that cannot be.
    #[error("{place}: {message}")]
    Invalid {
        /// Place in the JSON, as `faults[2].probability`.
        place: String,
        /// The mistake.
        message: String,
    },
    /// A file with such a text in it.
    #[error("faults file {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Mistake in its content.
        source: Box<FaultPlanError>,
    },
}

impl FaultPlan {
    /// Reads a plan from a JSON file.
    ///
    /// # Errors
    /// Names the file, and where in it the mistake is.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, FaultPlanError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|source| FaultPlanError::Read { path: path.to_owned(), source })?;
        Self::from_json(&text)
            .map_err(|source| FaultPlanError::File { path: path.to_owned(), source: Box::new(source) })
    }

    /// Reads a plan from JSON text.
    ///
    /// # Errors
    /// Names where in the text the mistake is.
    pub fn from_json(text: &str) -> Result<Self, FaultPlanError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let plan: Self = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let place = error.path().to_string();
            invalid(place, error.into_inner())
        })?;
        reader.end().map_err(|error| invalid(".", error))?;
        let raw: Value = serde_json::from_str(text).map_err(|error| invalid(".", error))?;
        for (index, rule) in plan.faults.iter().enumerate() {
            let mistake =
                rule.mistake().or_else(|| unknown_member(&rule.fault, &raw["faults"][index]["fault"]));
            if let Some((field, message)) = mistake {
                return Err(invalid(format!("faults[{index}].{field}"), message));
            }
        }
        Ok(plan)
    }
}

impl FaultRule {
    /// The fault for every request.
    pub fn always(fault: Fault) -> Self {
        Self {
            side: None,
            method: None,
            path: None,
            body: None,
            calls: Vec::new(),
            probability: None,
            times: None,
            fault,
        }
    }

    /// The first field that holds what cannot be, and why not.
    fn mistake(&self) -> Option<(&'static str, String)> {
        let no_method = |name: &&String| {
            let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
            !known.iter().any(|method| method.as_str().eq_ignore_ascii_case(name))
        };
        if let Some(name) = self.method.as_ref().filter(no_method) {
            return Some(("method", format!("{name:?} is no method of HTTP")));
        }
        if let Some(path) = self.path.as_ref().filter(|path| !path.starts_with('/')) {
            return Some(("path", format!("{path:?} must begin with a slash")));
        }
        if self.calls.contains(&0) {
            return Some(("calls", "calls are counted from 1".to_owned()));
        }
        if let Some(odd) = self.probability.filter(|p| !(0.0..=1.0).contains(p)) {
            return Some(("probability", format!("{odd} is not from 0 to 1")));
        }
        match &self.fault {
            Fault::Status { status, .. } if !(400..=599).contains(status) => {
                Some(("fault.status", format!("{status} is not from 400 to 599")))
            }
            Fault::Header { name, .. } if HeaderName::from_str(name).is_err() => {
                Some(("fault.name", format!("{name:?} cannot name a header")))
            }
            Fault::Header { value, .. } if HeaderValue::from_str(value).is_err() => {
                Some(("fault.value", format!("{value:?} has characters that no header can carry")))
            }
            Fault::WrongClock { seconds } if seconds.unsigned_abs() > FURTHEST => {
                Some(("fault.seconds", format!("{seconds} is more than a hundred years")))
            }
            _ => None,
        }
    }
}

/// A member that the fault does not have: serde lets them pass where a kind has no members at all.
fn unknown_member(fault: &Fault, raw: &Value) -> Option<(&'static str, String)> {
    let known = serde_json::to_value(fault).unwrap_or_default();
    let mut names = raw.as_object()?.keys();
    let unknown = names.find(|name| known.get(name.as_str()).is_none())?;
    Some(("fault", format!("unknown field `{unknown}`: this kind has no such field")))
}

fn invalid(place: impl Into<String>, message: impl ToString) -> FaultPlanError {
    FaultPlanError::Invalid { place: place.into(), message: message.to_string() }
}
