//! GraphQL over WebSocket: the `graphql-transport-ws` subprotocol, bounded in connections, operations and message
//! size.

use std::{future, time::Duration};

use async_graphql::http::{WebSocket as Protocol, WebSocketProtocols, WsMessage};
use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::Response,
};
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    Lifecycle,
    graphql::{
        error::{ApiError, ErrorCode},
        schema::Service,
    },
    http::Shared,
    telemetry,
};

const SUBPROTOCOL: &str = "graphql-transport-ws";
/// A client that takes no message for so long is gone.
const SEND_DEADLINE: Duration = Duration::from_secs(30);
/// A client that has nothing to say answers these, so that its connection is not taken for an idle one.
const PING: Duration = Duration::from_secs(20);

/// Answers a handshake.
///
/// # Errors
/// `OVERLOADED` where too many connections are open, `BAD_REQUEST` for another subprotocol.
pub(super) fn accept(shared: &Shared, upgrade: WebSocketUpgrade) -> Result<Response, ApiError> {
    let upgrade = upgrade.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        let message = "the WebSocket subprotocol must be graphql-transport-ws";
        return Err(ApiError::new(ErrorCode::BadRequest, message));
    }
    let permit = Arc::clone(&shared.sockets)
        .try_acquire_owned()
        .map_err(|_| ApiError::new(ErrorCode::Overloaded, "too many WebSocket connections are open"))?;
    let service = shared.service.for_socket();
    let limit = shared.gateway.settings.body_limit;
    let lifecycle = shared.gateway.lifecycle.clone();
    Ok(upgrade
        .max_message_size(limit)
        .max_frame_size(limit)
        .on_upgrade(move |socket| converse(socket, service, lifecycle, permit)))
}

async fn converse(socket: WebSocket, service: Service, lifecycle: Lifecycle, _permit: OwnedSemaphorePermit) {
    let _open = telemetry::Socket::open();
    let (mut sink, stream) = socket.split();
    let messages = stream
        .take_while(|message| future::ready(message.is_ok()))
        .filter_map(|message| future::ready(message.ok()))
        .filter(|message| future::ready(matches!(message, Message::Text(_) | Message::Binary(_))))
        .map(Message::into_data);
    let answers = Protocol::new(service, messages, WebSocketProtocols::GraphQLWS);
    let mut answers = std::pin::pin!(answers);
    let mut quiet = tokio::time::interval(PING);
    quiet.reset();
    loop {
        let message = tokio::select! {
            answer = answers.next() => match answer {
                Some(WsMessage::Text(text)) => Message::Text(text.into()),
                Some(WsMessage::Close(code, reason)) => {
                    Message::Close(Some(CloseFrame { code, reason: reason.into() }))
                }
                None => return,
            },
            _ = quiet.tick() => Message::Ping(Bytes::new()),
            () = lifecycle.closed() => {
                let away = CloseFrame { code: close_code::AWAY, reason: "the gateway stops".into() };
                let _ = tokio::time::timeout(SEND_DEADLINE, sink.send(Message::Close(Some(away)))).await;
                return;
            }
        };
        if !matches!(tokio::time::timeout(SEND_DEADLINE, sink.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
}
