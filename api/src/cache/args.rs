//! Options of the cache.

use std::time::Duration;

use clap::{Args, value_parser};

use super::CacheSettings;

/// A day.
const MAX_SECONDS: u64 = 24 * 60 * 60;

/// What is remembered.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Cache")]
pub struct CacheArgs {
    /// Memory for cached answers, in bytes: the engine answers equal questions once per revision of the catalogue; 0
    /// turns the cache off
    #[arg(long, env = "WIKIMOVIE_CACHE_BYTES", value_name = "BYTES", default_value_t = CacheSettings::default().bytes)]
    pub cache_bytes: u64,
    /// How long an answer of an older revision is still returned while it is refreshed in the background, in seconds;
    /// `extensions.cache` reports it. 0 refreshes first
    #[arg(long, env = "WIKIMOVIE_CACHE_STALE_WHILE_REVALIDATE", value_name = "SECONDS", default_value_t = 0, value_parser = value_parser!(u64).range(0..=MAX_SECONDS))]
    pub cache_stale_while_revalidate: u64,
    /// How long a stale answer is still returned while the engine is unreachable, in seconds; `extensions.cache`
    /// reports it
    #[arg(long, env = "WIKIMOVIE_CACHE_STALE_IF_ERROR", value_name = "SECONDS", default_value_t = 600, value_parser = value_parser!(u64).range(0..=MAX_SECONDS))]
    pub cache_stale_if_error: u64,
    /// How long browsers and proxies may reuse the response to a GET by hash (`max-age`), in seconds
    #[arg(long, env = "WIKIMOVIE_HTTP_MAX_AGE", value_name = "SECONDS", default_value_t = 0, value_parser = value_parser!(u64).range(0..=MAX_SECONDS))]
    pub http_max_age: u64,
    /// How long they may then still use it while they revalidate it (`stale-while-revalidate`), in seconds
    #[arg(long, env = "WIKIMOVIE_HTTP_STALE_WHILE_REVALIDATE", value_name = "SECONDS", default_value_t = 0, value_parser = value_parser!(u64).range(0..=MAX_SECONDS))]
    pub http_stale_while_revalidate: u64,
}

impl CacheArgs {
    /// The settings.
    pub fn settings(&self) -> CacheSettings {
        CacheSettings {
            bytes: self.cache_bytes,
            stale_while_revalidate: Duration::from_secs(self.cache_stale_while_revalidate),
            stale_if_error: Duration::from_secs(self.cache_stale_if_error),
            max_age: Duration::from_secs(self.http_max_age),
            max_age_while_revalidate: Duration::from_secs(self.http_stale_while_revalidate),
        }
    }
}
