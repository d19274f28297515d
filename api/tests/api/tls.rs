//! TLS with clients that others wrote: curl, OpenSSL and rustls.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};
use tokio_util::sync::CancellationToken;
use wikimovie_api::{Server, ServerSettings, TlsSettings};
use wikimovie_testkit_skip::skipped;

use crate::app::{TestApp, local, until};

/// An authority and what it signed, in files.
struct Authority {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let authority = Self { folder: tempfile::tempdir().unwrap(), issuer };
        std::fs::write(authority.path("ca.pem"), authority.issuer.pem()).unwrap();
        authority
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Signs a certificate for this machine; files `<name>.pem` and `<name>.key`, the certificate first, as careless
    /// tools write them.
    fn sign(&self, name: &str) -> (PathBuf, PathBuf) {
        let mut params =
            CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let (certificate_file, key_file) =
            (self.path(&format!("{name}.pem")), self.path(&format!("{name}.key")));
        std::fs::write(&certificate_file, certificate.pem()).unwrap();
        std::fs::write(&key_file, key.serialize_pem()).unwrap();
        (certificate_file, key_file)
    }

    fn settings(&self) -> TlsSettings {
        let (certificate, key) = self.sign("server");
        TlsSettings { certificate, key, client_ca: None, poll_interval: Duration::from_millis(20) }
    }
}

async fn start(app: &TestApp, tls: TlsSettings) -> SocketAddr {
    let settings = ServerSettings { tls: Some(tls), header_deadline: Duration::from_millis(500), ..local() };
    let server = Server::bind(settings).await.unwrap();
    let address = server.address();
    tokio::spawn(server.serve(app.gateway(), std::future::pending()));
    address
}

/// Runs curl on `/graphql`; its exit status and what it wrote.
async fn curl(ca: &Path, address: SocketAddr, more: &[&str]) -> (bool, String) {
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--show-error", "--max-time", "10", "--cacert"])
        .arg(ca)
        .args(["--write-out", "\n%{http_version} %{http_code}", "--header", "content-type: application/json"])
        .args(["--data", r#"{"query":"{ catalog { movies } }"}"#])
        .args(more)
        .arg(format!("https://localhost:{}/graphql", address.port()));
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn missing(test: &str, tool: &str) -> bool {
    let found = Command::new(tool).arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_err() {
        skipped(test, &format!("the program {tool} was not found"));
    }
    found.is_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_is_answered_by_both_versions_of_http() {
    if missing("curl_is_answered_by_both_versions_of_http", "curl") {
        return;
    }
    let (app, authority) = (TestApp::dozen(), Authority::new("Ours"));
    let address = start(&app, authority.settings()).await;
    for (option, version) in [("--http2", "2"), ("--http1.1", "1.1"), ("--tlsv1.3", "2")] {
        let (fine, said) = curl(&authority.path("ca.pem"), address, &[option]).await;
        assert!(
            fine && said.contains("\"movies\":12") && said.ends_with(&format!("{version} 200")),
            "{said}"
        );
    }
    // Some builds of curl refuse old versions themselves; either way there is no answer.
    let (fine, said) = curl(&authority.path("ca.pem"), address, &["--tls-max", "1.1"]).await;
    assert!(!fine && !said.contains("movies"), "{said}");
    let other = Authority::new("Other");
    assert!(!curl(&other.path("ca.pem"), address, &[]).await.0, "signed by nobody that is trusted");
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_agrees_on_versions_and_protocols() {
    if missing("openssl_agrees_on_versions_and_protocols", "openssl") {
        return;
    }
    let (app, authority) = (TestApp::dozen(), Authority::new("Ours"));
    let address = start(&app, authority.settings()).await;
    for (version, protocol) in [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")] {
        let mut command = Command::new("openssl");
        command
            .args([
                "s_client",
                "-connect",
                &address.to_string(),
                "-servername",
                "localhost",
                "-alpn",
                "h2,http/1.1",
            ])
            .args([version, "-verify_return_error", "-CAfile"])
            .arg(authority.path("ca.pem"))
            .stdin(Stdio::null());
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        for expected in [protocol, "ALPN protocol: h2", "Verify return code: 0 (ok)"] {
            assert!(
                said.contains(expected),
                "{expected}\n{said}\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_clients_of_the_authority_come_in() {
    if missing("only_clients_of_the_authority_come_in", "curl") {
        return;
    }
    let (app, ours, others) = (TestApp::dozen(), Authority::new("Ours"), Authority::new("Others"));
    let tls = TlsSettings { client_ca: Some(ours.path("ca.pem")), ..ours.settings() };
    let address = start(&app, tls).await;
    let show = |authority: &Authority| {
        let (certificate, key) = authority.sign("client");
        [
            "--cert".to_owned(),
            certificate.display().to_string(),
            "--key".to_owned(),
            key.display().to_string(),
        ]
    };
    for (shown, let_in) in
        [(show(&ours).to_vec(), true), (show(&others).to_vec(), false), (Vec::new(), false)]
    {
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        let (fine, said) = curl(&ours.path("ca.pem"), address, &shown).await;
        assert_eq!((fine, said.contains("\"movies\":12")), (let_in, let_in), "{said}");
    }
}

/// A connection of rustls over HTTP/1.1, kept open.
async fn connect(ca: &Path, address: SocketAddr) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca).unwrap()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // Else the request may stay in the client's own buffer.
    stream.flush().await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") {
        assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "{}", String::from_utf8_lossy(&answer));
    }
    String::from_utf8(answer).unwrap()
}

fn shown(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_shown_to_new_connections_and_open_ones_go_on() {
    let (app, authority) = (TestApp::dozen(), Authority::new("Ours"));
    let ca = authority.path("ca.pem");
    let address = start(&app, authority.settings()).await;
    let mut open = connect(&ca, address).await;
    ask(&mut open).await;
    let first = shown(&open);

    // Under load: not one request of those that come all the while may fail.
    let done = CancellationToken::new();
    let asking = tokio::spawn({
        let ca = ca.clone();
        let done = done.clone();
        async move {
            let mut asked = 0;
            while !done.is_cancelled() || asked <= 10 {
                ask(&mut connect(&ca, address).await).await;
                asked += 1;
            }
        }
    });
    authority.sign("server");
    until("the new certificate is shown", async || shown(&connect(&ca, address).await) != first).await;
    let second = shown(&connect(&ca, address).await);
    assert!(ask(&mut open).await.starts_with("HTTP/1.1 200"), "the open connection goes on");

    // What cannot be used leaves what is in use.
    std::fs::write(authority.path("server.key"), "no key").unwrap();
    let refused =
        async || app.get("/metrics").await.text().contains("wikimovie_tls_reloads_total{outcome=\"failed\"}");
    until("the key is refused", refused).await;
    assert_eq!(shown(&connect(&ca, address).await), second);
    authority.sign("server");
    until("the third certificate is shown", async || shown(&connect(&ca, address).await) != second).await;
    assert!(ask(&mut open).await.starts_with("HTTP/1.1 200"));
    done.cancel();
    asking.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_shakes_hands_is_cut() {
    let (app, authority) = (TestApp::dozen(), Authority::new("Ours"));
    let address = start(&app, authority.settings()).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    for stream in [&mut silent, &mut plain] {
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        assert!(read.is_ok(), "still open");
        assert!(!String::from_utf8_lossy(&rest).contains("200"), "no answer in the clear");
    }
}

#[tokio::test]
async fn files_that_cannot_be_used_stop_the_start_with_one_line() {
    let authority = Authority::new("Ours");
    let settings = authority.settings();
    std::fs::write(authority.path("empty.pem"), "").unwrap();
    let other_key = authority.sign("other").1;
    for (tls, part) in [
        (
            TlsSettings { certificate: authority.path("none.pem"), ..settings.clone() },
            "none.pem does not exist",
        ),
        (
            TlsSettings { certificate: authority.path("empty.pem"), ..settings.clone() },
            "empty.pem holds no certificate",
        ),
        (
            TlsSettings { key: authority.path("empty.pem"), ..settings.clone() },
            "empty.pem holds no private key",
        ),
        (TlsSettings { key: other_key, ..settings.clone() }, "server.pem cannot be used"),
        (
            TlsSettings { client_ca: Some(authority.path("empty.pem")), ..settings.clone() },
            "empty.pem holds no certificate",
        ),
    ] {
        let told = Server::bind(ServerSettings { tls: Some(tls), ..local() }).await.unwrap_err().to_string();
        assert!(told.contains(part) && !told.contains('\n'), "{told}");
    }
}
