//! Sends requests over loopback HTTP/1.1 connections and counts the responses. It is so small that one core of it
//! saturates another core of a gateway.

use std::{
    cell::RefCell,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    task::LocalSet,
};

use crate::report::Latencies;

/// The responses of a run.
#[derive(Default)]
pub(crate) struct RunResult {
    /// Durations of responses with status 200.
    pub(crate) accepted: Vec<Duration>,
    /// Durations of responses with status 503.
    pub(crate) shed: Vec<Duration>,
    /// 503 without `Retry-After`.
    pub(crate) unexplained: usize,
    /// All other responses.
    pub(crate) other: usize,
    /// From the first request to the last response.
    pub(crate) elapsed: Duration,
}

impl RunResult {
    pub(crate) fn per_second(&self) -> f64 {
        self.accepted.len() as f64 / self.elapsed.as_secs_f64()
    }

    pub(crate) fn shed_share(&self) -> f64 {
        let all = self.accepted.len() + self.shed.len() + self.other;
        self.shed.len() as f64 / (all.max(1)) as f64
    }

    pub(crate) fn latencies(&self) -> Latencies {
        Latencies::of(self.accepted.clone())
    }

    fn note(&mut self, answer: &RawResponse, took: Duration) {
        match answer.status {
            200 => self.accepted.push(took),
            503 => {
                self.shed.push(took);
                self.unexplained += usize::from(!answer.retry_after);
            }
            _ => self.other += 1,
        }
    }
}

/// A POST of this body, as bytes.
pub(crate) fn post(body: &str) -> Vec<u8> {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         accept: application/graphql-response+json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// Sends one request after another on each connection, for a time. `next` makes the requests.
pub(crate) fn closed_loop(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    next: impl Fn() -> Rc<[u8]> + 'static,
) -> anyhow::Result<RunResult> {
    run(async move {
        let next = Rc::new(next);
        let counted = Rc::new(RefCell::new(RunResult::default()));
        let begun = Instant::now();
        let mut clients = Vec::new();
        for _ in 0..connections {
            let mut connection = Connection::open(address).await?;
            let (next, counted) = (Rc::clone(&next), Rc::clone(&counted));
            clients.push(tokio::task::spawn_local(async move {
                while begun.elapsed() < time {
                    let asked = Instant::now();
                    let answer = connection.ask(&next()).await?;
                    counted.borrow_mut().note(&answer, asked.elapsed());
                }
                anyhow::Ok(())
            }));
        }
        for client in clients {
            client.await??;
        }
        let mut counted = counted.take();
        counted.elapsed = begun.elapsed();
        Ok(counted)
    })
}

/// Sends requests at a fixed rate for a time, whether or not the responses keep up. Durations start when a request is
/// due, so that waiting for a free connection counts too.
pub(crate) fn open_loop(
    address: SocketAddr,
    per_second: f64,
    time: Duration,
    connections: usize,
    next: impl Fn() -> Rc<[u8]> + 'static,
) -> anyhow::Result<RunResult> {
    run(async move {
        let next = Rc::new(next);
        let counted = Rc::new(RefCell::new(RunResult::default()));
        let due: Rc<RefCell<std::collections::VecDeque<Instant>>> = Rc::default();
        let (more, ended) = (Rc::new(Notify::new()), Rc::new(RefCell::new(false)));
        let mut clients = Vec::new();
        for _ in 0..connections {
            let mut connection = Connection::open(address).await?;
            let (next, counted, due) = (Rc::clone(&next), Rc::clone(&counted), Rc::clone(&due));
            let (more, ended) = (Rc::clone(&more), Rc::clone(&ended));
            clients.push(tokio::task::spawn_local(async move {
                loop {
                    let at = due.borrow_mut().pop_front();
                    match at {
                        Some(at) => {
                            let answer = connection.ask(&next()).await?;
                            counted.borrow_mut().note(&answer, at.elapsed());
                        }
                        None if *ended.borrow() => return anyhow::Ok(()),
                        None => more.notified().await,
                    }
                }
            }));
        }
        let begun = Instant::now();
        let mut sent = 0_u64;
        let mut tick = tokio::time::interval(Duration::from_millis(1));
        while begun.elapsed() < time {
            tick.tick().await;
            let until = (begun.elapsed().as_secs_f64() * per_second) as u64;
            for number in sent..until {
                due.borrow_mut().push_back(begun + Duration::from_secs_f64(number as f64 / per_second));
                more.notify_one();
            }
            sent = sent.max(until);
        }
        *ended.borrow_mut() = true;
        more.notify_waiters();
        for _ in 0..connections {
            more.notify_one();
        }
        for client in clients {
            client.await??;
        }
        let mut counted = counted.take();
        counted.elapsed = begun.elapsed();
        Ok(counted)
    })
}

fn run<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, work)
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

struct RawResponse {
    status: u16,
    retry_after: bool,
}

impl Connection {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("connecting to the gateway")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    async fn ask(&mut self, request: &[u8]) -> anyhow::Result<RawResponse> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status = text.get(9..12).and_then(|status| status.parse().ok()).context("a status")?;
        let header = |name: &str| {
            text.lines().find_map(|line| {
                let (given, value) = line.split_once(':')?;
                given.eq_ignore_ascii_case(name).then(|| value.trim())
            })
        };
        let length: usize = header("content-length").unwrap_or("0").parse()?;
        let retry_after = status == 503 && header("retry-after").is_some();
        while self.buffer.len() < head + length {
            self.more().await?;
        }
        Ok(RawResponse { status, retry_after })
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the gateway closed the connection");
        }
        Ok(())
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
