use std::sync::atomic::{AtomicUsize, Ordering};

use latchel_sync_http::testing::{Stub, StubServer, parameter};
use serde_json::{Value, json};
use wiremock::{Request, ResponseTemplate};

pub use latchel_sync_http::testing::{all, instant, invalid, record, window};

pub type Far = StubServer<DoorLoop>;

/// Lists by page number, with their total.
pub struct DoorLoop;

impl Stub for DoorLoop {
    const ADAPTER: &str = "doorloop";
    const README: &str = include_str!("../../README.md");

    fn settings() -> Value {
        json!({"calls_per_minute": 60_000, "calls_per_hour": 600_000})
    }

    fn page(rows: &[Value], request: &Request) -> ResponseTemplate {
        let (number, size) = number_and_size(request);
        let page: Vec<_> = rows.iter().skip((number - 1) * size).take(size).collect();
        ok(json!({"total": rows.len(), "data": page}))
    }
}

/// Serves what `page` makes of page number and size.
pub async fn serve_pages(far: &Far, at: &str, page: impl Fn(usize, usize) -> Value + Send + Sync + 'static) {
    let answer = move |request: &Request| {
        let (number, size) = number_and_size(request);
        ok(page(number, size))
    };
    far.respond_for(at, &[], answer).await;
}

/// Serves a list of 1,001 rows of which, in so many readings, one is gone before the second page.
pub async fn serve_moving(
    far: &Far,
    at: &str,
    moves: usize,
    row: impl Fn(u32) -> Value + Send + Sync + 'static,
) {
    let readings = AtomicUsize::new(0);
    let page = move |number, _| {
        let reading = match number {
            1 => readings.fetch_add(1, Ordering::SeqCst),
            _ => readings.load(Ordering::SeqCst) - 1,
        };
        let total = if number == 2 && reading < moves { 1_000 } else { 1_001 };
        let page: Vec<_> = (0..total).skip((number - 1) * 1_000).take(1_000).map(&row).collect();
        json!({"total": total, "data": page})
    };
    serve_pages(far, at, page).await;
}

fn number_and_size(request: &Request) -> (usize, usize) {
    (parameter(request, "page_number").unwrap_or(1), parameter(request, "page_size").unwrap_or(50))
}

pub fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

/// An id of 24 hexadecimal digits.
pub fn oid(number: u32) -> String {
    format!("5f1a{number:020x}")
}
