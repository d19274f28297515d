//! `health`: asks a process of ours whether it is ready. Images hold no other program to ask with.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use clap::Args;

use crate::{Failure, say};

/// Longest wait for the answer: less than what an image's health check is given.
const DEADLINE: Duration = Duration::from_secs(4);

/// Where a gateway is asked.
#[derive(Args, Clone, Debug)]
pub struct HealthArgs {
    /// Address and port that the gateway listens on
    #[arg(long, env = "WIKIMOVIE_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Address of its probes, where they are apart from the rest
    #[arg(long, env = "WIKIMOVIE_ADMIN_LISTEN", value_name = "ADDRESS")]
    pub admin_listen: Option<SocketAddr>,
}

impl HealthArgs {
    /// Asks the gateway's probe, which speaks plain HTTP on the admin address, and where there is none with the rest.
    ///
    /// # Errors
    /// One line, where it is not ready or nothing answers.
    pub fn ask(&self) -> Result<(), Failure> {
        ask(self.admin_listen.unwrap_or(self.listen))
    }
}

/// Asks `/readyz` of what listens on this address of this machine, and prints what it says.
///
/// # Errors
/// One line, where it is not ready or nothing answers.
pub fn ask(listen: SocketAddr) -> Result<(), Failure> {
    let url = format!("http://{}/readyz", loopback_of(listen));
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(DEADLINE)).proxy(None).build().into();
    match agent.get(&url).call() {
        Ok(_) => {
            say::line("ready");
            Ok(())
        }
        Err(ureq::Error::StatusCode(status)) => {
            Err(Failure::new(format!("{url} is not ready: status {status}")))
        }
        Err(error) => Err(Failure::new(format!("{url} does not answer: {error}"))),
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

    /// Answers one question with this status, and gives back its first line.
    fn answering(status: &'static str) -> (SocketAddr, std::thread::JoinHandle<String>) {
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
    fn what_is_ready_is_told_from_what_is_not() {
        for (status, is_ready) in
            [("200 OK", true), ("503 Service Unavailable", false), ("404 Not Found", false)]
        {
            let (address, asked) = answering(status);
            assert_eq!(ask(address).is_ok(), is_ready, "{status}");
            assert_eq!(asked.join().unwrap(), "GET /readyz HTTP/1.1");
        }
    }

    #[test]
    fn what_listens_on_all_addresses_is_asked_on_loopback() {
        let (address, asked) = answering("200 OK");
        let all = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), address.port());
        assert!(ask(all).is_ok());
        asked.join().unwrap();
        assert_eq!(loopback_of("[::]:1".parse().unwrap()), "[::1]:1".parse().unwrap());
    }

    #[test]
    fn nothing_that_listens_is_told() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let told = ask(address).unwrap_err().to_string();
        assert!(told.contains("does not answer"), "{told}");
    }
}
