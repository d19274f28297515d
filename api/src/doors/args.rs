//! Options of doors.

use clap::Args;
use url::Url;
use wikimovie_command::CliError;

use super::settings::ServedDoors;

/// What is served beside GraphQL.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Doors")]
pub struct DoorArgs {
    /// What is served of the manifest's operations beside GraphQL, separated by commas: rest (/api, /openapi.json), mcp
    /// (/mcp, tools of agents), docs (/docs, /llms.txt); none for nothing
    #[arg(long, env = "WIKIMOVIE_DOORS", value_name = "DOORS", default_value_t = ServedDoors::ALL)]
    pub doors: ServedDoors,
    /// Address under which clients reach the gateway, such as `https://movies.example.com`, for the OAuth metadata of /mcp
    /// [default: the host of the request, by https unless it is this machine]
    #[arg(long, env = "WIKIMOVIE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,
}

impl DoorArgs {
    /// The checked address.
    ///
    /// # Errors
    /// One line where it is none of the web, or has more than a host and a path.
    pub fn public_url(&self) -> Result<Option<Url>, CliError> {
        let is_plain = |url: &Url| {
            matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none()
        };
        match &self.public_url {
            Some(url) if !is_plain(url) => Err(CliError::new(format!(
                "WIKIMOVIE_PUBLIC_URL is {url}: give an http or https address without query and fragment"
            ))),
            url => Ok(url.clone()),
        }
    }
}
