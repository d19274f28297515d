//! GraphQL over WebSocket: async-graphql-axum speaks `graphql-transport-ws`; in front of it stand the bounds of
//! connections, operations and message sizes, pings, and the end of a credential.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use async_graphql::{Data, Error};
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::{
    extract::{
        FromRequestParts, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::Response,
};
use bytes::Bytes;
use futures::{
    Sink, SinkExt, StreamExt,
    channel::mpsc,
    future::{Either, select},
};
use http::{HeaderValue, header, request::Parts};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::Instant,
};

use crate::{
    Gateway, Lifecycle,
    auth::Credential,
    graphql::{
        error::{ApiError, ErrorCode},
        schema::Service,
    },
    http::{Shared, SocketCaller},
    telemetry,
};

const SUBPROTOCOL: &str = "graphql-transport-ws";
/// A client that takes no message for so long is gone.
const SEND_DEADLINE: Duration = Duration::from_secs(30);
/// Clients answer a ping by themselves, so that the connection of a silent one does not look idle.
const PING_INTERVAL: Duration = Duration::from_secs(20);
/// A credential without an end outlasts every connection.
const NO_EXPIRY: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Answers that may wait to be sent: the executor goes on only as fast as the client reads.
const SEND_QUEUE: usize = 1;

/// Answers a handshake.
///
/// # Errors
/// `OVERLOADED` where too many connections are open, `BAD_REQUEST` for another subprotocol.
pub(super) async fn accept(
    shared: &Shared,
    parts: &mut Parts,
    upgrade: WebSocketUpgrade,
    caller: SocketCaller,
) -> Result<Response, ApiError> {
    let other_subprotocol = || {
        let message = "the WebSocket subprotocol must be graphql-transport-ws";
        ApiError::new(ErrorCode::BadRequest, message)
    };
    let upgrade = upgrade.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(other_subprotocol());
    }
    // A client may offer its older protocol first, which the extractor would take.
    parts.headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    let protocol = GraphQLProtocol::from_request_parts(parts, &()).await.map_err(|_| other_subprotocol())?;
    let permit = Arc::clone(&shared.sockets)
        .try_acquire_owned()
        .map_err(|_| ApiError::new(ErrorCode::Overloaded, "too many WebSocket connections are open"))?;
    let service = shared.service.for_socket(caller.clone());
    let limit = shared.gateway.settings.body_limit;
    let gateway = shared.gateway.clone();
    Ok(upgrade
        .max_message_size(limit)
        .max_frame_size(limit)
        .on_upgrade(move |socket| serve(socket, protocol, service, gateway, caller, permit)))
}

/// Runs the protocol between a client and the executor, until one of them or the connection's end stops it.
async fn serve(
    socket: WebSocket,
    protocol: GraphQLProtocol,
    service: Service,
    gateway: Gateway,
    caller: SocketCaller,
    _permit: OwnedSemaphorePermit,
) {
    let _open = telemetry::Socket::open();
    let (sink, stream) = socket.split();
    let (answers, queue) = mpsc::channel(SEND_QUEUE);
    let init_end = Instant::now() + gateway.settings.socket_init_deadline;
    let (set_end, end) = watch::channel(End { at: init_end, frame: INIT_TIMEOUT });
    let lifecycle = gateway.lifecycle.clone();
    let authenticate = move |payload: serde_json::Value| async move {
        caller.show(Credential::of_payload(&payload));
        let identity = caller.identity(&gateway).await.map_err(|error| Error::new(error.to_string()))?;
        let left = identity.expires_at.map(|end| end.duration_since(SystemTime::now()).unwrap_or_default());
        set_end.send_replace(End { at: Instant::now() + left.unwrap_or(NO_EXPIRY), frame: EXPIRED });
        Ok(Data::default())
    };
    let protocol = GraphQLWebSocket::new_with_pair(answers, stream, service, protocol)
        .on_connection_init(authenticate)
        .serve();
    let (protocol, sent) = (Box::pin(protocol), Box::pin(send(sink, queue, end, lifecycle)));
    if let Either::Left(((), sent)) = select(protocol, sent).await {
        // What the protocol said last is still in the queue.
        sent.await;
    }
}

/// Sends answers and pings until the queue is closed, the client takes no more, or the connection ends by itself.
async fn send(
    mut sink: impl Sink<Message> + Unpin,
    mut queue: mpsc::Receiver<Message>,
    mut end: watch::Receiver<End>,
    lifecycle: Lifecycle,
) {
    let mut ping = tokio::time::interval(PING_INTERVAL);
    ping.reset();
    loop {
        let End { at, frame: (code, reason) } = *end.borrow_and_update();
        let message = tokio::select! {
            answer = queue.next() => match answer {
                Some(message) => message,
                None => return,
            },
            _ = ping.tick() => Message::Ping(Bytes::new()),
            // The client has shown its credential, whose end is another.
            Ok(()) = end.changed() => continue,
            () = tokio::time::sleep_until(at) => close(code, reason),
            () = lifecycle.closed() => close(close_code::AWAY, "the gateway stops"),
        };
        let last = matches!(message, Message::Close(_));
        if !matches!(tokio::time::timeout(SEND_DEADLINE, sink.send(message)).await, Ok(Ok(()))) || last {
            return;
        }
    }
}

/// When a connection ends by itself, and the close frame that it then gets. At first its end is that of a client which
/// never shows a credential, later that of the credential.
#[derive(Clone, Copy, Debug)]
struct End {
    at: Instant,
    frame: (u16, &'static str),
}

/// Codes of the protocol `graphql-transport-ws`.
const INIT_TIMEOUT: (u16, &str) = (4408, "Connection initialisation timeout");
const EXPIRED: (u16, &str) = (4403, "the token has expired");

fn close(code: u16, reason: &'static str) -> Message {
    Message::Close(Some(CloseFrame { code, reason: reason.into() }))
}
