//! A proxy in front of a node, or of any HTTP/1.1 server, that fails as it is told, and remembers what was asked.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use crate::http1::{self, Message};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

/// How the proxy fails.
#[derive(Clone)]
pub enum Fault {
    /// Not at all.
    Pass,
    /// Nobody listens: connections are refused, open ones cut. In a script: the connection is cut unanswered.
    Dead,
    /// Requests are read and never answered.
    Hang,
    /// Requests are passed on after a while.
    Slow(Duration),
    /// This status, with a JSON body as an engine gives it.
    Status(u16),
    /// A load balancer's page, status 502.
    Html,
    /// This answer in place of the server's: status, media type, body.
    Page(u16, &'static str, &'static str),
    /// The upstream's answer, whose second half never comes.
    TruncatedJson,
    /// The upstream's answer, whose second half does not come as long as anybody waits for it.
    Stall,
    /// The upstream's answer, changed.
    Rewrite(Rewrite),
    /// Like this for some requests, not at all for others.
    Where(Which, Box<Fault>),
}

/// Tells requests apart.
pub type Which = Arc<dyn Fn(&Recorded) -> bool + Send + Sync>;

/// Changes an answer's JSON.
pub type Rewrite = Arc<dyn Fn(&mut Value) + Send + Sync>;

impl Fault {
    /// Changes each answer's JSON.
    pub fn rewrite(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::Rewrite(Arc::new(change))
    }

    /// Fails like this only where it is said.
    pub fn only(self, which: impl Fn(&Recorded) -> bool + Send + Sync + 'static) -> Self {
        Self::Where(Arc::new(which), Box::new(self))
    }

    /// How it fails at a request.
    fn at(self, request: &Recorded) -> Self {
        match self {
            Self::Where(which, fault) if which(request) => fault.at(request),
            Self::Where(..) => Self::Pass,
            other => other,
        }
    }
}

/// A request that came in.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Method, in capitals.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body as sent, perhaps compressed.
    pub body: Vec<u8>,
}

impl Recorded {
    /// Value of a header, whose name is given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// The proxy. Ends when dropped.
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

struct Shared {
    upstream: String,
    fault: watch::Sender<Fault>,
    script: Mutex<VecDeque<Fault>>,
    requests: Mutex<Vec<Recorded>>,
    reached: AtomicUsize,
}

impl FaultProxy {
    /// A proxy on a free port, before the server at `host:port` or `http://host:port`, that lets all pass.
    ///
    /// # Panics
    /// Where no port is free.
    pub async fn start(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let upstream = upstream.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let shared = Arc::new(Shared {
            upstream,
            fault: watch::Sender::new(Fault::Pass),
            script: Mutex::default(),
            requests: Mutex::default(),
            reached: AtomicUsize::new(0),
        });
        let task = tokio::spawn(listen(listener, address, Arc::clone(&shared)));
        Self { address, shared, task }
    }

    /// Its address, `http://127.0.0.1:…/`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Fails like this from the next request on. Once [`Fault::Dead`] is set, connections are refused very soon.
    pub fn set(&self, fault: Fault) {
        self.shared.fault.send_replace(fault);
    }

    /// Fails like these at the next requests, one each; then as set.
    pub fn script(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.shared.script).extend(faults);
    }

    /// Requests that came in, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.shared.requests).clone()
    }

    /// Requests that came in, counted.
    #[must_use]
    pub fn received(&self) -> usize {
        lock(&self.shared.requests).len()
    }

    /// Requests that were passed on to the server.
    #[must_use]
    pub fn reached(&self) -> usize {
        self.shared.reached.load(Relaxed)
    }

    /// Forgets the requests and counts anew.
    pub fn forget(&self) {
        lock(&self.shared.requests).clear();
        self.shared.reached.store(0, Relaxed);
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Accepts connections, unless it is dead.
async fn listen(listener: TcpListener, address: SocketAddr, shared: Arc<Shared>) {
    let mut fault = shared.fault.subscribe();
    let mut listener = Some(listener);
    loop {
        let mut connections = JoinSet::new();
        let open = match listener.take() {
            Some(open) => Some(open),
            None => bind(address).await,
        };
        while !matches!(*fault.borrow_and_update(), Fault::Dead) {
            let Some(open) = &open else { break };
            tokio::select! {
                changed = fault.changed() => if changed.is_err() { return },
                Ok((stream, _)) = open.accept() => {
                    connections.spawn(serve(stream, Arc::clone(&shared)));
                }
                Some(_) = connections.join_next() => {}
            }
        }
        // The port closes and open connections are cut here.
        drop((open, connections));
        while matches!(*fault.borrow_and_update(), Fault::Dead) {
            if fault.changed().await.is_err() {
                return;
            }
        }
    }
}

/// The old port again; nobody else is likely to have taken it.
async fn bind(address: SocketAddr) -> Option<TcpListener> {
    for _ in 0..100 {
        if let Ok(listener) = TcpListener::bind(address).await {
            return Some(listener);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    None
}

/// Serves one connection until either side has enough.
async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let mut stream = BufReader::new(stream);
    while let Ok(Some(request)) = http1::read(&mut stream, false).await {
        let scripted = lock(&shared.script).pop_front();
        let fault = scripted.unwrap_or_else(|| shared.fault.borrow().clone());
        let (method, path) = request.start_words();
        let recorded =
            Recorded { method, path, headers: request.headers.clone(), body: request.body.clone() };
        let fault = fault.at(&recorded);
        lock(&shared.requests).push(recorded);
        let answer = match fault {
            Fault::Dead => return,
            Fault::Hang => {
                // Until who asked has gone: a hanging node does not hold what nobody waits for.
                let _ = stream.read_u8().await;
                return;
            }
            Fault::Status(status) => refusal(status),
            Fault::Html => {
                Message::answer(502, "text/html", b"<html><h1>502 Bad Gateway</h1></html>".to_vec())
            }
            Fault::Page(status, kind, body) => Message::answer(status, kind, body.as_bytes().to_vec()),
            Fault::Slow(time) => {
                tokio::time::sleep(time).await;
                shared.pass(&request).await
            }
            Fault::Pass | Fault::Where(..) | Fault::TruncatedJson | Fault::Stall => {
                shared.pass(&request).await
            }
            Fault::Rewrite(ref change) => {
                let mut answer = shared.pass(&request).await;
                if let Ok(mut body) = serde_json::from_slice(&answer.body) {
                    change(&mut body);
                    answer.body = body.to_string().into_bytes();
                }
                answer
            }
        };
        let head_only = recorded_head(&request);
        let mut bytes = answer.to_bytes(head_only);
        let cut = matches!(fault, Fault::TruncatedJson | Fault::Stall);
        if cut {
            bytes.truncate(bytes.len() - answer.body.len().div_ceil(2));
        }
        let written = stream.get_mut().write_all(&bytes).await;
        if matches!(fault, Fault::Stall) {
            let _ = stream.read_u8().await;
        }
        if written.is_err() || cut {
            return;
        }
    }
}

fn recorded_head(request: &Message) -> bool {
    request.start.starts_with("HEAD ")
}

/// What an engine says when it will not.
fn refusal(status: u16) -> Message {
    let kind = match status {
        429 => "es_rejected_execution_exception",
        503 => "cluster_block_exception",
        _ => "some_exception",
    };
    let error = json!({ "type": kind, "reason": "rejected by node-1 of index movies" });
    let body =
        json!({ "error": { "root_cause": [error], "type": kind, "reason": "rejected" }, "status": status });
    Message::answer(status, "application/json", body.to_string().into_bytes())
}

impl Shared {
    /// Asks the server, over a connection of its own.
    async fn pass(&self, request: &Message) -> Message {
        self.reached.fetch_add(1, Relaxed);
        let asked = async {
            let mut stream = TcpStream::connect(&self.upstream).await?;
            let mut request = request.clone();
            request.set_header("connection", "close");
            stream.write_all(&request.to_bytes(false)).await?;
            let head_only = recorded_head(&request);
            let answer = http1::read(&mut BufReader::new(stream), head_only).await?;
            answer.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::UnexpectedEof))
        };
        let mut answer = asked.await.unwrap_or_else(|error: std::io::Error| {
            Message::answer(502, "text/plain", error.to_string().into_bytes())
        });
        answer.remove_header("connection");
        answer
    }
}
