//! On a real socket: shutdown lets open requests finish, and cuts what outstays the drain deadline.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

use wikimovie_api::{ApiSettings, Server, ServerSettings};
use wikimovie_testkit_builders::dozen;

use crate::app::{PATIENCE, TestApp, local, until};

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
    app.catalog.hold();
    let (address, stop, server) = start(&app, Duration::from_secs(60)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(REQUEST).await.unwrap();
    app.catalog.called_times(1).await;
    stop.cancel();
    until("nothing listens", async || TcpStream::connect(address).await.is_err()).await;
    app.catalog.release();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"movies\":12"), "{answer}");
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_outstays_the_drain_deadline_is_cut() {
    const NEVER: Duration = Duration::from_secs(24 * 60 * 60);
    let settings =
        ApiSettings { engine_deadline: NEVER, operation_deadline: NEVER, ..ApiSettings::default() };
    let app = TestApp::of(dozen(), settings);
    app.catalog.hold();
    let (address, stop, server) = start(&app, Duration::from_millis(100)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(REQUEST).await.unwrap();
    app.catalog.called_times(1).await;
    stop.cancel();
    tokio::time::timeout(PATIENCE, server).await.expect("the server ends").unwrap().unwrap();
    let mut answer = String::new();
    assert!(stream.read_to_string(&mut answer).await.is_err() || answer.is_empty(), "{answer}");
}

/// A server with these settings; its address, and what tells it to stop.
async fn serve(app: &TestApp, settings: ServerSettings) -> (Serving, CancellationToken) {
    let server = Server::bind(settings).await.unwrap();
    let (public, admin) = (server.address(), server.admin_address());
    let stop = CancellationToken::new();
    let task = tokio::spawn(server.serve(app.gateway(), stop.clone().cancelled_owned()));
    (Serving { public, admin, task }, stop)
}

struct Serving {
    public: SocketAddr,
    admin: Option<SocketAddr>,
    task: JoinHandle<io::Result<()>>,
}

/// One request on a connection of its own; the answer, or nothing where there is none within two seconds.
async fn get(address: SocketAddr, path: &str) -> Option<String> {
    let ask = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        Some(answer)
    };
    tokio::time::timeout(Duration::from_secs(2), ask).await.ok().flatten()
}

/// How long the server keeps a connection on which `write` is written again and again, a byte every 20 ms.
async fn kept(address: SocketAddr, write: &[u8]) -> Duration {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let started = Instant::now();
    let mut bytes = write.iter().cycle();
    let mut answer = [0; 1_024];
    while started.elapsed() < Duration::from_secs(10) {
        if let Some(byte) = bytes.next()
            && stream.write_all(&[*byte]).await.is_err()
        {
            break;
        }
        let read = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut answer)).await;
        if matches!(read, Ok(Ok(0) | Err(_))) {
            break;
        }
    }
    started.elapsed()
}

#[tokio::test]
async fn slow_headers_and_silence_end_a_connection() {
    let app = TestApp::dozen();
    let deadline = Duration::from_millis(300);
    let settings = ServerSettings { header_deadline: deadline, idle_deadline: deadline, ..local() };
    let (server, _stop) = serve(&app, settings).await;
    for (what, write) in [
        ("silence", &b""[..]),
        ("headers without end", b"GET / HTTP/1.1\r\nX: aaaaaaaaaaaaaaaaaaaa\r\n"),
        ("one long header", b"a"),
    ] {
        let kept = kept(server.public, write).await;
        assert!(kept >= Duration::from_millis(250) && kept < Duration::from_secs(3), "{what}: {kept:?}");
    }
    // A connection that is kept alive ends too once nothing comes any more.
    let mut stream = TcpStream::connect(server.public).await.unwrap();
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(3), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok() && answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn a_client_that_takes_no_answer_is_cut() {
    let app = TestApp::dozen();
    let settings = ServerSettings { connections: 1, idle_deadline: Duration::from_millis(500), ..local() };
    let (server, _stop) = serve(&app, settings).await;
    let mut greedy = TcpStream::connect(server.public).await.unwrap();
    // Questions for far more than the system's buffers hold, and none of it read.
    let asking = tokio::spawn(async move {
        loop {
            let sent = greedy.write_all(b"GET /schema.graphql HTTP/1.1\r\nHost: a\r\n\r\n").await;
            if sent.is_err() {
                return;
            }
        }
    });
    tokio::time::timeout(Duration::from_secs(20), asking).await.expect("still open").unwrap();
    assert!(get(server.public, "/livez").await.is_some_and(|answer| answer.starts_with("HTTP/1.1 200")));
}

#[tokio::test]
async fn further_connections_wait_for_one_to_end() {
    let app = TestApp::dozen();
    let settings =
        ServerSettings { connections: 2, admin_listen: Some(([127, 0, 0, 1], 0).into()), ..local() };
    let (server, _stop) = serve(&app, settings).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(server.public).await.unwrap();
        stream.write_all(b"GET /schema.graphql HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        open.push(stream);
    }
    assert_eq!(get(server.public, "/schema.graphql").await, None, "no place");
    let admin = get(server.admin.unwrap(), "/livez").await;
    assert!(admin.is_some_and(|answer| answer.contains("200 OK")), "probes have places of their own");
    open.pop();
    let answer = get(server.public, "/schema.graphql").await;
    assert!(answer.is_some_and(|answer| answer.starts_with("HTTP/1.1 200")));
}

#[tokio::test]
async fn a_gateway_that_is_to_stop_says_so_and_still_answers_for_a_while() {
    let app = TestApp::dozen();
    let settings = ServerSettings {
        drain_delay: Duration::from_millis(800),
        admin_listen: Some(([127, 0, 0, 1], 0).into()),
        ..local()
    };
    let (server, stop) = serve(&app, settings).await;
    let admin = server.admin.unwrap();
    let ready = get(admin, "/readyz").await.unwrap();
    assert!(ready.starts_with("HTTP/1.1 200") && ready.contains("\"ready\""), "{ready}");
    stop.cancel();
    until("it is not ready", async || !get(admin, "/readyz").await.unwrap().starts_with("HTTP/1.1 200"))
        .await;
    let ready = get(admin, "/readyz").await.unwrap();
    assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("\"draining\""), "{ready}");
    let alive = get(admin, "/livez").await.unwrap();
    assert!(alive.starts_with("HTTP/1.1 200"), "{alive}");
    let answer = get(server.public, "/graphql?query=%7B__typename%7D").await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    server.task.await.unwrap().unwrap();
    assert!(TcpStream::connect(server.public).await.is_err());
}

#[tokio::test]
async fn the_two_listeners_serve_what_is_theirs() {
    let app = TestApp::dozen();
    let (server, _stop) =
        serve(&app, ServerSettings { admin_listen: Some(([127, 0, 0, 1], 0).into()), ..local() }).await;
    let status = async |address, path| get(address, path).await.unwrap()[9..12].to_owned();
    for path in ["/livez", "/readyz", "/metrics"] {
        assert_eq!(
            (status(server.admin.unwrap(), path).await, status(server.public, path).await),
            ("200".to_owned(), "404".to_owned()),
            "{path}"
        );
    }
    for path in ["/graphql?query=%7B__typename%7D", "/schema.graphql"] {
        assert_eq!(
            (status(server.admin.unwrap(), path).await, status(server.public, path).await),
            ("404".to_owned(), "200".to_owned()),
            "{path}"
        );
    }
}
