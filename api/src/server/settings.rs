//! What an operator may set about the server. Plain values: only a binary reads the environment.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

/// Settings of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// Address of the gateway.
    pub listen: SocketAddr,
    /// Address of probes and metrics; `None` serves them with the rest.
    pub admin_listen: Option<SocketAddr>,
    /// Certificates; `None` speaks plain HTTP.
    pub tls: Option<TlsSettings>,
    /// Whether HTTP/2 is spoken without TLS (prior knowledge).
    pub h2c: bool,
    /// Connections open at once.
    pub connections: usize,
    /// Connections open at once of one network; `None` for a sixteenth, at least 16.
    pub connections_per_client: Option<usize>,
    /// Longest time for a TLS handshake, and for the headers of a connection's first request.
    pub header_deadline: Duration,
    /// Longest time without a byte either way, and for the headers of a further request.
    pub idle_deadline: Duration,
    /// Time for which `/readyz` tells of the end before no new connection is taken.
    pub drain_delay: Duration,
    /// Longest time after that for open requests to finish.
    pub drain_deadline: Duration,
}

/// Files of certificates, all PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// Our certificate and those between it and the authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Authorities of clients; `None` asks clients for no certificate.
    pub client_ca: Option<PathBuf>,
    /// Time between two looks whether the files have changed.
    pub poll_interval: Duration,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            admin_listen: None,
            tls: None,
            h2c: false,
            connections: 4_096,
            connections_per_client: None,
            header_deadline: Duration::from_secs(10),
            idle_deadline: Duration::from_secs(75),
            drain_delay: Duration::ZERO,
            drain_deadline: Duration::from_secs(10),
        }
    }
}
