//! Real search nodes for tests.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::sync::OnceLock;

use crate::service;

/// A running search node, or a cluster of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    /// Name and version, such as `OpenSearch 3.3.0`.
    pub name: String,
    /// Addresses, parted by commas.
    pub urls: String,
}

/// The engines to test on: the cluster named by `ELASTICSEARCH_URLS`, else each that `scripts/engines.sh` starts here;
/// they are shared by all tests. Where a tool for that is missing, says so in a line and gives fewer or none; in CI
/// (`CI` is set) that is a failure.
///
/// # Panics
/// In CI, where an engine is missing.
pub fn engines(test: &str) -> Vec<Engine> {
    static ENGINES: OnceLock<Vec<Engine>> = OnceLock::new();
    let engines = ENGINES.get_or_init(|| match std::env::var("ELASTICSEARCH_URLS") {
        Ok(urls) if !urls.is_empty() => vec![Engine { name: name_of(&urls), urls }],
        _ => started(),
    });
    let in_ci = std::env::var_os("CI").is_some_and(|ci| !ci.is_empty());
    assert!(!(in_ci && engines.is_empty()), "no search engine for {test}, and in CI nothing is skipped");
    if engines.is_empty() {
        eprintln!("SKIPPED {test}: no search engine (scripts/engines.sh start tells why)");
    }
    engines.clone()
}

fn started() -> Vec<Engine> {
    let listed = service::start("scripts/engines.sh", "urls", "engines").unwrap_or_default();
    let urls = listed.lines().filter_map(|line| line.split_once('\t'));
    urls.map(|(_, url)| Engine { name: name_of(url), urls: url.to_owned() }).collect()
}

/// What a node says it is.
fn name_of(urls: &str) -> String {
    let first = urls.split(',').next().unwrap_or_default();
    let about = ureq::get(first).call().ok().and_then(|mut answer| answer.body_mut().read_to_string().ok());
    let about: serde_json::Value =
        about.and_then(|about| serde_json::from_str(&about).ok()).unwrap_or_default();
    let text =
        |path: &str| about.pointer(path).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let kind = if text("/version/distribution") == "opensearch" { "OpenSearch" } else { "Elasticsearch" };
    format!("{kind} {}", text("/version/number"))
}
