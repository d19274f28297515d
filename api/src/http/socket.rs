//! GraphQL over WebSocket: the `graphql-transport-ws` subprotocol, bounded in connections, operations and message
//! size.

use std::{
    collections::HashSet,
    future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use async_graphql::{Data, Error};
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::{
    extract::{
        FromRequestParts, Request, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::Response,
};
use bytes::Bytes;
use futures::{FutureExt, SinkExt, StreamExt, channel::mpsc, stream::SplitSink};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use tokio::{sync::watch, time::Instant};

use crate::{
    Gateway,
    auth::Credential,
    caller::SocketCaller,
    error::{ApiError, ErrorCode},
    guard::Share,
    http::state::HandlerState,
    socket::SocketExecutor,
    telemetry,
};

const SUBPROTOCOL: &str = "graphql-transport-ws";
/// A client that takes no message for so long is gone.
const SEND_DEADLINE: Duration = Duration::from_secs(30);
/// A client that has nothing to say answers these, so that its connection is not taken for an idle one.
const PING: Duration = Duration::from_secs(20);
/// A credential without an end lasts longer than any connection.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Answers a handshake.
///
/// # Errors
/// `OVERLOADED` where too many connections are open, `BAD_REQUEST` for another subprotocol.
pub(super) fn accept(
    state: &HandlerState,
    upgrade: WebSocketUpgrade,
    caller: SocketCaller,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        let message = "the WebSocket subprotocol must be graphql-transport-ws";
        return Err(ApiError::new(ErrorCode::BadRequest, message));
    }
    let share = state
        .sockets
        .take(Some(caller.address()), 1)
        .map_err(|_| ApiError::new(ErrorCode::Overloaded, "too many WebSocket connections are open"))?;
    let limit = state.gateway.settings.body_limit;
    let gateway = state.gateway.clone();
    let executor = SocketExecutor::new(state.operations.clone(), gateway.clone(), caller.clone());
    Ok(upgrade
        .max_message_size(limit)
        .max_frame_size(limit)
        .on_upgrade(move |socket| converse(socket, executor, gateway, caller, share)))
}

async fn converse(
    socket: WebSocket,
    executor: SocketExecutor,
    gateway: Gateway,
    caller: SocketCaller,
    _share: Share,
) {
    let _open = telemetry::Socket::open();
    let (sink, stream) = socket.split();
    let init_end = Instant::now() + gateway.settings.socket_init_deadline;
    // Ends the connection: at first for who never says who they are, later when their credential does.
    let (tell_end, end) = watch::channel(End::new(init_end, INIT_TIMEOUT));
    let tell_end = Arc::new(tell_end);
    let subscribers = Arc::new(Subscribers::default());
    let known = Arc::clone(&subscribers);
    let tell_duplicate = Arc::clone(&tell_end);
    let messages = stream.filter(move |message| {
        let duplicate = match message {
            Ok(Message::Text(text)) => known.received(text.as_bytes()),
            Ok(Message::Binary(bytes)) => known.received(bytes),
            _ => None,
        };
        if let Some(id) = &duplicate {
            let reason = format!("Subscriber for {id} already exists");
            tell_duplicate.send_replace(End::new(Instant::now(), (SUBSCRIBER_EXISTS, &reason)));
        }
        future::ready(duplicate.is_none())
    });
    let is_refused = Arc::new(AtomicBool::new(false));
    let refused = Arc::clone(&is_refused);
    let auth = gateway.auth.clone();
    let introduced = move |payload: serde_json::Value| async move {
        caller.set_credential(Credential::of_payload(&payload));
        let identity = caller.identity(&auth).await.map_err(|error| {
            refused.store(true, Ordering::Relaxed);
            Error::new(error.to_string())
        })?;
        let left = identity.expires_at.map(|end| end.duration_since(SystemTime::now()).unwrap_or_default());
        tell_end.send_replace(End::new(Instant::now() + left.unwrap_or(FOR_EVER), EXPIRED));
        Ok(Data::default())
    };
    let (answer, answers) = mpsc::channel(0);
    let Ok(protocol) = protocol().await else { return };
    let operations = GraphQLWebSocket::new_with_pair(answer, messages, executor, protocol)
        .on_connection_init(introduced)
        .serve();
    // No answer comes behind the last operation: that ends the sender, which still sends what is there.
    let operations = operations.then(|()| future::pending());
    let sender = Sender { sink, answers, subscribers, is_refused, end };
    tokio::select! {
        () = operations => {}
        () = sender.run(&gateway) => {}
    }
}

/// The subprotocol as the library has it, which reads it from the headers of a handshake only.
async fn protocol() -> Result<GraphQLProtocol, StatusCode> {
    let mut handshake = Request::new(());
    handshake.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    GraphQLProtocol::from_request_parts(&mut handshake.into_parts().0, &()).await
}

/// What is sent on a connection: answers, pings, and why it ends.
struct Sender {
    sink: SplitSink<WebSocket, Message>,
    answers: mpsc::Receiver<Message>,
    subscribers: Arc<Subscribers>,
    is_refused: Arc<AtomicBool>,
    end: watch::Receiver<End>,
}

impl Sender {
    /// Returns when nothing more can be sent. No answer is taken any more then, which ends the operations.
    async fn run(mut self, gateway: &Gateway) {
        let mut quiet = tokio::time::interval(PING);
        quiet.reset();
        loop {
            let ends = self.end.borrow_and_update().clone();
            let message = tokio::select! {
                answer = self.answers.next() => match answer {
                    Some(answer) => self.answer(answer),
                    None => return,
                },
                _ = quiet.tick() => Message::Ping(Bytes::new()),
                // Somebody said who they are, so the end is another.
                Ok(()) = self.end.changed() => continue,
                () = tokio::time::sleep_until(ends.at) => close(ends.code, &ends.reason),
                () = gateway.lifecycle.closed() => close(close_code::AWAY, "the gateway is shutting down"),
            };
            let last = matches!(message, Message::Close(_));
            let sent = tokio::time::timeout(SEND_DEADLINE, self.sink.send(message)).await;
            if !matches!(sent, Ok(Ok(()))) || last {
                return;
            }
        }
    }

    /// An answer as the protocol has it.
    fn answer(&self, answer: Message) -> Message {
        match answer {
            Message::Text(text) => {
                self.subscribers.answered(&text);
                Message::Text(text)
            }
            Message::Close(Some(CloseFrame { code, reason })) => {
                close(code_of(code, self.is_refused.load(Ordering::Relaxed)), &reason)
            }
            other => other,
        }
    }
}

/// When a connection ends by itself, and what is told then.
#[derive(Clone, Debug)]
struct End {
    at: Instant,
    code: u16,
    reason: String,
}

impl End {
    fn new(at: Instant, (code, reason): (u16, &str)) -> Self {
        Self { at, code, reason: reason.to_owned() }
    }
}

/// Codes of the protocol `graphql-transport-ws`.
const INVALID_MESSAGE: u16 = 4400;
const UNAUTHORIZED: u16 = 4401;
const FORBIDDEN: u16 = 4403;
const INIT_TIMEOUT: (u16, &str) = (4408, "Connection initialisation timeout");
const SUBSCRIBER_EXISTS: u16 = 4409;
const EXPIRED: (u16, &str) = (FORBIDDEN, "the token has expired");

/// The code of the protocol for a code of the library, which has two general ones.
fn code_of(code: u16, is_refused: bool) -> u16 {
    match code {
        close_code::PROTOCOL if is_refused => FORBIDDEN,
        close_code::PROTOCOL => INVALID_MESSAGE,
        close_code::ERROR => UNAUTHORIZED,
        code => code,
    }
}

/// A control frame has at most 125 bytes (RFC 6455, 5.5), two of which are the code.
const MAX_REASON_BYTES: usize = 123;

fn close(code: u16, reason: &str) -> Message {
    let reason = &reason[..reason.floor_char_boundary(MAX_REASON_BYTES)];
    Message::Close(Some(CloseFrame { code, reason: reason.into() }))
}

/// Ids of the operations that run on a connection: one id names one of them.
#[derive(Debug, Default)]
struct Subscribers(Mutex<HashSet<String>>);

/// What is read of a message here.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
}

impl Subscribers {
    /// Notes what a client begins and what it completes; the id of a message that begins an operation under an id in use.
    fn received(&self, message: &[u8]) -> Option<String> {
        let Head { kind, id: Some(id) } = serde_json::from_slice(message).ok()? else { return None };
        match kind.as_str() {
            "subscribe" => (!self.lock().insert(id.clone())).then_some(id),
            // The library answers nothing to it.
            "complete" => {
                self.lock().remove(&id);
                None
            }
            _ => None,
        }
    }

    /// Notes the end of an operation.
    fn answered(&self, text: &str) {
        let ends =
            [r#"{"type":"complete""#, r#"{"type":"error""#].iter().any(|start| text.starts_with(start));
        if let Some(Head { id: Some(id), .. }) = ends.then(|| serde_json::from_str(text).ok()).flatten() {
            self.lock().remove(&id);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
