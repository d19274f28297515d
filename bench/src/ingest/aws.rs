//! A fake bucket and queue: large objects are generated as they are read. It implements the subset of S3 and SQS that
//! the worker uses.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::Context;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, net::TcpListener};

use super::movies::{Shape, Texts};

pub(crate) const BUCKET: &str = "bench";
const QUEUE: &str = "bench-queue";

/// Bytes generated at a time.
const CHUNK: usize = 64 * 1024;

/// Content of an object.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Records { count: u64, shape: Shape },
    File(PathBuf, u64),
}

/// The bucket and its queue.
#[derive(Clone)]
pub(crate) struct FakeAws {
    pub(crate) endpoint: String,
    shared: Arc<FakeAwsState>,
}

struct FakeAwsState {
    address: String,
    texts: Texts,
    state: Mutex<QueueState>,
}

/// A message.
enum QueuedMessage {
    /// It names an object.
    Key(String),
    Body(String),
}

#[derive(Default)]
struct QueueState {
    objects: BTreeMap<String, Content>,
    waiting: VecDeque<QueuedMessage>,
    /// Messages in flight, by handle.
    in_flight: HashMap<String, QueuedMessage>,
    dead_letters: u64,
    received: u64,
    calls: u64,
    /// When an object was put, and how long it took until its message was deleted.
    put: HashMap<String, Instant>,
    took: HashMap<String, Duration>,
    opened: HashSet<String>,
}

impl FakeAws {
    pub(crate) async fn start(texts: Texts) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let shared = Arc::new(FakeAwsState { address: address.clone(), texts, state: Mutex::default() });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { endpoint: format!("http://{address}"), shared })
    }

    /// Puts an object, and a message that names it.
    pub(crate) fn put(&self, key: &str, content: Content) {
        let mut told = self.shared.lock();
        told.objects.insert(key.to_owned(), content);
        told.put.insert(key.to_owned(), Instant::now());
        told.waiting.push_back(QueuedMessage::Key(key.to_owned()));
    }

    /// Time from the put of an object to the deletion of its message.
    pub(crate) fn took(&self, key: &str) -> Option<Duration> {
        self.shared.lock().took.get(key).copied()
    }

    /// Objects that were opened.
    pub(crate) fn opened(&self) -> usize {
        self.shared.lock().opened.len()
    }

    /// Sends a message as it is.
    pub(crate) fn send(&self, body: &str) {
        self.shared.lock().waiting.push_back(QueuedMessage::Body(body.to_owned()));
    }

    /// Messages that were not deleted yet.
    pub(crate) fn left(&self) -> usize {
        let told = self.shared.lock();
        told.waiting.len() + told.in_flight.len()
    }

    /// Messages put into the dead-letter queue.
    pub(crate) fn dead_letters(&self) -> u64 {
        self.shared.lock().dead_letters
    }

    /// Requests to the queue.
    pub(crate) fn queue_calls(&self) -> u64 {
        self.shared.lock().calls
    }
}

impl FakeAwsState {
    fn lock(&self) -> std::sync::MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn size(&self, content: &Content) -> u64 {
        match content {
            Content::Records { count, shape } => self.texts.size(*count, *shape),
            Content::File(_, size) => *size,
        }
    }
}

async fn answer(State(shared): State<Arc<FakeAwsState>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).map(str::to_owned);
    let answered = match target {
        Some(target) => sqs(&shared, &target, body).await,
        None => s3(&shared, &parts.method, parts.uri.path(), &parts.headers, body).await,
    };
    answered.unwrap_or_else(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response())
}

async fn sqs(shared: &Arc<FakeAwsState>, target: &str, body: Body) -> anyhow::Result<Response> {
    let body = axum::body::to_bytes(body, 1 << 20).await?;
    let asked: Value = serde_json::from_slice(&body)?;
    let url = asked["QueueUrl"].as_str().unwrap_or_default();
    let address = &shared.address;
    let entries = || asked["Entries"].as_array().cloned().unwrap_or_default();
    let done = |entries: &[Value]| json!({ "Successful": entries.iter().map(|entry| json!({ "Id": entry["Id"] })).collect::<Vec<_>>(), "Failed": [] });
    let answer = match target.rsplit('.').next().unwrap_or_default() {
        "GetQueueUrl" => {
            json!({ "QueueUrl": format!("http://{address}/000000000000/{}", asked["QueueName"].as_str().unwrap_or_default()) })
        }
        "GetQueueAttributes" => {
            let keeps = if url.ends_with(QUEUE) { "345600" } else { "1209600" };
            let policy = json!({ "deadLetterTargetArn": "arn:aws:sqs:us-east-1:000000000000:bench-dead", "maxReceiveCount": 5 });
            json!({ "Attributes": { "MessageRetentionPeriod": keeps, "RedrivePolicy": policy.to_string(),
                "ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0" } })
        }
        "ReceiveMessage" => {
            let most = usize::try_from(asked["MaxNumberOfMessages"].as_u64().unwrap_or(1)).unwrap_or(1);
            let until =
                Instant::now() + Duration::from_secs(asked["WaitTimeSeconds"].as_u64().unwrap_or_default());
            loop {
                let messages = shared.receive(most);
                if !messages.is_empty() || Instant::now() >= until {
                    break json!({ "Messages": messages });
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        "DeleteMessageBatch" => {
            let entries = entries();
            let mut told = shared.lock();
            for entry in &entries {
                let message = told.in_flight.remove(entry["ReceiptHandle"].as_str().unwrap_or_default());
                if let Some(QueuedMessage::Key(key)) = message
                    && let Some(put) = told.put.get(&key).copied()
                {
                    told.took.insert(key, put.elapsed());
                }
            }
            done(&entries)
        }
        "ChangeMessageVisibilityBatch" => done(&entries()),
        "SendMessage" => {
            shared.lock().dead_letters += 1;
            json!({ "MessageId": "dead" })
        }
        other => anyhow::bail!("{other} is not implemented here"),
    };
    shared.lock().calls += 1;
    let headers = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
    Ok((headers, answer.to_string()).into_response())
}

impl FakeAwsState {
    fn receive(&self, most: usize) -> Vec<Value> {
        let mut told = self.lock();
        let count = most.min(told.waiting.len());
        let waiting: Vec<QueuedMessage> = told.waiting.drain(..count).collect();
        let mut messages = Vec::new();
        for message in waiting {
            told.received += 1;
            let handle = format!("h{}", told.received);
            let body = match &message {
                QueuedMessage::Key(key) => format!("s3://{BUCKET}/{key}"),
                QueuedMessage::Body(body) => body.clone(),
            };
            messages.push(json!({ "MessageId": handle, "ReceiptHandle": handle, "Body": body,
                "MD5OfBody": "", "Attributes": { "ApproximateReceiveCount": "1" } }));
            told.in_flight.insert(handle, message);
        }
        messages
    }
}

async fn s3(
    shared: &Arc<FakeAwsState>,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    body: Body,
) -> anyhow::Result<Response> {
    let path = path.trim_start_matches('/');
    let Some((_, key)) = path.split_once('/').filter(|(_, key)| !key.is_empty()) else {
        let empty = "<?xml version=\"1.0\"?><ListBucketResult><Name>bench</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>";
        return Ok(([(header::CONTENT_TYPE, "application/xml")], empty).into_response());
    };
    if *method == Method::PUT {
        axum::body::to_bytes(body, 16 << 20).await?;
        return Ok(([(header::ETAG, "\"put\"")], "").into_response());
    }
    let Some(content) = shared.lock().objects.get(key).cloned() else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let size = shared.size(&content);
    let about = [
        (header::ETAG, "\"one\"".to_owned()),
        (header::LAST_MODIFIED, "Mon, 01 Jan 2024 00:00:00 GMT".to_owned()),
        (header::CONTENT_LENGTH, size.to_string()),
    ];
    if *method == Method::HEAD {
        return Ok((about, ()).into_response());
    }
    anyhow::ensure!(headers.get(header::RANGE).is_none(), "a body was to be in_flight up again");
    shared.lock().opened.insert(key.to_owned());
    let body = match content {
        Content::Records { count, shape } => records(Arc::clone(shared), count, shape),
        Content::File(path, _) => file(path).await?,
    };
    Ok((about, body).into_response())
}

/// Records, generated as they are read.
fn records(shared: Arc<FakeAwsState>, count: u64, shape: Shape) -> Body {
    let made = futures::stream::unfold(0, move |from| {
        let shared = Arc::clone(&shared);
        async move {
            if from > count {
                return None;
            }
            let (mut chunk, mut at) = (Vec::with_capacity(CHUNK + 4_096), from);
            while at < count && chunk.len() < CHUNK {
                shared.texts.record(at, shape, &mut chunk);
                at += 1;
            }
            if at == count {
                if shape == Shape::Array {
                    chunk.push(b']');
                }
                at += 1;
            }
            Some((Ok::<_, std::io::Error>(Bytes::from(chunk)), at))
        }
    });
    Body::from_stream(made)
}

async fn file(path: PathBuf) -> anyhow::Result<Body> {
    let file = tokio::fs::File::open(&path).await.with_context(|| format!("opening {}", path.display()))?;
    let read = futures::stream::unfold(file, |mut file| async {
        let mut chunk = vec![0; CHUNK];
        match file.read(&mut chunk).await {
            Ok(0) => None,
            Ok(count) => {
                chunk.truncate(count);
                Some((Ok(Bytes::from(chunk)), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    });
    Ok(Body::from_stream(read))
}
