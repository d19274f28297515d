//! What a cluster says of itself.

use serde::Deserialize;

/// Answer of a node to `GET /`.
#[derive(Debug, Deserialize)]
pub struct ClusterInfo {
    /// What it runs.
    pub version: ClusterVersion,
}

/// Version of the engine.
#[derive(Debug, Deserialize)]
pub struct ClusterVersion {
    /// Such as `7.10.2`.
    pub number: String,
    /// `opensearch`; Elasticsearch names none.
    #[serde(default)]
    pub distribution: Option<String>,
}
