//! GraphQL over WebSocket, `graphql-transport-ws`.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use wikimovie_api::{
    ApiSettings, Server,
    auth::{AuthSettings, Authenticator, KeySettings, keys::new_key},
};
use wikimovie_testkit_builders::{MovieBuilder, dozen, movie};

use crate::{
    app::{TestApp, local},
    auth::TestKeys,
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn serve(app: &TestApp) -> std::net::SocketAddr {
    let server = Server::bind(local()).await.unwrap();
    let address = server.address();
    tokio::spawn(server.serve(app.gateway(), std::future::pending()));
    address
}

async fn connect(app: &TestApp, protocol: &'static str) -> Result<Socket, Error> {
    connect_to(serve(app).await, protocol).await
}

async fn connect_to(address: std::net::SocketAddr, protocol: &'static str) -> Result<Socket, Error> {
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
async fn connections_are_bounded() {
    let settings = ApiSettings { sockets: 1, ..ApiSettings::default() };
    let app = TestApp::of(dozen(), settings);
    let address = serve(&app).await;
    let mut socket = connect_to(address, "graphql-transport-ws").await.unwrap();
    send(&mut socket, json!({ "type": "connection_init" })).await;
    assert_eq!(receive(&mut socket).await["type"], "connection_ack");
    let another = connect_to(address, "graphql-transport-ws").await;
    assert!(another.is_err(), "one connection is open already");
}

/// An operation more than may run at once: what was sent, and its answer.
pub(crate) async fn one_operation_too_many() -> (Value, Value) {
    let settings = ApiSettings { operations_per_socket: 1, ..ApiSettings::default() };
    let app = TestApp::of(dozen(), settings);
    let mut socket = open(&app).await;
    subscribe(&mut socket, "1", "subscription { catalogChanged { movies } }").await;
    let sent = json!({ "id": "2", "type": "subscribe", "payload": { "query": "{ catalog { movies } }" } });
    send(&mut socket, sent.clone()).await;
    (sent, receive(&mut socket).await)
}

#[tokio::test]
async fn the_subprotocol_is_graphql_transport_ws_whatever_else_is_offered() {
    let app = TestApp::dozen();
    for refused in ["graphql-ws", "chat"] {
        assert!(connect(&app, refused).await.is_err(), "{refused}");
    }
    for offered in ["graphql-transport-ws", "graphql-ws, graphql-transport-ws", "chat,graphql-transport-ws"] {
        let mut socket = connect(&app, offered).await.unwrap();
        send(&mut socket, json!({ "type": "connection_init" })).await;
        assert_eq!(receive(&mut socket).await["type"], "connection_ack");
        subscribe(&mut socket, "1", "{ catalog { movies } }").await;
        // The older protocol calls it `data`.
        assert_eq!(receive(&mut socket).await["type"], "next", "{offered}");
    }
}

/// Keys of a file that can be changed, with one key in it.
fn keyed() -> (tempfile::TempDir, std::path::PathBuf, String, TestApp) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    let (key, sha256) = new_key().unwrap();
    let entry = json!({ "keys": [{ "name": "web", "sha256": sha256, "scopes": ["search"] }] });
    std::fs::write(&file, entry.to_string()).unwrap();
    let settings = KeySettings { file: file.clone(), poll_interval: Duration::from_millis(20) };
    let auth = Authenticator::new(&AuthSettings::Keys(settings)).unwrap();
    let app = TestApp::of(dozen(), ApiSettings::default()).with_auth(auth);
    (folder, file, key, app)
}

async fn closed_with(socket: &mut Socket) -> u16 {
    loop {
        match tokio::time::timeout(Duration::from_secs(15), socket.next()).await.unwrap() {
            Some(Ok(Message::Close(frame))) => return frame.map_or(0, |frame| frame.code.into()),
            Some(Ok(_)) => {}
            other => panic!("no close frame: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_connection_says_who_it_is_and_loses_a_key_that_is_taken_back() {
    let (_folder, file, key, app) = keyed();
    let mut stranger = connect(&app, "graphql-transport-ws").await.unwrap();
    send(&mut stranger, json!({ "type": "connection_init" })).await;
    assert_eq!(closed_with(&mut stranger).await, 4403);
    let mut socket = connect(&app, "graphql-transport-ws").await.unwrap();
    let payload = json!({ "Authorization": format!("Bearer {key}") });
    send(&mut socket, json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(receive(&mut socket).await["type"], "connection_ack");
    subscribe(&mut socket, "1", "{ catalog { movies } }").await;
    assert_eq!(receive(&mut socket).await["payload"]["data"]["catalog"]["movies"], 12);
    receive(&mut socket).await;
    subscribe(&mut socket, "2", "{ importReceipts { totalCount } }").await;
    assert_eq!(receive(&mut socket).await["payload"]["errors"][0]["extensions"]["code"], "FORBIDDEN");
    receive(&mut socket).await;
    std::fs::write(&file, r#"{"keys":[]}"#).unwrap();
    let refused = async {
        for id in 3.. {
            subscribe(&mut socket, &id.to_string(), "{ catalog { movies } }").await;
            let answer = receive(&mut socket).await;
            receive(&mut socket).await;
            if answer["payload"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), refused).await.expect("the key is taken back");
}

/// What is answered next, which is the number of the caller's movies.
async fn own_movies(socket: &mut Socket) -> u64 {
    subscribe(socket, "2", "{ catalog { movies } }").await;
    let answer = receive(socket).await;
    assert_eq!(receive(socket).await, json!({ "type": "complete", "id": "2" }));
    answer["payload"]["data"]["catalog"]["movies"].as_u64().unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test]
async fn a_tenant_is_told_of_changes_of_its_own_movies_only() {
    // The second filter names no provider, so that no receipts say whose a change is.
    let filters =
        [json!({ "providers": { "anyOf": ["acme"] } }), json!({ "genres": { "anyOf": ["Horror"] } })];
    let keys = TestKeys::new(&[
        ("by provider", "search", json!({ "where": filters[0] })),
        ("by genre", "search", json!({ "where": filters[1] })),
    ]);
    let app = TestApp::of(dozen(), ApiSettings::default()).with_auth(keys.authenticator());
    let address = serve(&app).await;
    let of = |provider: &str, movie: MovieBuilder| {
        let mut movie = movie.build();
        movie.provenance.provider = provider.to_owned();
        movie
    };
    let load = |provider: &str, modified_ms: u64, movie: MovieBuilder| {
        app.index.load(&format!("{provider}/movies.json"), modified_ms, vec![of(provider, movie)]);
    };
    for name in ["by provider", "by genre"] {
        let base = if name == "by provider" { 10_000 } else { 20_000 };
        let mut socket = connect_to(address, "graphql-transport-ws").await.unwrap();
        let payload = json!({ "authorization": keys.bearer(name) });
        send(&mut socket, json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(receive(&mut socket).await["type"], "connection_ack");
        load("acme", base, movie("mine", "Mine", 2001).genres("Horror"));
        load("zenith", base, movie("theirs", "Theirs", 2002).genres("Drama"));
        let movies = own_movies(&mut socket).await;
        subscribe(&mut socket, "1", "subscription { catalogChanged { generation movies } }").await;
        own_movies(&mut socket).await;
        // Others' changes, each a revision, and one of a movie of ours that keeps all counts.
        for at in 1..4 {
            load("zenith", base + at, movie("theirs", &format!("Theirs {at}"), 2002).genres("Drama"));
            own_movies(&mut socket).await;
        }
        load("acme", base + 5, movie("mine", "Mine again", 2001).genres("Horror"));
        let current = app.index.embedded.catalog().revisions().borrow().number.to_string();
        let event = receive(&mut socket).await["payload"]["data"]["catalogChanged"].clone();
        assert_eq!(event, json!({ "generation": current, "movies": movies }), "{name}");
    }
}

#[tokio::test]
async fn a_connection_that_never_shows_a_credential_is_closed() {
    let settings = ApiSettings { socket_init_deadline: Duration::from_millis(50), ..ApiSettings::default() };
    let app = TestApp::of(dozen(), settings);
    let mut socket = connect(&app, "graphql-transport-ws").await.unwrap();
    assert_eq!(closed_with(&mut socket).await, 4408);
}

#[tokio::test]
async fn a_connection_is_closed_with_the_codes_of_the_protocol() {
    let app = TestApp::dozen();
    let subscribed = |id: &str| json!({ "id": id, "type": "subscribe", "payload": { "query": "subscription { catalogChanged { movies } }" } });
    let mut invalid = open(&app).await;
    send(&mut invalid, json!({ "type": "foo" })).await;
    assert_eq!(closed_with(&mut invalid).await, 4400, "in a frame of legal length");
    let mut early = connect(&app, "graphql-transport-ws").await.unwrap();
    send(&mut early, subscribed("1")).await;
    assert_eq!(closed_with(&mut early).await, 4401);
    let mut twice = open(&app).await;
    send(&mut twice, subscribed("1")).await;
    send(&mut twice, subscribed("1")).await;
    assert_eq!(closed_with(&mut twice).await, 4409);
    let mut again = open(&app).await;
    send(&mut again, json!({ "type": "connection_init" })).await;
    assert_eq!(closed_with(&mut again).await, 4429);
    // An id may be used again once its operation is complete.
    let mut later = open(&app).await;
    for _ in 0..2 {
        subscribe(&mut later, "1", "{ catalog { movies } }").await;
        assert_eq!(receive(&mut later).await["type"], "next");
        assert_eq!(receive(&mut later).await["type"], "complete");
    }
    // Or once its client has completed it, which nothing answers.
    let mut cancelled = open(&app).await;
    for _ in 0..2 {
        subscribe(&mut cancelled, "1", "subscription { catalogChanged { generation } }").await;
        send(&mut cancelled, json!({ "type": "complete", "id": "1" })).await;
    }
    subscribe(&mut cancelled, "2", "{ catalog { movies } }").await;
    // What was there before the completion may still come; a connection that is closed gives nothing to receive.
    while receive(&mut cancelled).await["id"] != "2" {}
}
