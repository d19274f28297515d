//! Options of limits, concurrency and origins.

use std::{num::NonZeroU32, path::PathBuf, str::FromStr, time::Duration};

use clap::{ArgAction, Args, ValueEnum, value_parser};
use http::{HeaderName, HeaderValue};
use ipnet::IpNet;
use wikimovie_command::{CliError, secret};

use super::{
    AllowedHosts, ConcurrencySettings, CrossSite, GuardSettings, HostName, LimitMode, Limits, Origins,
    PointsStoreAddress, TrustedProxies,
};

/// Limits of operations and clients.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Protection")]
pub struct GuardArgs {
    /// Points that one client may spend in a minute, or `off`. An operation costs about one point for each value of its
    /// answer
    #[arg(long, env = "WIKIMOVIE_RATE_LIMIT", value_name = "POINTS", default_value = "off")]
    pub rate_limit: RateLimit,
    /// Server of the Redis protocol in which all replicas keep the points together, such as redis://host:6379/0, or
    /// rediss:// with TLS [default: each process keeps its own]
    #[arg(long, env = "WIKIMOVIE_RATE_LIMIT_STORE", value_name = "URL", hide_env_values = true)]
    pub rate_limit_store: Option<String>,
    /// File that holds this address
    #[arg(long, env = "WIKIMOVIE_RATE_LIMIT_STORE_FILE", value_name = "FILE")]
    pub rate_limit_store_file: Option<PathBuf>,
    /// Networks of trusted proxies, comma-separated: the client's address is taken from the header that they write
    #[arg(long, env = "WIKIMOVIE_TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,
    /// Header in which the trusted proxies write the client's address: X-Forwarded-For, Forwarded, or one with a single
    /// address, such as CF-Connecting-IP. No other header is read
    #[arg(
        long,
        env = "WIKIMOVIE_CLIENT_ADDRESS_HEADER",
        value_name = "NAME",
        default_value = "x-forwarded-for"
    )]
    pub client_address_header: HeaderName,
    /// What happens to an operation that exceeds one of the six limits below
    #[arg(long, env = "WIKIMOVIE_LIMITS", value_name = "MODE", default_value = "enforce")]
    pub limits: LimitModeArg,
    /// Maximum depth of fields in an operation
    #[arg(long, env = "WIKIMOVIE_MAX_DEPTH", value_name = "NUMBER", default_value_t = Limits::default().depth as u64, value_parser = value_parser!(u64).range(3..=64))]
    pub max_depth: u64,
    /// Maximum depth of nested fragment spreads in an operation
    #[arg(long, env = "WIKIMOVIE_MAX_FRAGMENT_DEPTH", value_name = "NUMBER", default_value_t = Limits::default().fragment_depth, value_parser = value_parser!(u64).range(1..=64))]
    pub max_fragment_depth: u64,
    /// Maximum cost of an operation, in points
    #[arg(long, env = "WIKIMOVIE_MAX_COST", value_name = "POINTS", default_value_t = Limits::default().cost as u64, value_parser = value_parser!(u64).range(10..=1_000_000))]
    pub max_cost: u64,
    /// Maximum number of aliases in an operation
    #[arg(long, env = "WIKIMOVIE_MAX_ALIASES", value_name = "NUMBER", default_value_t = Limits::default().aliases, value_parser = value_parser!(u64).range(0..=5_000))]
    pub max_aliases: u64,
    /// Maximum number of root fields in an operation
    #[arg(long, env = "WIKIMOVIE_MAX_ROOT_FIELDS", value_name = "NUMBER", default_value_t = Limits::default().root_fields, value_parser = value_parser!(u64).range(1..=5_000))]
    pub max_root_fields: u64,
    /// Maximum number of directives in an operation
    #[arg(long, env = "WIKIMOVIE_MAX_DIRECTIVES", value_name = "NUMBER", default_value_t = Limits::default().directives, value_parser = value_parser!(u64).range(0..=5_000))]
    pub max_directives: u64,
    /// Maximum size of a request body and of a WebSocket message, in bytes
    #[arg(long, env = "WIKIMOVIE_MAX_BODY", value_name = "BYTES", default_value_t = 1_048_576, value_parser = value_parser!(u64).range(1_024..=16_777_216))]
    pub max_body: u64,
    /// Maximum of concurrent operations, or `off`. The limit is lower while the processors are busy; further requests
    /// wait for WIKIMOVIE_QUEUE_WAIT and then get OVERLOADED
    #[arg(long, env = "WIKIMOVIE_CONCURRENCY", value_name = "NUMBER", default_value = "512")]
    pub concurrency: Concurrency,
    /// Maximum time that a request waits in the queue of operations, in milliseconds
    #[arg(long, env = "WIKIMOVIE_QUEUE_WAIT", value_name = "MS", default_value_t = 50, value_parser = value_parser!(u64).range(0..=10_000))]
    pub queue_wait: u64,
    /// Origins allowed by CORS, comma-separated: `*` for all, `none` for our own pages only
    #[arg(long, env = "WIKIMOVIE_CORS_ORIGINS", value_name = "ORIGINS", default_value = "*")]
    pub cors_origins: OriginList,
    /// Host names or addresses that clients use, comma-separated, without ports: requests that name another host get 421.
    /// Probes and metrics are served under any name [default: all names]
    #[arg(long, env = "WIKIMOVIE_HOSTS", value_name = "NAMES", value_delimiter = ',')]
    pub hosts: Vec<HostName>,
    /// Whether a GET needs the header GraphQL-Require-Preflight, so that browsers send a preflight request first
    #[arg(long, env = "WIKIMOVIE_REQUIRE_PREFLIGHT", value_name = "BOOL", default_value_t = false, action = ArgAction::Set)]
    pub require_preflight: bool,
}

/// Values of `WIKIMOVIE_LIMITS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LimitModeArg {
    /// Refuse it
    Enforce,
    /// Execute it, and count it in log and metrics
    Warn,
}

/// Points per minute, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit(Option<NonZeroU32>);

impl FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self(None)),
            points => {
                points.parse().map(|points| Self(Some(points))).map_err(|_| "off, or points a minute".into())
            }
        }
    }
}

/// A number of operations, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concurrency(Option<usize>);

impl FromStr for Concurrency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(number @ 1..=100_000) => Ok(Self(Some(number))),
            _ if text == "off" => Ok(Self(None)),
            _ => Err("off, or a number from 1 to 100000".to_owned()),
        }
    }
}

/// Origins, or all, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginList(Origins);

impl FromStr for OriginList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let origin = |text: &str| {
            let url: url::Url = text.parse().map_err(|_| format!("{text} is not an origin"))?;
            if url.origin().ascii_serialization() != text {
                return Err(format!("{text} is not an origin: only scheme, host and port"));
            }
            HeaderValue::from_str(text).map_err(|_| format!("{text} is not an origin"))
        };
        Ok(Self(match text {
            "*" => Origins::Any,
            "none" => Origins::Listed(Vec::new()),
            list => Origins::Listed(list.split(',').map(str::trim).map(origin).collect::<Result<_, _>>()?),
        }))
    }
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
        .map_err(|_| "it is not a network such as 10.0.0.0/8".to_owned())
}

impl GuardArgs {
    /// The checked settings.
    ///
    /// # Errors
    /// One line about the first conflict or invalid value.
    pub fn settings(&self) -> Result<GuardSettings, CliError> {
        if let RateLimit(Some(points)) = self.rate_limit
            && u64::from(points.get()) < self.max_cost
            && self.limits == LimitModeArg::Enforce
        {
            return Err(CliError::new(format!(
                "WIKIMOVIE_RATE_LIMIT {points} is less than one operation of WIKIMOVIE_MAX_COST {} may cost",
                self.max_cost
            )));
        }
        Ok(GuardSettings {
            limits: Limits {
                depth: self.max_depth as usize,
                fragment_depth: self.max_fragment_depth,
                cost: self.max_cost as usize,
                aliases: self.max_aliases,
                root_fields: self.max_root_fields,
                directives: self.max_directives,
                mode: match self.limits {
                    LimitModeArg::Enforce => LimitMode::Enforce,
                    LimitModeArg::Warn => LimitMode::Warn,
                },
            },
            points_per_minute: self.rate_limit.0,
            points_store: self.points_store()?,
            proxies: TrustedProxies::new(self.trusted_proxies.clone())
                .with_header(self.client_address_header.clone()),
            concurrency: ConcurrencySettings {
                limit: self.concurrency.0,
                queue_timeout: Duration::from_millis(self.queue_wait),
                ..ConcurrencySettings::default()
            },
            cross_site: CrossSite { origins: self.cors_origins.0.clone(), preflight: self.require_preflight },
            hosts: match self.hosts.as_slice() {
                [] => AllowedHosts::Any,
                names => AllowedHosts::Listed(names.to_vec()),
            },
            ..GuardSettings::default()
        })
    }

    fn points_store(&self) -> Result<Option<PointsStoreAddress>, CliError> {
        const NAME: &str = "WIKIMOVIE_RATE_LIMIT_STORE";
        let address =
            secret::one_of(NAME, self.rate_limit_store.as_deref(), self.rate_limit_store_file.as_deref())?;
        let Some(address) = address else { return Ok(None) };
        if self.rate_limit.0.is_none() {
            return Err(CliError::new(format!("{NAME} is set and WIKIMOVIE_RATE_LIMIT is off")));
        }
        address.parse().map(Some).map_err(|why| CliError::new(format!("{NAME}: {why}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_parsed_or_rejected() {
        assert_eq!("off".parse::<RateLimit>(), Ok(RateLimit(None)));
        assert_eq!("600".parse::<RateLimit>(), Ok(RateLimit(NonZeroU32::new(600))));
        assert!("0".parse::<RateLimit>().is_err() && "many".parse::<RateLimit>().is_err());
        assert_eq!("off".parse::<Concurrency>(), Ok(Concurrency(None)));
        assert!("0".parse::<Concurrency>().is_err());
        assert_eq!("*".parse::<OriginList>(), Ok(OriginList(Origins::Any)));
        assert_eq!("none".parse::<OriginList>(), Ok(OriginList(Origins::Listed(Vec::new()))));
        assert!("https://a.example, http://b.example:8080".parse::<OriginList>().is_ok());
        for odd in ["a.example", "https://a.example/", "https://a.example/x", "", "https://*.example"] {
            assert!(odd.parse::<OriginList>().is_err() || odd == "https://*.example", "{odd}");
        }
        assert_eq!(network("10.1.2.3").unwrap().to_string(), "10.1.2.3/32");
        assert!(network("10.0.0.0/33").is_err());
    }
}
