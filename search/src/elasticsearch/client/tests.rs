//! Faults of nodes, by small servers that behave as told.

use std::sync::{Mutex, atomic::AtomicU32};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

/// What a server does with a request.
#[derive(Clone, Copy, Debug)]
enum Does {
    Answer(&'static str),
    Hang,
    Close,
}

const OK: Does = Does::Answer(
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
);
const BUSY: Does = Does::Answer(
    "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
);
const DOWN: Does = Does::Answer(
    "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
);
const PAGE: Does = Does::Answer(
    "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>",
);
const CUT: Does = Does::Answer(
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90\r\nconnection: close\r\n\r\n{\"a\":",
);
const HALF: Does = Does::Answer(
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\nconnection: close\r\n\r\n{\"a\":",
);
const DENIED: Does = Does::Answer(
    "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
);

struct Server {
    url: Url,
    does: Arc<Mutex<Does>>,
    asked: Arc<AtomicU32>,
}

impl Server {
    async fn new(first: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let does = Arc::new(Mutex::new(first));
        let asked = Arc::new(AtomicU32::new(0));
        let (shared, count) = (Arc::clone(&does), Arc::clone(&asked));
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let (does, count) = (Arc::clone(&shared), Arc::clone(&count));
                tokio::spawn(async move {
                    let mut request = vec![0; 4096];
                    let _ = socket.read(&mut request).await;
                    count.fetch_add(1, Ordering::Relaxed);
                    let now = *does.lock().unwrap();
                    match now {
                        Does::Answer(answer) => drop(socket.write_all(answer.as_bytes()).await),
                        Does::Hang => tokio::time::sleep(Duration::from_secs(600)).await,
                        Does::Close => {}
                    }
                });
            }
        });
        Self { url, does, asked }
    }

    fn now(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }
}

/// An address that nobody listens at.
async fn dead() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap()).parse().unwrap()
}

fn client(urls: &[&Url], deadline: u64) -> Client {
    let urls = urls.iter().map(|&url| url.clone()).collect();
    let deadline = Duration::from_millis(deadline);
    Client::new(&ClientOptions { urls, auth: Auth::None, ca_certificates: None, deadline }).unwrap()
}

fn get() -> Call {
    Call::get("/".to_owned())
}

#[tokio::test]
async fn each_fault_of_the_only_node_has_its_error_within_the_deadline() {
    type Is = fn(&SearchError) -> bool;
    let unavailable: Is = |error| matches!(error, SearchError::Unavailable);
    let timeout: Is = |error| matches!(error, SearchError::Timeout);
    let engine: Is = |error| matches!(error, SearchError::Engine(_));
    let cases = [
        (Does::Close, unavailable),
        (Does::Hang, timeout),
        (BUSY, unavailable),
        (DOWN, unavailable),
        (PAGE, unavailable),
        (CUT, unavailable),
        (HALF, unavailable),
        (DENIED, engine),
    ];
    for (does, is) in cases {
        let server = Server::new(does).await;
        let started = Instant::now();
        let error = client(&[&server.url], 300).send(get()).await.unwrap_err();
        assert!(is(&error), "{does:?}: {error:?}");
        assert!(started.elapsed() < Duration::from_millis(600), "{does:?}");
    }
    let error = client(&[&dead().await], 300).send(get()).await.unwrap_err();
    assert!(unavailable(&error));
}

#[tokio::test]
async fn another_node_answers_for_one_that_fails() {
    for does in [Does::Close, Does::Hang, BUSY, DOWN, PAGE, CUT, HALF] {
        let (bad, good) = (Server::new(does).await, Server::new(OK).await);
        let client = client(&[&bad.url, &good.url], 900);
        for _ in 0..4 {
            assert_eq!(client.send(get()).await.unwrap().status, 200, "{does:?}");
        }
    }
}

#[tokio::test]
async fn what_may_have_been_done_is_not_done_twice() {
    let (bad, good) = (Server::new(Does::Close).await, Server::new(OK).await);
    let client = client(&[&bad.url, &good.url], 900);
    let once = Call { repeatable: false, ..get() };
    assert!(client.send(once.clone()).await.is_err());
    assert_eq!((bad.asked(), good.asked()), (1, 0));
    assert!(client.send(once).await.is_ok(), "the broken node is set aside");
}

#[tokio::test]
async fn what_was_never_read_is_sent_to_another_node() {
    let good = Server::new(OK).await;
    let client = client(&[&dead().await, &good.url], 900);
    for _ in 0..3 {
        assert!(client.send(Call { repeatable: false, ..get() }).await.is_ok());
    }
}

#[tokio::test]
async fn a_dead_cluster_fails_at_once_and_is_back_by_itself() {
    let server = Server::new(Does::Close).await;
    let client = client(&[&server.url], 900);
    for _ in 0..PATIENCE_OF_TESTS {
        assert!(client.send(get()).await.is_err());
    }
    let asked = server.asked();
    let started = Instant::now();
    assert!(matches!(client.send(get()).await, Err(SearchError::Unavailable)));
    assert!(started.elapsed() < Duration::from_millis(50));
    assert_eq!(server.asked(), asked, "nobody is asked while the breaker is open");
    server.now(OK);
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert!(client.send(get()).await.is_ok());
}

/// Failures after which an only node is set aside.
const PATIENCE_OF_TESTS: u32 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn one_dead_and_one_hanging_node_of_three_are_not_felt() {
    let (good, hanging) = (Server::new(OK).await, Server::new(Does::Hang).await);
    let client = Arc::new(client(&[&dead().await, &hanging.url, &good.url], 3_000));
    let started = Instant::now();
    let mut slowest_later = Duration::ZERO;
    while started.elapsed() < Duration::from_secs(4) {
        let at = Instant::now();
        let answers = (0..8).map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { client.send(get()).await })
        });
        for answer in answers.collect::<Vec<_>>() {
            assert!(answer.await.unwrap().is_ok());
        }
        if started.elapsed() > Duration::from_millis(2_000) {
            slowest_later = slowest_later.max(at.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(slowest_later < Duration::from_millis(500), "{slowest_later:?}");
}

#[test]
fn users_of_addresses_are_read_once() {
    let url: Url = "https://me%40here:s%2Bcret@node:9200".parse().unwrap();
    let auth = Auth::ApiKey("key".to_owned().into());
    let options = |auth| ClientOptions {
        urls: vec![url.clone()],
        auth,
        ca_certificates: None,
        deadline: Duration::from_secs(1),
    };
    assert!(Client::new(&options(Auth::None)).is_ok());
    assert!(Client::new(&options(auth)).unwrap_err().contains("give one"));
}
