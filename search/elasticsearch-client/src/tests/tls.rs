//! Nodes behind TLS, by an authority that nobody else knows.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer},
};

use super::*;

/// Speaks TLS before a server, with a certificate for `localhost` by an authority of its own. Gives its address and
/// the authority's certificate.
async fn with_tls(server: String) -> (Url, String) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, server) = (acceptor.clone(), server.clone());
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await?;
                let mut server = TcpStream::connect(server).await?;
                tokio::io::copy_bidirectional(&mut stream, &mut server).await
            });
        }
    });
    (format!("https://localhost:{port}").parse().unwrap(), authority.pem())
}

#[tokio::test]
async fn an_own_authority_is_trusted_where_it_is_named() {
    let (url, authority) = with_tls(server().await).await;
    let (_, stranger) = with_tls(server().await).await;
    let client = |ca: Option<String>| {
        let ca_certificates = ca.map(String::into_bytes);
        let urls = vec![url.clone()];
        Client::new(&ClientOptions {
            urls,
            auth: Auth::None,
            ca_certificates,
            deadline: DEADLINE,
            user_agent: "test/1",
        })
        .unwrap()
    };
    let both = format!("# Ours\n{stranger}\n# Theirs\r\n{}", authority.replace('\n', "\r\n"));
    for ca in [authority.clone(), both] {
        assert_eq!(client(Some(ca)).send(search()).await.unwrap().status, 200);
    }
    for ca in [None, Some(stranger)] {
        let client = client(ca);
        assert!(matches!(client.send(search()).await, Err(ClientError::Unavailable)));
        assert!(!client.is_reachable());
    }
}

#[test]
fn a_damaged_certificate_is_reported() {
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let options = ClientOptions {
        urls: vec!["https://localhost".parse().unwrap()],
        auth: Auth::None,
        ca_certificates: Some(damaged.into()),
        deadline: DEADLINE,
        user_agent: "test/1",
    };
    let error = Client::new(&options).unwrap_err();
    assert!(error.starts_with("ca_certificates: "), "{error}");
}
