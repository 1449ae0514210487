//! What goes wrong on purpose.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use super::state::Shared;
use crate::{Side, World, WorldError};

/// How long old worlds are remembered for stale reads.
const MEMORY: Duration = Duration::from_secs(60);

/// Which requests go wrong, and how. The same plan, seed and requests go wrong in the same way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// What chance starts from.
    #[serde(default)]
    pub seed: u64,
    /// The faults; the first that applies to a request happens.
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
    /// Only these of the requests that match, counted from 1.
    #[serde(default)]
    pub calls: Vec<u64>,
    /// Only so often, from 0 to 1.
    #[serde(default)]
    pub probability: Option<f64>,
    /// At most so many times.
    #[serde(default)]
    pub times: Option<u64>,
    /// What happens.
    pub fault: Fault,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The answer comes late.
    Latency {
        /// By so many milliseconds.
        ms: u64,
    },
    /// Another answer, and nothing is done: 429, 5xx, or 401 for credentials that have expired.
    Status {
        /// The status.
        status: u16,
        /// Retry-After, in seconds.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// The connection is cut, and nothing was done.
    CutBefore,
    /// The connection is cut after everything was done.
    CutAfter,
    /// The answer ends in the middle.
    Truncated,
    /// The answer is no JSON.
    Malformed,
    /// The answer is an HTML page, as a proxy would make it.
    Html,
    /// The answer is right, and says that it is something else than JSON.
    ContentType,
    /// The answer is as it should be, and nothing is done.
    Pretend,
    /// A list has a row twice.
    DoubledRow,
    /// A list lacks its last row.
    MissingRow,
    /// A list is the other way round.
    ReversedRows,
    /// What is read is as old as this.
    Stale {
        /// In seconds.
        seconds: u64,
    },
    /// The total of a list is wrong.
    WrongTotal,
    /// The date of the answer is wrong.
    WrongClock {
        /// By so many seconds.
        seconds: i64,
    },
}

impl FaultPlan {
    /// Reads a plan from a JSON file.
    ///
    /// # Errors
    /// Names the file, and where in it the fault is.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, WorldError> {
        let path = path.as_ref().to_owned();
        let text = std::fs::read_to_string(&path)
            .map_err(|source| WorldError::Read { path: path.clone(), source })?;
        let mut reader = serde_json::Deserializer::from_str(&text);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let (place, message) = (error.path().to_string(), error.into_inner().to_string());
            let source = Box::new(WorldError::Malformed { path: place, message });
            WorldError::File { path, source }
        })
    }
}

/// A plan as it goes on.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    plan: FaultPlan,
    /// How many requests matched each rule, and how often it happened.
    counts: Vec<(u64, u64)>,
    /// Worlds as they were before each write, oldest first.
    history: VecDeque<(Instant, World)>,
}

impl Faults {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        Self { counts: vec![(0, 0); plan.faults.len()], plan, history: VecDeque::new() }
    }

    pub(crate) fn plan(&self) -> &FaultPlan {
        &self.plan
    }

    fn next(&mut self, side: Side, request: &Request) -> Option<Fault> {
        let seed = self.plan.seed;
        let rules = self.plan.faults.iter().zip(&mut self.counts).enumerate();
        for (index, (rule, (matched, happened))) in rules {
            let fits = rule.side.is_none_or(|one| one == side)
                && rule.method.as_ref().is_none_or(|one| request.method().as_str().eq_ignore_ascii_case(one))
                && rule.path.as_ref().is_none_or(|one| request.uri().path().starts_with(one.as_str()));
            if !fits {
                continue;
            }
            *matched += 1;
            let its_turn = rule.calls.is_empty() || rule.calls.contains(matched);
            let left = rule.times.is_none_or(|times| *happened < times);
            let lucky = rule.probability.is_none_or(|p| chance(seed, index as u64, *matched) < p);
            if its_turn && left && lucky {
                *happened += 1;
                return Some(rule.fault.clone());
            }
        }
        None
    }

    fn remembers(&self) -> bool {
        self.plan.faults.iter().any(|rule| matches!(rule.fault, Fault::Stale { .. }))
    }

    fn remember(&mut self, world: World) {
        let now = Instant::now();
        self.history.push_back((now, world));
        while self.history.front().is_some_and(|(at, _)| now - *at > MEMORY) {
            self.history.pop_front();
        }
    }

    /// The world as it was so long ago, if it was another.
    fn world_of(&self, age: Duration) -> Option<World> {
        let now = Instant::now();
        self.history.iter().find(|(at, _)| now - *at <= age).map(|(_, world)| world.clone())
    }
}

/// A number from 0 to 1 that is the same for the same arguments (SplitMix64).
fn chance(seed: u64, rule: u64, call: u64) -> f64 {
    let mut mixed =
        seed ^ rule.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ call.wrapping_mul(0xD1B5_4A32_D192_ED03);
    for factor in [0xBF58_476D_1CE4_E5B9_u64, 0x94D0_49BB_1331_11EB] {
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(factor);
    }
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Lets the planned fault happen to the request.
pub(super) async fn inject(
    State((shared, side)): State<(Shared, Side)>,
    request: Request,
    next: Next,
) -> Response {
    let fault = shared.faults(|faults| faults.next(side, &request));
    let writes = request.method() != Method::GET && !request.uri().path().ends_with("/lookup");
    if writes && shared.faults(|faults| faults.remembers()) {
        let world = shared.read(World::clone);
        shared.faults(|faults| faults.remember(world));
    }
    let Some(fault) = fault else { return next.run(request).await };
    match fault {
        Fault::Latency { ms } => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            next.run(request).await
        }
        Fault::Status { status, retry_after } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut refusal = crate::dialects::refuse(&shared, side, status, "A planned fault.");
            if let Some(seconds) = retry_after {
                refusal.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            refusal
        }
        Fault::CutBefore => cut(),
        Fault::CutAfter => {
            next.run(request).await;
            cut()
        }
        Fault::Pretend if writes => {
            let before = shared.read(World::clone);
            let answer = next.run(request).await;
            shared.edit(|world| *world = before);
            answer
        }
        Fault::Pretend => next.run(request).await,
        Fault::Stale { seconds } if !writes => {
            let Some(old) = shared.faults(|faults| faults.world_of(Duration::from_secs(seconds))) else {
                return next.run(request).await;
            };
            let present = shared.edit(|world| std::mem::replace(world, old));
            let answer = next.run(request).await;
            shared.edit(|world| *world = present);
            answer
        }
        Fault::Stale { .. } => next.run(request).await,
        Fault::Html => {
            let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
            ([(header::CONTENT_TYPE, "text/html")], page).into_response()
        }
        Fault::WrongTotal => {
            let mut answer = next.run(request).await;
            answer.headers_mut().insert("x-total-count", HeaderValue::from_static("99999"));
            answer
        }
        Fault::WrongClock { seconds } => {
            let mut answer = next.run(request).await;
            answer.extensions_mut().insert(ClockError(seconds));
            answer
        }
        Fault::ContentType => {
            let mut answer = next.run(request).await;
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
            answer
        }
        Fault::Truncated => bytes(next.run(request).await, |body| body[..body.len() / 2].to_vec()).await,
        Fault::Malformed => bytes(next.run(request).await, |body| [b"{]", body].concat()).await,
        Fault::DoubledRow => rows(next.run(request).await, |rows| rows.extend(rows.first().cloned())).await,
        Fault::MissingRow => rows(next.run(request).await, |rows| drop(rows.pop())).await,
        Fault::ReversedRows => rows(next.run(request).await, |rows| rows.reverse()).await,
    }
}

/// How far the date of an answer is to be off, in seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClockError(pub(super) i64);

/// An answer in the middle of which the connection ends.
pub(super) fn cut() -> Response {
    let broken = futures::stream::once(async { Err::<Vec<u8>, _>(std::io::Error::other("cut on purpose")) });
    ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(broken)).into_response()
}

async fn bytes(answer: Response, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Response {
    let (mut parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(change(&body)))
}

/// Changes the rows of a list: the body itself, or what stands under `data` in it.
async fn rows(answer: Response, change: impl FnOnce(&mut Vec<Value>)) -> Response {
    bytes(answer, |body| {
        let Ok(mut list) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
        let found = match &mut list {
            Value::Object(members) => members.get_mut("data"),
            other => Some(other),
        };
        if let Some(Value::Array(rows)) = found {
            change(rows);
        }
        list.to_string().into_bytes()
    })
    .await
}
