//! GraphQL over WebSocket, `graphql-transport-ws`.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use wikimovie_api::{ApiSettings, Server};
use wikimovie_testkit::{dozen, movie};

use crate::app::{TestApp, local};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(app: &TestApp, protocol: &'static str) -> Result<Socket, Error> {
    let server = Server::bind(local()).await.unwrap();
    let address = server.address();
    tokio::spawn(server.serve(app.gateway(), std::future::pending()));
    let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
    connect_async(request).await.map(|(socket, _)| socket)
}

async fn open(app: &TestApp) -> Socket {
    let mut socket = connect(app, "graphql-transport-ws").await.unwrap();
    send(&mut socket, json!({ "type": "connection_init" })).await;
    assert_eq!(receive(&mut socket).await["type"], "connection_ack");
    socket
}

async fn send(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

async fn receive(socket: &mut Socket) -> Value {
    let message = tokio::time::timeout(Duration::from_secs(10), socket.next()).await.unwrap();
    serde_json::from_str(message.unwrap().unwrap().to_text().unwrap()).unwrap()
}

async fn subscribe(socket: &mut Socket, id: &str, query: &str) {
    send(socket, json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
}

#[tokio::test]
async fn a_new_revision_is_told() {
    let app = TestApp::dozen();
    let mut socket = open(&app).await;
    subscribe(&mut socket, "1", "subscription Named { catalogChanged { generation asOf movies } }").await;
    subscribe(&mut socket, "2", "{ catalog { movies } }").await;
    let query = receive(&mut socket).await;
    assert_eq!(query["payload"]["data"]["catalog"]["movies"], 12);
    assert_eq!(receive(&mut socket).await, json!({ "type": "complete", "id": "2" }));
    app.index.load("test/more.json", 2_000, vec![movie("m", "Moonlight", 2016).build()]);
    let event = receive(&mut socket).await;
    assert_eq!((&event["type"], &event["id"]), (&json!("next"), &json!("1")));
    assert_eq!(event["payload"]["data"]["catalogChanged"]["movies"], 13);
    send(&mut socket, json!({ "id": "1", "type": "complete" })).await;
}

#[tokio::test]
async fn errors_have_codes_here_too() {
    let app = TestApp::dozen();
    let mut socket = open(&app).await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ search(state: \"x\") { state } }", "BAD_STATE"),
    ] {
        subscribe(&mut socket, query, query).await;
        let answer = receive(&mut socket).await;
        assert!(answer.to_string().contains(code), "{query}: {answer}");
        if answer["type"] == "next" {
            assert_eq!(receive(&mut socket).await["type"], "complete");
        }
    }
    let deep = format!("{{ search(where: {}", "{not:".repeat(5_000));
    subscribe(&mut socket, "deep", &deep).await;
    assert!(receive(&mut socket).await.to_string().contains("QUERY_TOO_COMPLEX"));
}

#[tokio::test]
async fn connections_and_operations_are_bounded() {
    let settings = ApiSettings { sockets: 1, operations_per_socket: 1, ..ApiSettings::default() };
    let app = TestApp::of(dozen(), settings);
    let mut socket = open(&app).await;
    assert!(connect(&app, "graphql-transport-ws").await.is_err(), "one connection is open already");
    subscribe(&mut socket, "1", "subscription { catalogChanged { movies } }").await;
    subscribe(&mut socket, "2", "{ catalog { movies } }").await;
    assert!(receive(&mut socket).await.to_string().contains("TOO_MANY_OPERATIONS"));
}

#[tokio::test]
async fn other_subprotocols_are_refused() {
    let app = TestApp::dozen();
    assert!(connect(&app, "graphql-ws").await.is_err());
}
