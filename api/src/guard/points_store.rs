//! Points that all replicas share, kept in a server of the Redis protocol.
//!
//! The server runs the same algorithm as a bucket of this process (GCRA) by its own clock, in one script, so that
//! concurrent operations of one client are charged one after the other. It learns a digest of the client, never a name.

use std::{
    fmt,
    str::FromStr,
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use metrics::counter;
use redis::{
    Client, IntoConnectionInfo, RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use sha2::{Digest, Sha256};

use super::points::{RateLimitedClient, Taken, WINDOW};

/// Time after which an operation no longer waits for the server, and is charged by this process.
const TIMEOUT: Duration = Duration::from_millis(100);
/// Time for which a server that failed is not asked: one operation in it waits, not each.
const REST: Duration = Duration::from_secs(1);

/// Address of a server of the Redis protocol: `redis://` or, with TLS, `rediss://`, then as the `redis` crate reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct PointsStoreAddress(String);

impl FromStr for PointsStoreAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // The crate's message would repeat the address, and with it a password.
        let is_valid = text.into_connection_info().is_ok();
        is_valid.then(|| Self(text.to_owned())).ok_or_else(|| {
            "it is not an address such as redis://host:6379/0, or rediss:// with TLS".to_owned()
        })
    }
}

impl fmt::Debug for PointsStoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PointsStoreAddress(a secret)")
    }
}

/// The server. Cheap to clone.
#[derive(Clone)]
pub(super) struct PointsStore(Arc<Inner>);

struct Inner {
    address: PointsStoreAddress,
    connection: OnceLock<ConnectionManager>,
    started: Instant,
    /// Milliseconds after `started` until which the server rests; 0 while it answers.
    rests_until: AtomicU64,
}

impl fmt::Debug for PointsStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PointsStore").field(&self.0.address).finish()
    }
}

impl PointsStore {
    pub(super) fn new(address: PointsStoreAddress) -> Self {
        let (connection, started, rests_until) = (OnceLock::new(), Instant::now(), AtomicU64::new(0));
        Self(Arc::new(Inner { address, connection, started, rests_until }))
    }

    /// Takes points from a client's bucket; `None` where the server does not answer in time, which costs at most one
    /// operation a second a wait.
    pub(super) async fn take(&self, client: &RateLimitedClient, limit: u32, points: u32) -> Option<Taken> {
        let (now, rest) = (self.elapsed_ms(), REST.as_millis() as u64);
        let until = self.0.rests_until.load(Ordering::Relaxed);
        // Of those who come when the rest is over, one asks whether the server is back.
        let is_first = || {
            let (seen, next) = (Ordering::Relaxed, Ordering::Relaxed);
            self.0.rests_until.compare_exchange(until, now + rest, seen, next).is_ok()
        };
        if until != 0 && (now < until || !is_first()) {
            return None;
        }
        let asked = tokio::time::timeout(TIMEOUT, self.ask(client, limit, points)).await;
        let why = match asked {
            Ok(Ok(taken)) => {
                if self.0.rests_until.swap(0, Ordering::Relaxed) != 0 {
                    tracing::info!("the shared rate limit is back");
                }
                return Some(taken);
            }
            Ok(Err(error)) => error.category().to_owned(),
            Err(_) => format!("no answer within {} ms", TIMEOUT.as_millis()),
        };
        counter!("wikimovie_rate_limit_store_failures_total").increment(1);
        if self.0.rests_until.swap(now + rest, Ordering::Relaxed) == 0 {
            tracing::warn!(why, "the shared rate limit cannot be reached: each process limits by itself");
        }
        None
    }

    async fn ask(&self, client: &RateLimitedClient, limit: u32, points: u32) -> Result<Taken, RedisError> {
        let mut connection = self.connection()?;
        let window = WINDOW.as_micros() as u64;
        let mut invocation = SCRIPT.prepare_invoke();
        invocation.key(key(client, limit)).arg(limit).arg(points).arg(window);
        let (is_granted, micros): (bool, u64) = invocation.invoke_async(&mut connection).await?;
        Ok(if is_granted {
            // What is missing to a full bucket fills in `micros`.
            let missing = (u128::from(micros) * u128::from(limit)).div_ceil(u128::from(window)) as u32;
            Taken::Granted { remaining: limit.saturating_sub(missing) }
        } else {
            Taken::Refused { wait: Duration::from_micros(micros) }
        })
    }

    /// The connection, which makes itself anew whenever it is lost. It needs the runtime, so it waits for the first
    /// operation.
    fn connection(&self) -> Result<ConnectionManager, RedisError> {
        if let Some(connection) = self.0.connection.get() {
            return Ok(connection.clone());
        }
        // The redis crate takes the process's provider of TLS, and rustls panics where two are compiled in and none is chosen.
        // One that is chosen already will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::open(self.0.address.0.as_str())?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(REST))
            .set_response_timeout(Some(TIMEOUT))
            .set_number_of_retries(0);
        let connection = ConnectionManager::new_lazy_with_config(client, config)?;
        Ok(self.0.connection.get_or_init(|| connection).clone())
    }

    fn elapsed_ms(&self) -> u64 {
        self.0.started.elapsed().as_millis() as u64
    }
}

/// Takes points if there are enough. The key holds the moment at which the bucket is full again, in microseconds of the
/// server's clock. The answer: 1 and the time until it is full, or 0 and the time until there are enough.
static SCRIPT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local time = redis.call('TIME')
         local now = time[1] * 1000000 + time[2]
         local limit, points, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
         local full = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
         local next = full + math.ceil(points * window / limit)
         if next - now > window then return {0, next - now - window} end
         redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000))
         return {1, next - now}",
    )
});

/// Of a client's kind and name a digest: names are the operator's, addresses are people's.
fn key(client: &RateLimitedClient, limit: u32) -> String {
    let mut hash = Sha256::new();
    let (kind, name) = match client {
        RateLimitedClient::Network(address) => ("network", address.to_string()),
        RateLimitedClient::Key(name) => ("key", name.to_string()),
        RateLimitedClient::Subject(subject) => ("subject", subject.to_string()),
    };
    hash.update(kind);
    hash.update([0]);
    hash.update(name);
    // A limit of its own is a bucket of its own, as in a process.
    format!("wikimovie:points:{limit}:{}", hex::encode(&hash.finalize()[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_protocol() {
        for text in ["redis://h:6379", "redis://:secret@h:6379/2", "rediss://user:secret@h:6380"] {
            let address: PointsStoreAddress = text.parse().unwrap();
            assert!(!format!("{address:?}").contains("secret@"));
        }
        for text in ["http://h", "h:6379", ""] {
            let refusal = text.parse::<PointsStoreAddress>().unwrap_err();
            assert!(refusal.contains("rediss://"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_server_that_speaks_no_tls_is_an_unreachable_one() {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("rediss://{}", server.local_addr().unwrap());
        tokio::spawn(async move { while server.accept().await.is_ok() {} });
        let store = PointsStore::new(address.parse().unwrap());
        let network = RateLimitedClient::Network([10, 1, 2, 3].into());
        assert_eq!(store.take(&network, 100, 1).await, None);
        let asked = Instant::now();
        assert_eq!(store.take(&network, 100, 1).await, None);
        assert!(asked.elapsed() < TIMEOUT, "a server that failed is not asked at once");
    }

    #[test]
    fn keys_tell_clients_apart_and_name_nobody() {
        let network = RateLimitedClient::Network([10, 1, 2, 3].into());
        let of_key = RateLimitedClient::Key("10.1.2.3".into());
        assert_ne!(key(&network, 100), key(&of_key, 100));
        assert_ne!(key(&network, 100), key(&network, 200));
        assert!(!key(&of_key, 100).contains("10.1.2.3"));
    }
}
