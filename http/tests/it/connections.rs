//! Tests of how long a connection is kept.

use std::time::Duration;

use latchel_sync_core::registry::Settings;
use latchel_sync_http::Transport;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Change of a connection, as a far side sees it.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Opened,
    Closed,
}

/// A far side that answers everything and closes nothing.
async fn far_side() -> (String, UnboundedReceiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (tell, seen) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, tell.clone()));
        }
    });
    (format!("http://{address}"), seen)
}

async fn serve(mut stream: TcpStream, tell: UnboundedSender<Seen>) {
    let _ = tell.send(Seen::Opened);
    let mut request = [0; 4096];
    // A request without a body comes in one piece.
    while stream.read(&mut request).await.is_ok_and(|bytes| bytes > 0) {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.expect("it listens");
    }
    let _ = tell.send(Seen::Closed);
}

#[tokio::test]
async fn a_connection_outlives_the_waits_of_a_run_and_not_the_time_to_the_next() {
    let (address, mut seen) = far_side().await;
    let far = Transport::builder("Far", &address, &Settings::default()).build().expect("a transport");
    let call = async || far.get("v1/things").send().await.map(|_| ()).expect("an answer");
    call().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(5)).await;
    tokio::time::resume();
    call().await;
    assert_eq!(seen.recv().await, Some(Seen::Opened));
    assert!(seen.try_recv().is_err(), "both calls went over one connection");

    tokio::time::pause();
    let next = tokio::time::timeout(Duration::from_secs(30), seen.recv()).await;
    assert_eq!(next, Ok(Some(Seen::Closed)), "nobody calls, and it is closed");
    tokio::time::resume();
    call().await;
    assert_eq!(seen.recv().await, Some(Seen::Opened));
}
