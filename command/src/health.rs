//! `health`: checks the readiness of one of our processes, because our images contain no other HTTP client.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use clap::Args;

use crate::{CliError, output};

/// Deadline of the request: less than the timeout of an image's health check.
const DEADLINE: Duration = Duration::from_secs(4);

/// Addresses of the gateway.
#[derive(Args, Clone, Debug)]
pub struct HealthArgs {
    /// Address and port of the gateway
    #[arg(long, env = "WIKIMOVIE_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address of its probes, if they have one of their own
    #[arg(long, env = "WIKIMOVIE_ADMIN_LISTEN", value_name = "ADDRESS")]
    pub admin_listen: Option<SocketAddr>,
}

impl HealthArgs {
    /// Checks the gateway's `/readyz`, on the admin address if there is one, in plain HTTP.
    ///
    /// # Errors
    /// One line if it is not ready or unreachable.
    pub fn check(&self) -> Result<(), CliError> {
        check(self.admin_listen.unwrap_or(self.listen))
    }
}

/// Requests `/readyz` of the process that listens on this address of this machine, and prints the result.
///
/// # Errors
/// One line if it is not ready or unreachable.
pub fn check(listen: SocketAddr) -> Result<(), CliError> {
    let url = format!("http://{}/readyz", loopback_of(listen));
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(DEADLINE)).proxy(None).build().into();
    match agent.get(&url).call() {
        Ok(_) => {
            output::line("ready");
            Ok(())
        }
        Err(ureq::Error::StatusCode(status)) => {
            Err(CliError::new(format!("{url} is not ready: status {status}")))
        }
        Err(error) => Err(CliError::new(format!("{url} does not answer: {error}"))),
    }
}

/// The address by which the same machine reaches what listens on this one, which may stand for all of its addresses.
pub fn loopback_of(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
    };

    use super::*;

    /// Answers one request with this status, and returns its request line.
    fn respond_once(status: &'static str) -> (SocketAddr, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).unwrap();
            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            let text = String::from_utf8_lossy(&request[..length]).into_owned();
            text.lines().next().unwrap_or_default().to_owned()
        });
        (address, asked)
    }

    #[test]
    fn readiness_follows_the_status() {
        for (status, is_ready) in
            [("200 OK", true), ("503 Service Unavailable", false), ("404 Not Found", false)]
        {
            let (address, asked) = respond_once(status);
            assert_eq!(check(address).is_ok(), is_ready, "{status}");
            assert_eq!(asked.join().unwrap(), "GET /readyz HTTP/1.1");
        }
    }

    #[test]
    fn an_unspecified_address_is_reached_on_loopback() {
        let (address, asked) = respond_once("200 OK");
        let all = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), address.port());
        assert!(check(all).is_ok());
        asked.join().unwrap();
        assert_eq!(loopback_of("[::]:1".parse().unwrap()), "[::1]:1".parse().unwrap());
    }

    #[test]
    fn an_unreachable_address_is_reported() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let message = check(address).unwrap_err().to_string();
        assert!(message.contains("does not answer"), "{message}");
    }
}
