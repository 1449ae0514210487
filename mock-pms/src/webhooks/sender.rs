//! The requests of one subscription, one after the other. None is sent again by itself: what a system would send once more after an
//! error, [`MockServer::send_again`](crate::MockServer::send_again) sends.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, Uri, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::changes::Change;
use super::message::{Message, Proof, Telling};
use super::subscription::{Subscription, WebhookFault};
use crate::world::Side;

/// Longest wait for an answer: as long as Buildium's.
const PATIENCE: Duration = Duration::from_secs(10);

/// A webhook that was sent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SentWebhook {
    /// Its place among all that were sent, from 0.
    pub number: usize,
    /// The system that sent it.
    pub side: Side,
    /// Its body; it may hold the secret.
    pub body: Value,
    /// The answer's status; none if there was no answer within ten seconds.
    pub status: Option<u16>,
    #[serde(skip)]
    request: Outgoing,
}

/// A request, to the byte.
#[derive(Debug, Clone, PartialEq)]
struct Outgoing {
    side: Side,
    address: Uri,
    message: Message,
}

/// Webhooks that were sent so far, by all subscriptions.
pub(crate) struct Sent {
    all: Mutex<Vec<SentWebhook>>,
    count: watch::Sender<usize>,
    client: Client<HttpConnector, Body>,
}

impl Default for Sent {
    fn default() -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { all: Mutex::default(), count: watch::Sender::new(0), client }
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sent").field(&*self.count.borrow()).finish()
    }
}

impl Sent {
    pub(crate) fn all(&self) -> Vec<SentWebhook> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until so many were sent and answered.
    pub(crate) async fn reach(&self, count: usize) -> Vec<SentWebhook> {
        // The sender of the count is part of this, so that it cannot be gone.
        let _ = self.count.subscribe().wait_for(|sent| *sent >= count).await;
        self.all()
    }

    /// Sends one once more, to the byte.
    pub(crate) async fn again(&self, number: usize) -> Option<SentWebhook> {
        let request = self.all().get(number)?.request.clone();
        Some(self.send(request).await)
    }

    async fn send(&self, request: Outgoing) -> SentWebhook {
        let Outgoing { side, address, message } = &request;
        let built = Request::builder()
            .method(Method::POST)
            .uri(address)
            .header(header::CONTENT_TYPE, "application/json");
        let built = message.headers.iter().fold(built, |built, (name, value)| built.header(*name, value));
        let status = match built.body(Body::from(message.body.to_string())) {
            Ok(built) => match timeout(PATIENCE, self.client.request(built)).await {
                Ok(Ok(answer)) => Some(answer.status().as_u16()),
                Ok(Err(_)) | Err(_) => None,
            },
            // A secret that no header can hold.
            Err(_) => None,
        };
        tracing::debug!(%side, status, "a webhook was sent");
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let (side, body) = (*side, message.body.clone());
        let sent = SentWebhook { number: all.len(), side, body, status, request };
        all.push(sent.clone());
        self.count.send_replace(all.len());
        sent
    }
}

/// One subscription at work.
pub(super) struct Sender {
    pub(super) subscription: Subscription,
    telling: Telling,
    queue: mpsc::UnboundedSender<Message>,
}

impl Sender {
    /// It ends, with what it has not sent yet, when it is dropped.
    pub(super) fn start(subscription: Subscription, address: Uri, telling: Telling, sent: Arc<Sent>) -> Self {
        let (queue, messages) = mpsc::unbounded_channel();
        let worker = Worker { side: subscription.side, address, faults: subscription.faults.clone(), sent };
        tokio::spawn(worker.work(messages));
        Self { subscription, telling, queue }
    }

    /// Sends what the system says of a change.
    pub(super) fn tell(&self, change: &Change<'_>) {
        let faults = &self.subscription.faults;
        if faults.contains(&WebhookFault::Lost) {
            return;
        }
        let forged = faults.contains(&WebhookFault::Forged);
        let proof = if forged { Proof::Forged } else { Proof::Secret(&self.subscription.secret) };
        for message in (self.telling)(change, proof) {
            // Its worker lives as long as this.
            let _ = self.queue.send(message);
        }
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("url", &self.subscription.url).finish_non_exhaustive()
    }
}

struct Worker {
    side: Side,
    address: Uri,
    faults: Vec<WebhookFault>,
    sent: Arc<Sent>,
}

impl Worker {
    async fn work(self, mut messages: mpsc::UnboundedReceiver<Message>) {
        let overtaken = self.faults.contains(&WebhookFault::Overtaken);
        let mut held = None;
        while let Some(message) = messages.recv().await {
            if overtaken && held.is_none() {
                held = Some(message);
                continue;
            }
            self.send(message).await;
            if let Some(earlier) = held.take() {
                self.send(earlier).await;
            }
        }
    }

    async fn send(&self, message: Message) {
        let late = self.faults.iter().find_map(|fault| match fault {
            WebhookFault::Late { ms } => Some(Duration::from_millis(*ms)),
            _ => None,
        });
        if let Some(late) = late {
            sleep(late).await;
        }
        let times = if self.faults.contains(&WebhookFault::Doubled) { 2 } else { 1 };
        for _ in 0..times {
            let (side, address, message) = (self.side, self.address.clone(), message.clone());
            self.sent.send(Outgoing { side, address, message }).await;
        }
    }
}
