//! Certificates: read from files, and read again when the files change. Open connections keep what they were made with.

use std::{path::Path, sync::Arc};

use axum_server::tls_rustls::RustlsConfig;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use wikimovie_command::{CliError, secret::read_bytes};

use super::TlsSettings;
use crate::reloading::Reloading;

/// What is offered, best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The certificates in use. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    config: RustlsConfig,
    files: Reloading<ServerConfig, CliError>,
}

/// What is in the files.
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// One line about the file that cannot be used.
    pub(super) fn read(settings: &TlsSettings) -> Result<Self, CliError> {
        let TlsSettings { certificate, key, client_ca, poll_interval } = settings;
        let paths = [certificate, key].into_iter().chain(client_ca).cloned().collect();
        let source = settings.clone();
        let read = move || Files::read(&source)?.config(&source);
        let files = Reloading::open(paths, *poll_interval, read)?;
        Ok(Self { config: RustlsConfig::from_config(Arc::clone(&files.current())), files })
    }

    /// The certificates for an acceptor, which follow the files as ours do.
    pub(super) fn config(&self) -> RustlsConfig {
        self.config.clone()
    }

    /// Follows the files for ever. Files that cannot be used leave what is in use: a certificate and its key are seldom
    /// written in one moment.
    pub(super) async fn follow(self) {
        let report = |result: Result<Arc<ServerConfig>, CliError>| {
            let outcome = if result.is_ok() { "ok" } else { "failed" };
            metrics::counter!("wikimovie_tls_reloads_total", "outcome" => outcome).increment(1);
            match result {
                Ok(config) => {
                    self.config.reload_from_config(config);
                    tracing::info!("reloaded the certificates");
                }
                Err(failure) => tracing::warn!(
                    reason = failure.to_string(),
                    "the certificates cannot be reloaded; the previous ones stay in use"
                ),
            }
        };
        self.files.follow(report).await;
    }
}

impl Files {
    fn read(settings: &TlsSettings) -> Result<Self, CliError> {
        Ok(Self {
            certificate: read_bytes(&settings.certificate)?,
            key: read_bytes(&settings.key)?,
            client_ca: settings.client_ca.as_deref().map(read_bytes).transpose()?,
        })
    }

    fn config(&self, settings: &TlsSettings) -> Result<ServerConfig, CliError> {
        let chain = certificates(&self.certificate, &settings.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| CliError::new(format!("{} holds no private key (PEM)", settings.key.display())))?;
        let provider = Arc::new(ring::default_provider());
        let unusable = |error: &dyn std::fmt::Display| {
            CliError::new(format!("{} cannot be used: {error}", settings.certificate.display()))
        };
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&error))?;
        let builder = match (&self.client_ca, &settings.client_ca) {
            (Some(pem), Some(path)) => {
                let mut roots = RootCertStore::empty();
                for authority in certificates(pem, path)? {
                    roots
                        .add(authority)
                        .map_err(|error| CliError::new(format!("{}: {error}", path.display())))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .build()
                    .map_err(|error| CliError::new(format!("{}: {error}", path.display())))?;
                builder.with_client_cert_verifier(verifier)
            }
            _ => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|error| unusable(&error))?;
        config.alpn_protocols = PROTOCOLS.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(config)
    }
}

fn certificates(pem: &[u8], path: &Path) -> Result<Vec<CertificateDer<'static>>, CliError> {
    let none = || CliError::new(format!("{} holds no certificate (PEM)", path.display()));
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| none())?;
    if certificates.is_empty() { Err(none()) } else { Ok(certificates) }
}
