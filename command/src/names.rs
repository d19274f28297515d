//! Names of variables: one that no setting knows is most likely a slip, and stops the start.

use std::ffi::OsString;

use clap::Command;

use crate::Failure;

/// Prefix of all our variables but `ENV`.
pub const OURS: &str = "WIKIMOVIE_";

/// Refuses variables of these prefixes that the program knows no setting for.
///
/// # Errors
/// One line with the first of them, and the names that there are.
pub fn check(
    cli: &Command,
    prefixes: &[&str],
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<(), Failure> {
    let known = known_names(cli, prefixes);
    for (name, value) in variables {
        let is_ours = |name: &&str| prefixes.iter().any(|prefix| name.starts_with(prefix));
        let Some(name) = name.to_str().filter(is_ours) else { continue };
        if !known.iter().any(|known| known == name) && !is_of_kubernetes(name, &value.to_string_lossy()) {
            return Err(Failure::new(format!("there is no setting {name}; there are {}", known.join(", "))));
        }
    }
    Ok(())
}

/// The variables that the options stand for.
fn known_names(cli: &Command, prefixes: &[&str]) -> Vec<String> {
    let commands = std::iter::once(cli).chain(cli.get_subcommands());
    let mut names: Vec<String> = commands
        .flat_map(Command::get_arguments)
        .filter_map(|argument| argument.get_env()?.to_str().map(str::to_owned))
        .filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Whether Kubernetes makes this variable for a Service called `wikimovie` or `wikimovie-…`: `…_SERVICE_HOST`,
/// `…_SERVICE_PORT`, `…_SERVICE_PORT_<NAME>`, `…_PORT=tcp://…`, `…_PORT_80_TCP`, `…_PORT_80_TCP_ADDR` and the like
/// (kubernetes.io, "Environment variables" of Services). `WIKIMOVIE_PORT=8080` is none of these but a slip.
fn is_of_kubernetes(name: &str, value: &str) -> bool {
    if name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") || name.contains("_SERVICE_PORT_") {
        return true;
    }
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    if name.ends_with("_PORT") && is_address {
        return true;
    }
    let Some((_, rest)) = name.split_once("_PORT_") else { return false };
    let mut parts = rest.split('_');
    let is_port = parts.next().is_some_and(|port| port.parse::<u16>().is_ok());
    is_port && parts.next().is_some_and(|protocol| matches!(protocol, "TCP" | "UDP" | "SCTP"))
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    fn check(name: &str, value: &str) -> Result<(), String> {
        let option = |name: &'static str| Arg::new(name).long(name).env(name);
        let cli = Command::new("test").args([
            option("WIKIMOVIE_LISTEN"),
            option("WIKIMOVIE_WATCH"),
            option("ELASTICSEARCH_URLS"),
        ]);
        let variables = [(name.into(), value.into())].into_iter();
        super::check(&cli, &[OURS, "ELASTICSEARCH_"], variables).map_err(|failure| failure.to_string())
    }

    #[test]
    fn unknown_names_are_told_with_the_known_ones() {
        let told = check("WIKIMOVIE_LISTN", "x").unwrap_err();
        assert!(told.contains("WIKIMOVIE_LISTN") && told.contains("WIKIMOVIE_LISTEN"), "{told}");
        assert!(check("WIKIMOVIE_PORT", "8080").is_err());
        assert!(check("WIKIMOVIE_PORT_NUMBER", "8080").is_err());
    }

    #[test]
    fn names_of_ours_and_of_others_pass() {
        let cases = [
            ("WIKIMOVIE_LISTEN", "127.0.0.1:1"),
            ("WIKIMOVIE_WATCH", ""),
            ("PATH", "/bin"),
            ("WIKIMOVIE_SERVICE_HOST", "10.0.0.1"),
            ("WIKIMOVIE_SERVICE_PORT", "80"),
            ("WIKIMOVIE_SERVICE_PORT_HTTP", "80"),
            ("WIKIMOVIE_PORT", "tcp://10.0.0.1:80"),
            ("WIKIMOVIE_PORT_80_TCP", "tcp://10.0.0.1:80"),
            ("WIKIMOVIE_PORT_80_TCP_PROTO", "tcp"),
            ("WIKIMOVIE_PORT_80_TCP_PORT", "80"),
            ("WIKIMOVIE_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("WIKIMOVIE_INGEST_SERVICE_HOST", "10.0.0.1"),
            ("ELASTICSEARCH_URLS", "http://node:9200"),
            ("ELASTICSEARCH_PORT", "tcp://10.0.0.1:9200"),
        ];
        for (name, value) in cases {
            assert_eq!(check(name, value), Ok(()), "{name}");
        }
    }
}
