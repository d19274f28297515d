//! GraphQL over WebSocket: the `graphql-transport-ws` subprotocol, bounded in connections, operations and message
//! size.

use std::{
    future,
    sync::Arc,
    time::{Duration, SystemTime},
};

use async_graphql::{
    Data, Error,
    http::{WebSocket as Protocol, WebSocketProtocols, WsMessage},
};
use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::Response,
};
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::Instant,
};

use crate::{
    Gateway,
    auth::Credential,
    caller::SocketCaller,
    error::{ApiError, ErrorCode},
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
    let permit = Arc::clone(&state.sockets)
        .try_acquire_owned()
        .map_err(|_| ApiError::new(ErrorCode::Overloaded, "too many WebSocket connections are open"))?;
    let limit = state.gateway.settings.body_limit;
    let gateway = state.gateway.clone();
    let executor = SocketExecutor::new(state.operations.clone(), gateway.clone(), caller.clone());
    Ok(upgrade
        .max_message_size(limit)
        .max_frame_size(limit)
        .on_upgrade(move |socket| converse(socket, executor, gateway, caller, permit)))
}

async fn converse(
    socket: WebSocket,
    executor: SocketExecutor,
    gateway: Gateway,
    caller: SocketCaller,
    _permit: OwnedSemaphorePermit,
) {
    let _open = telemetry::Socket::open();
    let (mut sink, stream) = socket.split();
    let messages = stream
        .take_while(|message| future::ready(message.is_ok()))
        .filter_map(|message| future::ready(message.ok()))
        .filter(|message| future::ready(matches!(message, Message::Text(_) | Message::Binary(_))))
        .map(Message::into_data);
    let init_end = Instant::now() + gateway.settings.socket_init_deadline;
    // Ends the connection: at first for who never says who they are, later when their credential does.
    let (tell_end, mut end) = watch::channel(End { at: init_end, frame: INIT_TIMEOUT });
    let lifecycle = gateway.lifecycle.clone();
    let introduced = move |payload: serde_json::Value| async move {
        caller.set_credential(Credential::of_payload(&payload));
        let identity = caller.identity(&gateway.auth).await.map_err(|error| Error::new(error.to_string()))?;
        let left = identity.expires_at.map(|end| end.duration_since(SystemTime::now()).unwrap_or_default());
        tell_end.send_replace(End { at: Instant::now() + left.unwrap_or(FOR_EVER), frame: EXPIRED });
        Ok(Data::default())
    };
    let answers =
        Protocol::new(executor, messages, WebSocketProtocols::GraphQLWS).on_connection_init(introduced);
    let mut answers = std::pin::pin!(answers);
    let mut quiet = tokio::time::interval(PING);
    quiet.reset();
    loop {
        let ends = *end.borrow_and_update();
        let message = tokio::select! {
            answer = answers.next() => match answer {
                Some(WsMessage::Text(text)) => Message::Text(text.into()),
                Some(WsMessage::Close(code, reason)) => close(code, reason),
                None => return,
            },
            _ = quiet.tick() => Message::Ping(Bytes::new()),
            // Somebody said who they are, so the end is another.
            Ok(()) = end.changed() => continue,
            () = tokio::time::sleep_until(ends.at) => close(ends.frame.0, ends.frame.1),
            () = lifecycle.closed() => close(close_code::AWAY, "the gateway is shutting down"),
        };
        let last = matches!(message, Message::Close(_));
        if !matches!(tokio::time::timeout(SEND_DEADLINE, sink.send(message)).await, Ok(Ok(()))) || last {
            return;
        }
    }
}

/// When a connection ends by itself, and what is told then.
#[derive(Clone, Copy, Debug)]
struct End {
    at: Instant,
    frame: (u16, &'static str),
}

/// Codes of the protocol `graphql-transport-ws`.
const INIT_TIMEOUT: (u16, &str) = (4408, "Connection initialisation timeout");
const EXPIRED: (u16, &str) = (4403, "the token has expired");

fn close(code: u16, reason: impl Into<axum::extract::ws::Utf8Bytes>) -> Message {
    Message::Close(Some(CloseFrame { code, reason: reason.into() }))
}
