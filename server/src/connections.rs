//! Connections to the server. Their number is bounded, and so is the time for which one may say nothing, so that nobody keeps
//! others out by connecting, and descriptors are left over for the server's own files and calls.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use futures::future::BoxFuture;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use latchel_sync_core::engine::StopSignal;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// Bounds of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Number of connections at once.
    pub most: usize,
    /// Time in which a request's headers arrive, from when the connection is there or the answer before has been sent.
    pub headers: Duration,
    /// Time for which whoever asked may take none of the answer.
    pub unread: Duration,
}

/// Most connections at once, where the process may have as many descriptors.
const MOST: u64 = 1024;
/// Descriptors of a process that nobody told how many it may have.
const DESCRIPTORS: u64 = 256;

impl Limits {
    /// The bounds for this process: connections take half of its descriptors at most. It asks for as many as it may have.
    pub fn of_process() -> Self {
        let descriptors = getrlimit(Resource::RLIMIT_NOFILE).map_or(DESCRIPTORS, |(soft, hard)| {
            let wanted = hard.min(MOST * 4).max(soft);
            // What was there before stays if this is refused.
            setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).map_or(soft, |()| wanted)
        });
        let most = usize::try_from((descriptors / 2).clamp(1, MOST)).unwrap_or(1);
        Self { most, headers: Duration::from_secs(10), unread: Duration::from_secs(30) }
    }
}

/// Serves until `stop` is set, and until the requests that have arrived by then are answered.
pub(crate) async fn serve(listener: TcpListener, routes: Router, stop: StopSignal, limits: Limits) {
    let open = Arc::new(Open::new(limits.most));
    let ending = GracefulShutdown::new();
    loop {
        let next = async {
            let accepted = listener.accept().await;
            // Not before: nobody makes room unless somebody waits for it.
            let place = open.place().await;
            (accepted, place)
        };
        let (accepted, place) = tokio::select! {
            biased;
            () = stop.asked() => break,
            next = next => next,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                after_failure(&error).await;
                continue;
            }
        };
        let connection = open.begin(place);
        let closed = connection.closed.clone();
        let answering = Answering { routes: routes.clone(), peer, connection };
        let served = ending.watch(http(stream, answering, limits));
        tokio::spawn(async move {
            tokio::select! {
                // Whoever broke it off knows that they did.
                _ = served => {}
                () = closed.notified() => {}
            }
        });
    }
    drop(listener);
    ending.shutdown().await;
}

/// Waits a moment, unless the connection alone failed: without descriptors the next one fails just so.
async fn after_failure(error: &io::Error) {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "no connection can be taken now");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The answers on one connection.
fn http(
    stream: TcpStream,
    answering: Answering,
    limits: Limits,
) -> http1::Connection<TokioIo<Pin<Box<TimeoutStream<TcpStream>>>>, Answering> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.unread));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .serve_connection(TokioIo::new(Box::pin(stream)), answering)
}

/// Service for the requests of one connection.
struct Answering {
    routes: Router,
    peer: SocketAddr,
    connection: Arc<Connection>,
}

impl Service<Request<Incoming>> for Answering {
    type Response = Response<Sent>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Sent>, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let asking = Asking::begin(self.connection.clone());
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let answered = self.routes.clone().oneshot(request);
        Box::pin(async move { Ok(answered.await?.map(|body| Sent { body, _asking: asking })) })
    }
}

/// The connections that are open.
struct Open {
    places: Arc<Semaphore>,
    /// Those without a request, the longest silent first, each with what closes it.
    silent: Mutex<BTreeMap<u64, Arc<Notify>>>,
    next: AtomicU64,
    fell_silent: Notify,
}

impl Open {
    fn new(most: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(most)),
            silent: Mutex::default(),
            next: AtomicU64::default(),
            fell_silent: Notify::new(),
        }
    }

    /// A place for one more. If there is none, whoever has been silent the longest makes room.
    async fn place(&self) -> OwnedSemaphorePermit {
        loop {
            if let Ok(place) = self.places.clone().try_acquire_owned() {
                return place;
            }
            let longest = self.silent().pop_first();
            if let Some((_, close)) = &longest {
                close.notify_one();
            }
            let freed = self.places.clone().acquire_owned();
            tokio::select! {
                // It is never closed.
                Ok(place) = freed => return place,
                () = self.fell_silent.notified(), if longest.is_none() => {}
            }
        }
    }

    fn begin(self: &Arc<Self>, place: OwnedSemaphorePermit) -> Arc<Connection> {
        let connection = Connection {
            open: self.clone(),
            turn: AtomicU64::default(),
            closed: Arc::default(),
            _place: place,
        };
        connection.is_silent();
        Arc::new(connection)
    }

    fn silent(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Notify>>> {
        self.silent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection, with its place.
struct Connection {
    open: Arc<Open>,
    /// Its key among the silent ones.
    turn: AtomicU64,
    closed: Arc<Notify>,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    fn is_silent(&self) {
        let turn = self.open.next.fetch_add(1, Ordering::Relaxed);
        self.turn.store(turn, Ordering::Relaxed);
        self.open.silent().insert(turn, self.closed.clone());
        self.open.fell_silent.notify_one();
    }

    fn is_heard(&self) {
        self.open.silent().remove(&self.turn.load(Ordering::Relaxed));
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.is_heard();
    }
}

/// A request, from the end of its headers to the end of its answer: for as long its connection is not silent.
struct Asking(Arc<Connection>);

impl Asking {
    fn begin(connection: Arc<Connection>) -> Self {
        connection.is_heard();
        Self(connection)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.is_silent();
    }
}

/// An answer's body.
struct Sent {
    body: Body,
    _asking: Asking,
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    /// Time in which a test that holds has long ended.
    const AMPLE: Duration = Duration::from_secs(60);
    const PATIENT: Duration = Duration::from_secs(3600);

    async fn server(most: usize, headers: Duration) -> (SocketAddr, StopSignal) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let pending = || async { Body::from_stream(futures::stream::pending::<Result<Bytes, Infallible>>()) };
        let routes = Router::new().route("/", get(async || "well")).route("/endless", get(pending));
        let stop = StopSignal::default();
        let limits = Limits { most, headers, unread: PATIENT };
        tokio::spawn(serve(listener, routes, stop.clone(), limits));
        (address, stop)
    }

    async fn ask(address: SocketAddr, head: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("sent");
        stream
    }

    /// Everything that comes until the connection is closed.
    async fn all(mut stream: TcpStream) -> String {
        let mut text = Vec::new();
        // One that was closed with something unread is reset.
        let _ = timeout(AMPLE, stream.read_to_end(&mut text)).await.expect("it is closed in time");
        String::from_utf8(text).expect("text")
    }

    const WHOLE: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    #[tokio::test]
    async fn whoever_says_nothing_or_half_of_it_is_let_go() {
        let (address, _stop) = server(100, Duration::from_millis(50)).await;
        for head in ["", "GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"] {
            let text = all(ask(address, head).await).await;
            assert_eq!(text.contains("well"), head.ends_with("\r\n\r\n"), "{head:?}: {text}");
        }
    }

    #[tokio::test]
    async fn many_that_say_nothing_keep_nobody_out() {
        let (address, _stop) = server(4, PATIENT).await;
        let mut silent = Vec::new();
        for _ in 0..40 {
            silent.push(ask(address, "GET / HTTP/1.1\r\n").await);
            assert!(all(ask(address, WHOLE).await).await.ends_with("well"));
        }
        for one in silent.drain(..30) {
            assert_eq!(all(one).await, "", "the longest silent ones made room");
        }
    }

    #[tokio::test]
    async fn an_answer_under_way_is_not_cut_off_and_a_place_that_gets_free_is_taken() {
        let (address, stop) = server(2, PATIENT).await;
        let endless = "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n";
        let mut under_way = [ask(address, endless).await, ask(address, endless).await];
        for one in &mut under_way {
            assert_eq!(timeout(AMPLE, one.read_u8()).await.expect("an answer").expect("a byte"), b'H');
        }
        let waits = ask(address, WHOLE).await;
        let [first, _second] = under_way;
        drop(first);
        assert!(all(waits).await.ends_with("well"));
        stop.stop();
    }

    #[test]
    fn half_of_the_descriptors_are_left_over() {
        let limits = Limits::of_process();
        let (soft, _) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
        assert!(limits.most >= 1 && limits.most as u64 * 2 <= soft, "{limits:?} of {soft}");
    }
}
