//! Real search nodes for tests.

use std::sync::OnceLock;

use wikimovie_testkit_skip::skipped;

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
/// they are shared by all tests. Where none can be started, the test is reported as skipped; in CI that is a failure.
///
/// # Panics
/// In CI, where an engine is missing.
pub fn engines(test: &str) -> Vec<Engine> {
    static ENGINES: OnceLock<Vec<Engine>> = OnceLock::new();
    let engines = ENGINES.get_or_init(|| match std::env::var("ELASTICSEARCH_URLS") {
        Ok(urls) if !urls.is_empty() => vec![Engine { name: name_of(&urls), urls }],
        _ => started(),
    });
    if engines.is_empty() {
        skipped(test, "no search engine (scripts/engines.sh start shows why)");
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
