//! A server of the Redis protocol on this machine.

use std::{
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use wikimovie_testkit_skip::skipped;

/// A server of one test, empty at its start; it ends with the value.
pub struct RedisServer {
    process: Option<Child>,
    port: u16,
    program: String,
}

/// A server for a test. Where there is no program for it, the test is reported as skipped; in CI that is a failure.
///
/// # Panics
/// In CI, where there is none, and where it does not start.
pub fn redis(test: &str) -> Option<RedisServer> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let found = Command::new("scripts/redis.sh").current_dir(root).stderr(Stdio::inherit()).output().ok();
    let found = found.filter(|output| output.status.success());
    let program = found.and_then(|output| Some(String::from_utf8(output.stdout).ok()?.trim().to_owned()));
    let Some(program) = program.filter(|program| !program.is_empty()) else {
        skipped(test, "no server of the Redis protocol (scripts/redis.sh shows why)");
        return None;
    };
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let mut server = RedisServer { process: None, port, program };
    server.start();
    Some(server)
}

impl RedisServer {
    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it; it answers nothing until it is started again.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it, empty, on the same port.
    ///
    /// # Panics
    /// Where it does not answer within ten seconds.
    pub fn start(&mut self) {
        let port = self.port.to_string();
        let arguments = ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        let mut command = Command::new(&self.program);
        command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(command.spawn().expect("the server starts"));
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(Instant::now() < deadline, "{} does not answer", self.program);
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
