//! What a request consists of.

use super::*;

async fn one_request(auth: Auth, call: Call) -> wikimovie_testkit_services::fault_proxy::Recorded {
    let nodes = nodes([Fault::Pass]).await;
    Client::new(&options(&nodes, auth)).unwrap().send(call).await.unwrap();
    nodes[0].requests().pop().unwrap()
}

#[tokio::test]
async fn plain_json_and_nothing_of_versions() {
    let request = one_request(Auth::None, search()).await;
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/movies/_search"));
    assert_eq!(request.body, b"{}");
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("accept-encoding"), Some("identity"));
    assert_eq!(request.header("authorization"), None);
    assert!(request.headers.iter().all(|(_, value)| !value.contains("compatible-with")));
    let lines = Call { body: Some(RequestBody::Ndjson(Bytes::from_static(b"{}\n{}\n"))), ..search() };
    let lines = Call { path: "/movies/_msearch".to_owned(), ..lines };
    assert_eq!(one_request(Auth::None, lines).await.header("content-type"), Some("application/x-ndjson"));
}

#[tokio::test]
async fn the_query_is_strictly_encoded() {
    let query = vec![("filter_path", "-hits.*.all,a b+c&d".to_owned()), ("é", "~".to_owned())];
    let request = one_request(Auth::None, Call { query, ..search() }).await;
    assert_eq!(request.path, "/movies/_search?filter_path=-hits.*.all%2Ca%20b%2Bc%26d&%C3%A9=%7E");
}

#[tokio::test]
async fn who_we_are() {
    let basic = Auth::Basic { username: "Aladdin".to_owned(), password: "open sesame".into() };
    let request = one_request(basic, search()).await;
    assert_eq!(request.header("authorization"), Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    let request = one_request(Auth::ApiKey("VnVhQ2ZHY0JDZGJrU\n".into()), search()).await;
    assert_eq!(request.header("authorization"), Some("ApiKey VnVhQ2ZHY0JDZGJrU"));
}

#[tokio::test]
async fn a_user_in_an_address() {
    let nodes = nodes([Fault::Pass]).await;
    let named = nodes[0].url().replace("http://", "http://Aladdin:open%20sesame@");
    let options = ClientOptions { urls: vec![named.parse().unwrap()], ..options(&nodes, Auth::None) };
    Client::new(&options).unwrap().send(search()).await.unwrap();
    let request = nodes[0].requests().pop().unwrap();
    assert_eq!(request.header("authorization"), Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    let key = ClientOptions { auth: Auth::ApiKey("key".into()), ..options };
    let error = Client::new(&key).unwrap_err();
    assert!(error.starts_with("urls: the address of 127.0.0.1:"), "{error}");
    assert!(error.ends_with("names a user although auth names one too"), "{error}");
}

#[tokio::test]
async fn a_path_before_the_cluster() {
    let nodes = nodes([Fault::Pass]).await;
    let urls = vec![[&nodes[0].url(), "search"].concat().parse().unwrap()];
    let client = Client::new(&ClientOptions { urls, ..options(&nodes, Auth::None) }).unwrap();
    client.send(search()).await.unwrap();
    assert_eq!(nodes[0].requests()[0].path, "/search/movies/_search");
}

#[test]
fn options_that_cannot_be_used() {
    let check = |urls: &[&str], auth: Auth, ca: Option<&str>, line: &str| {
        let options = ClientOptions {
            urls: urls.iter().map(|url| url.parse().unwrap()).collect(),
            auth,
            ca_certificates: ca.map(|pem| pem.as_bytes().to_owned()),
            deadline: DEADLINE,
            user_agent: "test/1",
        };
        assert_eq!(Client::new(&options).unwrap_err(), line);
    };
    check(&[], Auth::None, None, "urls: at least one address of a node is needed");
    check(&["ftp://host"], Auth::None, None, "urls: host:21 is not an http or https address");
    check(&["http://host/?a"], Auth::None, None, "urls: the address of host:80 has a query or a fragment");
    let key = Auth::ApiKey("schlüssel\u{7f}".into());
    check(&["http://host"], key, None, "auth: the API key has characters that a header cannot carry");
    let user = Auth::Basic { username: "a:b".to_owned(), password: "c".into() };
    check(&["http://host"], user, None, "auth: a user name cannot contain a colon");
    let ca = "ca_certificates: could not find PEM certificate in input data";
    check(&["http://host"], Auth::None, Some("no certificate"), ca);
    if cfg!(not(feature = "sigv4")) {
        let sigv4 = Auth::SigV4 { region: None, service: "es".to_owned() };
        let line = "auth: this program is built without AWS signatures (feature sigv4)";
        check(&["http://host"], sigv4, None, line);
    }
}

#[tokio::test]
async fn compressed_answers_where_asked() {
    let nodes = nodes([Fault::Pass]).await;
    let client = client(&nodes);
    let plain = client.send(get("/long")).await.unwrap();
    let unpacked = client.send(Call { gzip_answer: true, ..get("/long") }).await.unwrap();
    assert_eq!(plain.body, unpacked.body);
    let asked: Vec<_> = nodes[0].requests();
    assert_eq!(asked[0].header("accept-encoding"), Some("identity"));
    assert_eq!(asked[1].header("accept-encoding"), Some("gzip"));
    let error = client.send(get("/long")).await.unwrap().json::<u8>().unwrap_err();
    assert!(matches!(error, ClientError::Failed(_)));
}
