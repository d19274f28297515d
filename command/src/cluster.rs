//! Settings of a search cluster, shared by all programs that use one.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use secrecy::SecretString;
use url::Url;
use wikimovie_elasticsearch::{Auth, ElasticsearchOptions};

use crate::{
    CliError,
    rules::RulesArgs,
    secret::{one_of, read_bytes, read_text},
};

/// Prefix of the variables of the cluster.
pub const PREFIX: &str = "ELASTICSEARCH_";

/// Minimum length of a secret, in bytes.
const MIN_SECRET_BYTES: usize = 16;
/// Most secrets of before: a token of an earlier version is tried with each.
const MAX_FORMER_SECRETS: usize = 8;

/// The cluster, and our index in it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Search cluster")]
pub struct ClusterArgs {
    /// URLs of the nodes, comma-separated, such as http://node-1:9200,http://node-2:9200
    #[arg(long, env = "ELASTICSEARCH_URLS", value_name = "URL,URL…", value_delimiter = ',')]
    pub urls: Vec<String>,
    /// User of the cluster
    #[arg(long, env = "ELASTICSEARCH_USERNAME", value_name = "NAME")]
    pub username: Option<String>,
    /// Password of the user
    #[arg(long, env = "ELASTICSEARCH_PASSWORD", value_name = "PASSWORD", hide_env_values = true)]
    pub password: Option<String>,
    /// File that holds the password
    #[arg(long, env = "ELASTICSEARCH_PASSWORD_FILE", value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// API key in its encoded form; instead of user and password
    #[arg(long, env = "ELASTICSEARCH_API_KEY", value_name = "KEY", hide_env_values = true)]
    pub api_key: Option<String>,
    /// File that holds the API key
    #[arg(long, env = "ELASTICSEARCH_API_KEY_FILE", value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,
    /// Sign requests for managed OpenSearch of AWS (Signature Version 4): es, or aoss for serverless collections.
    /// Credentials come from AWS's usual chain
    #[arg(long, env = "ELASTICSEARCH_AWS_SERVICE", value_name = "SERVICE", value_parser = ["es", "aoss"])]
    pub aws_service: Option<String>,
    /// Region for the signature [default: AWS's usual chain]
    #[arg(long, env = "ELASTICSEARCH_AWS_REGION", value_name = "REGION")]
    pub aws_region: Option<String>,
    /// Certificates (PEM) of a certificate authority to trust
    #[arg(long, env = "ELASTICSEARCH_CA", value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Name of the read alias, and prefix of all our indices and aliases
    #[arg(long, env = "WIKIMOVIE_INDEX", value_name = "NAME", default_value = "movies")]
    pub index: String,
    /// Primary shards of a new index; with one, every count is exact
    #[arg(long, env = "WIKIMOVIE_SHARDS", value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub shards: u32,
    /// Replicas of a new index
    #[arg(long, env = "WIKIMOVIE_REPLICAS", value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=64))]
    pub replicas: u32,
    /// Deadline of one request to the cluster, in milliseconds
    #[arg(long, env = "WIKIMOVIE_ENGINE_DEADLINE", value_name = "MS", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(100..=60_000))]
    pub engine_deadline: u64,
    /// Secret that authenticates cursors and state tokens, at least 16 bytes [default: one stored in the cluster]
    #[arg(long, env = "WIKIMOVIE_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// File that holds the secret
    #[arg(long, env = "WIKIMOVIE_SECRET_FILE", value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// Secrets of before WIKIMOVIE_SECRET was changed, comma-separated: what they authenticate stays valid
    #[arg(
        long,
        env = "WIKIMOVIE_FORMER_SECRETS",
        value_name = "SECRETS",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub former_secrets: Vec<String>,
    /// File that holds them, one a line
    #[arg(long, env = "WIKIMOVIE_FORMER_SECRETS_FILE", value_name = "FILE")]
    pub former_secrets_file: Option<PathBuf>,
    /// Synonyms and pins
    #[command(flatten)]
    pub rules: RulesArgs,
}

impl ClusterArgs {
    /// The checked options.
    ///
    /// # Errors
    /// One line about the first conflict or invalid value.
    pub fn options(&self) -> Result<ElasticsearchOptions, CliError> {
        Ok(ElasticsearchOptions {
            urls: self.addresses()?,
            auth: self.auth()?,
            ca_certificates: self.ca.as_deref().map(read_bytes).transpose()?,
            index: self.checked_index()?,
            shards: self.shards,
            replicas: self.replicas,
            deadline: Duration::from_millis(self.engine_deadline),
            secret: self.checked_secret()?,
            former_secrets: self.checked_former_secrets()?,
            rules: self.rules.read()?,
        })
    }

    fn addresses(&self) -> Result<Vec<Url>, CliError> {
        let given = self.urls.iter().map(|url| url.trim()).filter(|url| !url.is_empty());
        let address = |text: &str| match text.parse::<Url>() {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
            // The message omits the URL, because it may hold a password.
            _ => Err(CliError::new("ELASTICSEARCH_URLS holds an entry that is not an http or https URL")),
        };
        let urls = given.map(address).collect::<Result<Vec<_>, _>>()?;
        if urls.is_empty() {
            return Err(CliError::new(
                "ELASTICSEARCH_URLS is not set: give the URL of a search node, such as \
                 http://127.0.0.1:9200 (the program wikimovie needs none)",
            ));
        }
        Ok(urls)
    }

    fn auth(&self) -> Result<Auth, CliError> {
        let password =
            one_of("ELASTICSEARCH_PASSWORD", self.password.as_deref(), self.password_file.as_deref())?;
        let key = one_of("ELASTICSEARCH_API_KEY", self.api_key.as_deref(), self.api_key_file.as_deref())?;
        let username = self.username.clone().filter(|name| !name.is_empty());
        let given = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        let (service, region) = (given(&self.aws_service), given(&self.aws_region));
        if region.is_some() && service.is_none() {
            return Err(CliError::new(
                "ELASTICSEARCH_AWS_REGION is set and ELASTICSEARCH_AWS_SERVICE is not",
            ));
        }
        match (username, password, key, service) {
            (None, None, None, None) => Ok(Auth::None),
            (Some(username), Some(password), None, None) => {
                Ok(Auth::Basic { username, password: SecretString::from(password) })
            }
            (None, None, Some(key), None) => Ok(Auth::ApiKey(SecretString::from(key))),
            (None, None, None, Some(service)) => Ok(Auth::SigV4 { region, service }),
            (Some(_), None, None, None) => {
                Err(CliError::new("ELASTICSEARCH_USERNAME is set and ELASTICSEARCH_PASSWORD is not"))
            }
            (None, Some(_), None, None) => {
                Err(CliError::new("ELASTICSEARCH_PASSWORD is set and ELASTICSEARCH_USERNAME is not"))
            }
            _ => Err(CliError::new(
                "more than one of ELASTICSEARCH_USERNAME with _PASSWORD, ELASTICSEARCH_API_KEY and \
                 ELASTICSEARCH_AWS_SERVICE is set: give one of them",
            )),
        }
    }

    /// The subset of index names that every engine accepts (elastic.co, "Create index": path parameters).
    fn checked_index(&self) -> Result<String, CliError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        let starts = self.index.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        if starts && self.index.chars().all(plain) && self.index.len() <= 200 {
            return Ok(self.index.clone());
        }
        Err(CliError::new(format!(
            "WIKIMOVIE_INDEX {:?} is not a valid index name: use lower-case letters, digits, - _ and ., and \
             start with a letter or digit",
            self.index
        )))
    }

    fn checked_secret(&self) -> Result<Option<Vec<u8>>, CliError> {
        let secret = one_of("WIKIMOVIE_SECRET", self.secret.as_deref(), self.secret_file.as_deref())?;
        secret.map(|secret| long_enough("WIKIMOVIE_SECRET is", &secret)).transpose()
    }

    fn checked_former_secrets(&self) -> Result<Vec<Vec<u8>>, CliError> {
        const NAME: &str = "WIKIMOVIE_FORMER_SECRETS";
        let given = self.former_secrets.iter().filter(|secret| !secret.is_empty());
        let former: Vec<String> = match &self.former_secrets_file {
            Some(_) if given.clone().next().is_some() => {
                return Err(CliError::new(format!("{NAME} and {NAME}_FILE are both set: give one of them")));
            }
            Some(file) => {
                let text = read_text(file)?;
                text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned).collect()
            }
            None => given.cloned().collect(),
        };
        if former.len() > MAX_FORMER_SECRETS {
            return Err(CliError::new(format!("{NAME} holds more than {MAX_FORMER_SECRETS} secrets")));
        }
        former
            .iter()
            .map(|secret| long_enough("WIKIMOVIE_FORMER_SECRETS holds one that is", secret))
            .collect()
    }
}

/// The bytes of a secret; `subject` begins what is said of a short one.
fn long_enough(subject: &str, secret: &str) -> Result<Vec<u8>, CliError> {
    if secret.len() < MIN_SECRET_BYTES {
        return Err(CliError::new(format!("{subject} shorter than {MIN_SECRET_BYTES} bytes")));
    }
    Ok(secret.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        cluster: ClusterArgs,
    }

    fn options(line: &str) -> Result<ElasticsearchOptions, String> {
        let cli = Cli::try_parse_from(std::iter::once("test").chain(line.split_whitespace()));
        let cli = cli.map_err(|error| error.to_string())?;
        cli.cluster.options().map_err(|error| error.to_string())
    }

    #[test]
    fn invalid_options_are_rejected_with_one_line() {
        let cases = [
            ("", "ELASTICSEARCH_URLS"),
            ("--urls node:9200", "not an http"),
            ("--urls http://a --api-key k --username u --password p", "give one"),
            ("--urls http://a --username u", "ELASTICSEARCH_PASSWORD is not"),
            ("--urls http://a --password p", "ELASTICSEARCH_USERNAME is not"),
            ("--urls http://a --api-key k --aws-service es", "give one"),
            ("--urls http://a --aws-region eu-west-1", "ELASTICSEARCH_AWS_SERVICE is not"),
            ("--urls http://a --aws-service s3", "possible values"),
            ("--urls http://a --index Movies", "WIKIMOVIE_INDEX"),
            ("--urls http://a --index _movies", "WIKIMOVIE_INDEX"),
            ("--urls http://a --secret short", "16 bytes"),
            ("--urls http://a --former-secrets long-enough-and-more,short", "16 bytes"),
            ("--urls http://a --former-secrets long-enough-and-more --former-secrets-file f", "give one"),
            ("--urls http://a --ca /no/such/file", "does not exist"),
            ("--urls http://a --shards 0", "0 is not in"),
        ];
        for (line, part) in cases {
            let message = options(line).unwrap_err();
            assert!(message.contains(part), "{line}: {message}");
        }
    }

    #[test]
    fn valid_options_are_accepted() {
        let accepted =
            options("--urls http://a:9200,https://b --username u --password p --replicas 0").unwrap();
        assert_eq!((accepted.urls.len(), accepted.index.as_str(), accepted.replicas), (2, "movies", 0));
        assert!(matches!(accepted.auth, Auth::Basic { .. }));
        let rotated =
            options("--urls http://a --former-secrets secret-of-yesterday,secret-of-last-year").unwrap();
        assert_eq!(rotated.former_secrets.len(), 2);
        let signed = options("--urls https://a --aws-service aoss --aws-region eu-west-1").unwrap();
        assert!(matches!(signed.auth, Auth::SigV4 { region: Some(_), .. }));
    }
}
