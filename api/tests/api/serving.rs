//! On a real socket: shutdown lets open requests finish, and cuts what outstays the drain deadline.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

use wikimovie_api::{Server, ServerSettings};

use crate::app::{Failure, TestApp, local};

const REQUEST: &[u8] =
    b"GET /graphql?query=%7Bcatalog%7Bmovies%7D%7D HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

async fn start(
    app: &TestApp,
    drain: Duration,
) -> (std::net::SocketAddr, CancellationToken, tokio::task::JoinHandle<std::io::Result<()>>) {
    let server = Server::bind(ServerSettings { drain_deadline: drain, ..local() }).await.unwrap();
    let address = server.address();
    let stop = CancellationToken::new();
    let server = tokio::spawn(server.serve(app.gateway(), stop.clone().cancelled_owned()));
    (address, stop, server)
}

#[tokio::test]
async fn open_requests_finish() {
    let app = TestApp::dozen();
    let (address, stop, server) = start(&app, Duration::from_secs(10)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(REQUEST).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.cancel();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"movies\":12"), "{answer}");
    server.await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nothing listens any more");
}

#[tokio::test]
async fn what_outstays_the_drain_deadline_is_cut() {
    let app = TestApp::dozen();
    app.catalog.fail_with(Failure::Hang);
    let (address, stop, server) = start(&app, Duration::from_millis(100)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(REQUEST).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let told = Instant::now();
    stop.cancel();
    server.await.unwrap().unwrap();
    assert!(told.elapsed() < Duration::from_secs(3));
}
