//! Signatures, checked by computing them again from what arrived, step by step as AWS describes it.

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use aws_credential_types::Credentials;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use wikimovie_testkit_services::fault_proxy::Recorded;

use super::{super::Signer, *};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

async fn signed(call: Call) -> Recorded {
    let nodes = nodes([Fault::Pass]).await;
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET, Some("token".to_owned()), None, "test");
    let signer = Arc::new(Signer::with_credentials("eu-west-1", "aoss", credentials));
    let auth = Auth::SigV4 { region: Some("eu-west-1".to_owned()), service: "aoss".to_owned() };
    let client = Client::with_signer(&options(&nodes, auth), Some(signer)).unwrap();
    client.send(call).await.unwrap();
    nodes[0].requests().pop().unwrap()
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The signature that a request should carry.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
fn expected(request: &Recorded, signed_headers: &str) -> String {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let mut query: Vec<&str> = query.split('&').collect();
    query.sort_unstable();
    // All services but S3 encode the path once more.
    let mut canonical = format!("{}\n{}\n{}\n", request.method, path.replace('%', "%25"), query.join("&"));
    let headers: BTreeMap<&str, &str> =
        signed_headers.split(';').map(|name| (name, request.header(name).unwrap())).collect();
    for (name, value) in headers {
        writeln!(canonical, "{name}:{}", value.trim()).unwrap();
    }
    write!(canonical, "\n{signed_headers}\n{}", hex::encode(Sha256::digest(&request.body))).unwrap();
    let date = request.header("x-amz-date").unwrap();
    let scope = format!("{}/eu-west-1/aoss/aws4_request", &date[..8]);
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex::encode(Sha256::digest(canonical)));
    let mut key = ["AWS4", SECRET].concat().into_bytes();
    for part in [&date[..8], "eu-west-1", "aoss", "aws4_request"] {
        key = hmac(&key, part);
    }
    hex::encode(hmac(&key, &text))
}

#[tokio::test]
async fn signatures_can_be_computed_again() {
    let query = vec![("refresh", "true".to_owned()), ("filter_path", "a b+c".to_owned())];
    let long = RequestBody::Ndjson(Bytes::from("{\"index\":{}}\n".repeat(10_000)));
    let calls = [
        search(),
        Call { query, ..search() },
        get("/movies-ledger/_doc/a%2Fb%20c"),
        Call { path: "/movies/_bulk".to_owned(), body: Some(long), ..search() },
    ];
    for call in calls {
        let request = signed(call).await;
        let authorization = request.header("authorization").unwrap();
        let (head, signature) = authorization.split_once("Signature=").unwrap();
        let date = &request.header("x-amz-date").unwrap()[..8];
        let signed_headers = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
        let scope = format!("{date}/eu-west-1/aoss/aws4_request");
        let begin =
            format!("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders={signed_headers}, ");
        assert_eq!(head, begin);
        assert_eq!(
            request.header("x-amz-content-sha256"),
            Some(hex::encode(Sha256::digest(&request.body)).as_str())
        );
        assert_eq!(request.header("x-amz-security-token"), Some("token"));
        assert_eq!(request.header("content-encoding"), None);
        assert_eq!(signature, expected(&request, signed_headers), "{}", request.path);
    }
}

#[test]
fn a_signer_needs_a_service() {
    let auth = Auth::SigV4 { region: None, service: String::new() };
    let options = ClientOptions { urls: vec!["http://host".parse().unwrap()], ..options(&[], auth) };
    assert_eq!(Client::new(&options).unwrap_err(), "auth: signatures need the name of a service, es or aoss");
}
