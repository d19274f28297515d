//! Names of variables: one that no setting knows is most likely a slip, and stops the start.

use std::ffi::OsString;

use clap::Command;

use crate::{
    Failure,
    settings::{arguments, variable},
};

/// Prefix of all our variables but `ENV`.
pub const OURS: &str = "WIKIMOVIE_";

/// The variables of each program, written from its options by its own test: they may stand in one environment.
const OF_PROGRAMS: [(&str, &str); 3] = [
    ("wikimovie", include_str!("wikimovie.txt")),
    ("wikimovie-api", include_str!("wikimovie-api.txt")),
    ("wikimovie-ingest", include_str!("wikimovie-ingest.txt")),
];

/// Names that any of our programs knows.
pub fn of_any_program() -> impl Iterator<Item = &'static str> {
    OF_PROGRAMS.iter().flat_map(|(_, names)| names.lines())
}

/// Refuses variables of these prefixes that no program of ours knows a setting for.
///
/// # Errors
/// One line with the first of them, and the name that may be meant.
pub fn check(
    cli: &Command,
    prefixes: &[&str],
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<(), Failure> {
    let known = known(cli);
    for (name, value) in variables {
        let is_ours = |name: &&str| prefixes.iter().any(|prefix| name.starts_with(prefix));
        let Some(name) = name.to_str().filter(is_ours) else { continue };
        let is_known = known.iter().any(|known| known == name) || of_any_program().any(|known| known == name);
        if is_known || is_of_kubernetes(name, &value.to_string_lossy()) {
            continue;
        }
        let hint = nearest(name, known.iter().map(String::as_str));
        let hint = hint.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        return Err(Failure::new(format!("there is no setting {name}{hint} (--help lists all)")));
    }
    Ok(())
}

/// The name that another was most likely meant to be.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Below this, what clap itself would not suggest.
    const LIKELY: f64 = 0.8;
    let rated = known.map(|known| (strsim::jaro(name, known), known));
    let best = rated.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > LIKELY).then_some(best.1)
}

/// The variables that a program's options stand for, in order.
pub(crate) fn known(cli: &Command) -> Vec<String> {
    let mut names: Vec<String> = arguments(cli).into_iter().filter_map(variable).collect();
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
    fn unknown_names_are_told_with_the_likely_one() {
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
            ("WIKIMOVIE_LEASE", "60"),
            ("ELASTICSEARCH_URLS", "http://node:9200"),
            ("ELASTICSEARCH_PORT", "tcp://10.0.0.1:9200"),
        ];
        for (name, value) in cases {
            assert_eq!(check(name, value), Ok(()), "{name}");
        }
    }
}
