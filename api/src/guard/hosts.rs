//! Host names under which clients reach the gateway. A page of another site can point a name of its own to an address of a
//! private network (DNS rebinding), and then counts as our own page; only the host of its requests tells.

use std::str::FromStr;

use http::{HeaderMap, Uri, header, uri::Authority};

use crate::error::{ApiError, ErrorCode};

/// The names that are served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AllowedHosts {
    /// All.
    #[default]
    Any,
    /// These.
    Listed(Vec<HostName>),
}

/// A host name or address, in lower case, without a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName(String);

impl FromStr for HostName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.trim();
        match name.parse::<Authority>() {
            Ok(authority) if authority.host() == name => Ok(Self::of(&authority)),
            _ => Err(format!("{name:?} is not a host name: give it without scheme and port")),
        }
    }
}

impl HostName {
    fn of(authority: &Authority) -> Self {
        let host = authority.host();
        // A name with a dot at its end is the same one, and needs no search list.
        Self(host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase())
    }
}

impl AllowedHosts {
    /// Whether some are not served.
    pub fn is_restricted(&self) -> bool {
        matches!(self, Self::Listed(_))
    }

    /// Checks every host that a request names: in its target (always in HTTP/2) and in its header.
    ///
    /// # Errors
    /// `MISDIRECTED_REQUEST` where it names none, or one that is not served.
    pub fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
        let Self::Listed(names) = self else { return Ok(()) };
        let header = headers.get_all(header::HOST).iter();
        let header = header.map(|host| Authority::try_from(host.as_bytes()).ok());
        let mut named = uri.authority().cloned().map(Some).into_iter().chain(header).peekable();
        let is_served =
            |host: Option<Authority>| host.is_some_and(|host| names.contains(&HostName::of(&host)));
        if named.peek().is_some() && named.all(is_served) {
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::MisdirectedRequest, "the host of the request is not served here"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_has_no_scheme_and_no_port() {
        for (text, host) in [
            (" Movies.Example ", "movies.example"),
            ("10.1.2.3", "10.1.2.3"),
            ("[::1]", "[::1]"),
            ("a.", "a"),
        ] {
            assert_eq!(text.parse(), Ok(HostName(host.to_owned())), "{text}");
        }
        for text in ["", "a:80", "https://a", "u@a", "a/b", "a b"] {
            assert!(text.parse::<HostName>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_host_that_a_request_names_has_to_be_served() {
        let listed = AllowedHosts::Listed(vec!["movies.example".parse().unwrap(), "[::1]".parse().unwrap()]);
        let cases: [(&str, &[&str], bool); 10] = [
            ("/graphql", &["movies.example"], true),
            ("/graphql", &["Movies.Example.:8443"], true),
            ("/graphql", &["[::1]:8080"], true),
            ("https://movies.example/graphql", &[], true),
            ("https://movies.example/graphql", &["movies.example"], true),
            ("https://movies.example/graphql", &["rebound.example"], false),
            ("http://rebound.example/graphql", &["movies.example"], false),
            ("/graphql", &["movies.example", "rebound.example"], false),
            ("/graphql", &["movies.example.rebound.example"], false),
            ("/graphql", &[], false),
        ];
        for (uri, hosts, is_served) in cases {
            let uri: Uri = uri.parse().unwrap();
            let headers = hosts.iter().map(|host| (header::HOST, host.parse().unwrap())).fold(
                HeaderMap::new(),
                |mut headers, (name, host)| {
                    headers.append(name, host);
                    headers
                },
            );
            assert_eq!(listed.check(&uri, &headers).is_ok(), is_served, "{uri} {hosts:?}");
            assert!(AllowedHosts::Any.check(&uri, &headers).is_ok());
        }
    }
}
