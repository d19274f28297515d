//! Names of environment variables. An unknown one is most likely a typo, so it stops the start.

use std::ffi::OsString;

use clap::Command;

use crate::{
    CliError,
    options::{arguments, variable},
};

pub use crate::options::PREFIX;

/// The variables of each program, generated from its options: all programs may share one environment.
const NAMES_BY_PROGRAM: [(&str, &str); 3] = [
    ("wikimovie", include_str!("wikimovie.txt")),
    ("wikimovie-api", include_str!("wikimovie-api.txt")),
    ("wikimovie-ingest", include_str!("wikimovie-ingest.txt")),
];

/// Names that at least one of our programs knows.
pub fn all() -> impl Iterator<Item = &'static str> {
    NAMES_BY_PROGRAM.iter().flat_map(|(_, names)| names.lines())
}

/// Rejects variables with these prefixes that none of our programs knows.
///
/// # Errors
/// One line with the first of them, and the most similar known name.
pub fn check(
    cli: &Command,
    prefixes: &[&str],
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<(), CliError> {
    let known = of_command(cli);
    for (name, value) in variables {
        let is_ours = |name: &&str| prefixes.iter().any(|prefix| name.starts_with(prefix));
        let Some(name) = name.to_str().filter(is_ours) else { continue };
        let is_known = known.iter().any(|known| known == name) || all().any(|known| known == name);
        if is_known || is_set_by_kubernetes(name, &value.to_string_lossy()) {
            continue;
        }
        let hint = nearest(name, known.iter().map(String::as_str));
        let hint = hint.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        return Err(CliError::new(format!("there is no setting {name}{hint} (--help lists all)")));
    }
    Ok(())
}

/// The known name that is most similar to another one.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // clap uses the same threshold for its own suggestions.
    const MIN_SIMILARITY: f64 = 0.8;
    let rated = known.map(|known| (strsim::jaro(name, known), known));
    let best = rated.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > MIN_SIMILARITY).then_some(best.1)
}

/// The variables of a program's options, sorted.
pub(crate) fn of_command(cli: &Command) -> Vec<String> {
    let mut names: Vec<String> = arguments(cli).into_iter().filter_map(variable).collect();
    names.sort();
    names.dedup();
    names
}

/// Whether Kubernetes sets this variable for a Service named `wikimovie` or `wikimovie-…`: `…_SERVICE_HOST`,
/// `…_SERVICE_PORT`, `…_SERVICE_PORT_<NAME>`, `…_PORT=tcp://…`, `…_PORT_80_TCP`, `…_PORT_80_TCP_ADDR` and the like
/// (kubernetes.io, "Environment variables" of Services). `WIKIMOVIE_PORT=8080` is none of these but a mistake.
fn is_set_by_kubernetes(name: &str, value: &str) -> bool {
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
        super::check(&cli, &[PREFIX, "ELASTICSEARCH_"], variables).map_err(|error| error.to_string())
    }

    #[test]
    fn an_unknown_name_is_rejected_with_a_suggestion() {
        let message = check("WIKIMOVIE_LISTN", "x").unwrap_err();
        assert!(message.contains("WIKIMOVIE_LISTN") && message.contains("WIKIMOVIE_LISTEN"), "{message}");
        assert!(check("WIKIMOVIE_PORT", "8080").is_err());
        assert!(check("WIKIMOVIE_PORT_NUMBER", "8080").is_err());
    }

    #[test]
    fn known_and_foreign_names_are_accepted() {
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
            ("WIKIMOVIE_LEASE", "60"),
            ("ELASTICSEARCH_URLS", "http://node:9200"),
            ("ELASTICSEARCH_PORT", "tcp://10.0.0.1:9200"),
        ];
        for (name, value) in cases {
            assert_eq!(check(name, value), Ok(()), "{name}");
        }
    }
}
