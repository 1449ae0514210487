//! A far side on this machine that answers what a script says.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, RETRY_AFTER, TRANSFER_ENCODING, UPGRADE};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, Uri};
use latchel_sync_core::registry::{Setting, SettingForm, Settings};
use serde_json::{Map, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::script::{Answer, Script};

/// Value of every secret, so that a part of one never passes for another.
pub const SECRET: &str = "the-secret";
/// More calls than this say that they would never end.
const MOST_CALLS: usize = 500;
/// No input takes longer.
const LONGEST: Duration = Duration::from_secs(20);
/// The far side speaks HTTP, so that what frames an answer is its own affair.
const FRAMING: [HeaderName; 4] = [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE];
/// Header that adapters wait by, also where an answer is good.
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

pub struct Far {
    runtime: Runtime,
    pub url: String,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Default)]
struct Desk {
    answers: Vec<Answer>,
    called: Vec<String>,
}

thread_local! {
    static FAR: Far = Far::start();
}

impl Far {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let desk = Arc::<Mutex<Desk>>::default();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let app = Router::new().fallback(answer).with_state(desk.clone());
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self { runtime, url, desk }
    }

    /// Runs `act` against a far side that gives the script's answers one after another, and again from the first.
    /// Returns what it came to and the paths that were called.
    ///
    /// # Panics
    ///
    /// If it does not end.
    pub fn run<T>(script: &Script, act: impl AsyncFnOnce(&Far) -> T) -> (T, Vec<String>) {
        FAR.with(|far| {
            *locked(&far.desk) = Desk { answers: script.answers.clone(), called: Vec::new() };
            let done = far.runtime.block_on(async { tokio::time::timeout(LONGEST, act(far)).await });
            let called = std::mem::take(&mut locked(&far.desk).called);
            assert!(called.len() <= MOST_CALLS, "the calls of {:?} never end", script.call);
            (done.unwrap_or_else(|_| panic!("{:?} hangs", script.call)), called)
        })
    }

    /// Settings with which an adapter speaks to this far side, as fast as it can.
    pub fn settings(&self, known: &[Setting]) -> Settings {
        let mut values = Map::new();
        let mut secrets = BTreeMap::new();
        for setting in known {
            let key = setting.key.to_owned();
            match setting.form {
                SettingForm::Secret => drop(secrets.insert(key, SECRET.to_owned().into())),
                _ if key == "base_url" => drop(values.insert(key, json!(self.url))),
                _ if key.starts_with("calls_per_") => drop(values.insert(key, json!(100_000))),
                SettingForm::Text if setting.required => drop(values.insert(key, json!("1"))),
                _ => {}
            }
        }
        Settings::new(known, values, secrets)
    }
}

async fn answer(State(desk): State<Arc<Mutex<Desk>>>, uri: Uri) -> Response<Body> {
    let answer = {
        let mut desk = locked(&desk);
        let next = desk.called.len();
        desk.called.push(uri.path().to_owned());
        match desk.answers.len() {
            _ if next >= MOST_CALLS => None,
            0 => None,
            all => Some(desk.answers[next % all].clone()),
        }
    };
    let Some(answer) = answer else {
        let mut nothing = Response::new(Body::empty());
        *nothing.status_mut() = StatusCode::BAD_REQUEST;
        return nothing;
    };
    let failed = !answer.is_success();
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).expect("a status");
    for (name, value) in answer.headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .ok()
            .filter(|name| !FRAMING.contains(name) && *name != RESET);
        if let (Some(name), Ok(value)) = (name, HeaderValue::from_bytes(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    // Who is asked for more patience than a call may have gives up at once: no input has to wait.
    if failed && (response.status().is_server_error() || !response.headers().contains_key(RETRY_AFTER)) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("3600"));
    }
    response
}

fn locked(desk: &Mutex<Desk>) -> std::sync::MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}
