use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use latchel_sync_core::model::{RecordKey, Side};
use latchel_sync_core::{Error, ErrorKind, Headers, Result, Webhooks};
use latchel_sync_ledger::desk::Delivery;
use sha2::{Digest, Sha256};
use tokio::time::timeout;
use uuid::Uuid;

use crate::app::App;

/// The largest body, in bytes; what the two systems send has a few thousand.
const LARGEST_BODY: usize = 256 * 1024;
/// Longest time that a body may take to arrive. Buildium gives up after ten seconds.
const SLOWEST_BODY: Duration = Duration::from_secs(5);
/// Longest time that a system may take to tell, if it is asked, what a request leaves out.
const SLOWEST_READING: Duration = Duration::from_secs(5);

/// The two addresses of an account, which see for themselves who calls.
pub(crate) fn routes() -> Router<Arc<App>> {
    let from = |side| {
        post(move |State(app): State<Arc<App>>, Path(account): Path<String>, request: Request| async move {
            receive(&app, &account, side, request).await
        })
    };
    Router::new()
        .route("/webhooks/{account}/platform", from(Side::Platform))
        .route("/webhooks/{account}/latchel", from(Side::Latchel))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

/// Result of a request.
#[derive(Debug, Clone, Copy)]
enum DeliveryResult {
    Accepted,
    /// It came before.
    Doubled,
    /// It is about nothing that is synced.
    Ignored,
    /// It is not by whom it says.
    Invalid,
    Malformed,
    TooLarge,
    TooSlow,
    /// It could not be read or kept now; sent again, it may be.
    Failed,
}

impl DeliveryResult {
    fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Unauthorized => Self::Invalid,
            ErrorKind::Malformed => Self::Malformed,
            _ => Self::Failed,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Doubled => "doubled",
            Self::Ignored => "ignored",
            Self::Invalid => "invalid",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::Failed => "failed",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Accepted | Self::Doubled | Self::Ignored => StatusCode::OK,
            Self::Invalid => StatusCode::UNAUTHORIZED,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Failed => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// An account that is not there and one without webhooks are answered alike, so that nobody can try names out. One that is left out may have webhooks
/// that its wrong configuration does not tell of, so that the sender is asked to try again.
async fn receive(app: &App, account: &str, side: Side, request: Request) -> StatusCode {
    let served = app.accounts.now();
    if served.left_out.get(account).is_some_and(|one| one.is_deaf(side)) {
        // Nobody can tell whether it is genuine, but it may be.
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let reader = served.readers(account).and_then(|readers| readers.of(side));
    let Some(reader) = reader else { return StatusCode::NOT_FOUND };
    let headers = headers(request.headers());
    let fate = match body(request).await {
        Ok(body) => match taken_in(app, account, side, &**reader, &headers, &body).await {
            Ok(fate) => fate,
            Err(error) => {
                tracing::warn!(account, source = side.as_str(), %error, "a webhook was refused");
                DeliveryResult::of(&error)
            }
        },
        Err(fate) => {
            tracing::warn!(account, source = side.as_str(), result = fate.as_str(), "a webhook was refused");
            fate
        }
    };
    let labels = [
        ("account", account.to_owned()),
        ("source", side.as_str().to_owned()),
        ("result", fate.as_str().to_owned()),
    ];
    app.metrics.scope(async { metrics::counter!("latchel_sync_webhooks_total", &labels).increment(1) }).await;
    fate.status()
}

fn headers(all: &HeaderMap) -> Headers {
    all.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect()
}

async fn body(request: Request) -> Result<Bytes, DeliveryResult> {
    match timeout(SLOWEST_BODY, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(refused)) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(DeliveryResult::TooLarge)
        }
        Ok(Err(_)) => Err(DeliveryResult::Malformed),
        Err(_) => Err(DeliveryResult::TooSlow),
    }
}

/// Reads a request and keeps what it tells of; that is durable when this returns.
async fn taken_in(
    app: &App,
    account: &str,
    side: Side,
    reader: &dyn Webhooks,
    headers: &Headers,
    body: &[u8],
) -> Result<DeliveryResult> {
    let now = app.clock.now();
    let too_slow = |_| Error::new(ErrorKind::Timeout, "the system that sent it does not answer in time");
    let changed = timeout(SLOWEST_READING, reader.read(headers, body, now)).await.map_err(too_slow)??;
    let mut fate = if changed.is_empty() { DeliveryResult::Ignored } else { DeliveryResult::Doubled };
    for record in changed {
        let digest = digest(account, side, &record, body);
        let id = Uuid::now_v7();
        let delivery = Delivery { id, account: account.to_owned(), record, digest, received_at: now };
        if app.desk.accept(&delivery).await? {
            fate = DeliveryResult::Accepted;
        }
    }
    if matches!(fate, DeliveryResult::Accepted) {
        app.told(account).await;
    }
    Ok(fate)
}

/// One request may tell of several records, each of which is a delivery.
fn digest(account: &str, side: Side, record: &RecordKey, body: &[u8]) -> String {
    let mut digest = Sha256::new();
    for part in [account, side.as_str(), record.kind.as_str(), &record.id] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.update(body);
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
