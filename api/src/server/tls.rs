//! Certificates: read from files, and read anew when the files change. Open connections keep what they were made with.

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

/// What is offered, best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The certificates in use. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    config: RustlsConfig,
    settings: Arc<TlsSettings>,
    /// What the certificates in use were made of.
    files: Files,
}

/// What is in the files.
#[derive(Clone, PartialEq, Eq)]
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key is among them.
        f.debug_struct("Files").finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// One line about the file that cannot be used.
    pub(super) fn read(settings: &TlsSettings) -> Result<Self, CliError> {
        let files = Files::read(settings)?;
        let config = RustlsConfig::from_config(Arc::new(files.config(settings)?));
        Ok(Self { config, settings: Arc::new(settings.clone()), files })
    }

    /// The certificates for an acceptor, which follow the files as ours do.
    pub(super) fn config(&self) -> RustlsConfig {
        self.config.clone()
    }

    /// Follows the files for ever. Files that cannot be used are told, and leave what is in use. A look reads them whole:
    /// secrets of Kubernetes are swapped behind a link, which neither a watch nor a time of change tells of in every case.
    pub(super) async fn follow(mut self) {
        let mut refused = None;
        loop {
            tokio::time::sleep(self.settings.look).await;
            let settings = Arc::clone(&self.settings);
            let read = tokio::task::spawn_blocking(move || Files::read(&settings)).await;
            let Ok(read) = read else { continue };
            if read.as_ref().is_ok_and(|files| *files == self.files) {
                refused = None;
                continue;
            }
            let loaded = read.and_then(|files| files.config(&self.settings).map(|config| (files, config)));
            match loaded {
                Ok((files, config)) => {
                    self.config.reload_from_config(Arc::new(config));
                    self.files = files;
                    refused = None;
                    metrics::counter!("wikimovie_tls_reloads_total", "outcome" => "ok").increment(1);
                    tracing::info!("reloaded the certificates");
                }
                // A certificate and its key are seldom written in one moment: told once, tried again.
                Err(failure) => {
                    let told = failure.to_string();
                    if refused.as_ref() != Some(&told) {
                        metrics::counter!("wikimovie_tls_reloads_total", "outcome" => "failed").increment(1);
                        tracing::warn!(
                            reason = told,
                            "the certificates cannot be reloaded; the previous ones stay in use"
                        );
                        refused = Some(told);
                    }
                }
            }
        }
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
