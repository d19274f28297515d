//! Options of the server: where it listens, with which certificate, and how long it waits for whom.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;
use wikimovie_command::CliError;

use crate::{ServerSettings, TlsSettings};

/// Time between two looks whether the certificates on disk have changed.
const CERTIFICATES_POLL_INTERVAL: Duration = Duration::from_secs(5);

/// Addresses and connections.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// Address and port to listen on; port 0 chooses a free one
    #[arg(long, env = "WIKIMOVIE_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Separate address for /metrics, /livez and /readyz, in plain HTTP, for operators [default: the address of
    /// WIKIMOVIE_LISTEN]
    #[arg(long, env = "WIKIMOVIE_ADMIN_LISTEN", value_name = "ADDRESS")]
    pub admin_listen: Option<SocketAddr>,
    /// Certificate chain (PEM): the gateway then accepts TLS only, HTTP/1.1 and HTTP/2. Reloaded when it changes
    #[arg(long, env = "WIKIMOVIE_TLS_CERTIFICATE", value_name = "FILE")]
    pub tls_certificate: Option<PathBuf>,
    /// Private key of the certificate (PEM)
    #[arg(long, env = "WIKIMOVIE_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Certificate authorities (PEM) of client certificates, which are then required (mutual TLS) [default: none]
    #[arg(long, env = "WIKIMOVIE_TLS_CLIENT_CA", value_name = "FILE")]
    pub tls_client_ca: Option<PathBuf>,
    /// Maximum of open connections; further ones wait until one closes
    #[arg(long, env = "WIKIMOVIE_CONNECTIONS", value_name = "NUMBER", default_value_t = 4_096, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections: u32,
    /// Maximum of open connections of one client (an IPv4 address, or the /64 of an IPv6 one; four times as many of a /48).
    /// Trusted proxies are not limited [default: a sixteenth of WIKIMOVIE_CONNECTIONS, at least 16]
    #[arg(long, env = "WIKIMOVIE_CONNECTIONS_PER_CLIENT", value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections_per_client: Option<u32>,
    /// Whether HTTP/2 is accepted without TLS (prior knowledge), as some proxies speak it
    #[arg(long, env = "WIKIMOVIE_H2C", value_name = "BOOL", default_value_t = false, action = clap::ArgAction::Set)]
    pub h2c: bool,
    /// Deadline for the TLS handshake and for the headers of a request, in milliseconds
    #[arg(long, env = "WIKIMOVIE_HEADER_DEADLINE", value_name = "MS", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(100..=300_000))]
    pub header_deadline: u64,
    /// Deadline for the body of a request, in milliseconds
    #[arg(long, env = "WIKIMOVIE_BODY_DEADLINE", value_name = "MS", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(100..=300_000))]
    pub body_deadline: u64,
    /// Time after which an idle connection is closed, in milliseconds; longer than a response may take
    #[arg(long, env = "WIKIMOVIE_IDLE_DEADLINE", value_name = "MS", default_value_t = 75_000, value_parser = clap::value_parser!(u64).range(1_000..=3_600_000))]
    pub idle_deadline: u64,
    /// Time between the signal to stop and the end of accepting connections, in milliseconds: /readyz returns 503
    /// meanwhile, so that load balancers stop sending requests
    #[arg(long, env = "WIKIMOVIE_DRAIN_DELAY", value_name = "MS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=300_000))]
    pub drain_delay: u64,
    /// Deadline after that for open requests to finish, in milliseconds
    #[arg(long, env = "WIKIMOVIE_DRAIN_DEADLINE", value_name = "MS", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(0..=300_000))]
    pub drain_deadline: u64,
}

impl ServerArgs {
    /// The settings, if they fit together.
    ///
    /// # Errors
    /// One line about the first that does not.
    pub fn settings(&self) -> Result<ServerSettings, CliError> {
        if self.admin_listen == Some(self.listen) && self.listen.port() != 0 {
            return Err(CliError::new(format!(
                "WIKIMOVIE_LISTEN and WIKIMOVIE_ADMIN_LISTEN are both {}: unset the second to serve \
                 everything on one address",
                self.listen
            )));
        }
        Ok(ServerSettings {
            listen: self.listen,
            admin_listen: self.admin_listen,
            tls: self.tls()?,
            h2c: self.h2c,
            connections: self.connections as usize,
            connections_per_client: self.connections_per_client.map(|number| number as usize),
            header_deadline: Duration::from_millis(self.header_deadline),
            idle_deadline: Duration::from_millis(self.idle_deadline),
            drain_delay: Duration::from_millis(self.drain_delay),
            drain_deadline: Duration::from_millis(self.drain_deadline),
        })
    }

    fn tls(&self) -> Result<Option<TlsSettings>, CliError> {
        match (&self.tls_certificate, &self.tls_key, &self.tls_client_ca) {
            (None, None, None) => Ok(None),
            (Some(certificate), Some(key), client_ca) => Ok(Some(TlsSettings {
                certificate: certificate.clone(),
                key: key.clone(),
                client_ca: client_ca.clone(),
                poll_interval: CERTIFICATES_POLL_INTERVAL,
            })),
            (Some(_), None, _) => {
                Err(CliError::new("WIKIMOVIE_TLS_CERTIFICATE is set and WIKIMOVIE_TLS_KEY is not"))
            }
            (None, Some(_), _) => {
                Err(CliError::new("WIKIMOVIE_TLS_KEY is set and WIKIMOVIE_TLS_CERTIFICATE is not"))
            }
            (None, None, Some(_)) => Err(CliError::new(
                "WIKIMOVIE_TLS_CLIENT_CA is set and WIKIMOVIE_TLS_CERTIFICATE is not: client certificates \
                 need TLS",
            )),
        }
    }
}
