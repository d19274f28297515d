//! The engine as programs use it: how to reach a cluster, its read side and its write side.

use std::{sync::Arc, time::Duration};

use url::Url;
use wikimovie_elasticsearch_client::Auth;
use wikimovie_engine::{catalog::Catalog, token::Sealer, writer::WriteError};
use wikimovie_plan::rules::Rules;

use crate::{
    client::{Client, ClientOptions},
    restricted::Restricted,
    searcher::Searcher,
    stores::Stores,
    views::Views,
    writer::ElasticsearchWriter,
};

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
    /// Secrets of before, whose tokens stay valid.
    pub former_secrets: Vec<Vec<u8>>,
    /// Synonyms and pins.
    pub rules: Arc<Rules>,
}

/// The engine on a cluster. Cheap to clone.
#[derive(Clone)]
pub struct Elasticsearch {
    pub(crate) cluster: Arc<Cluster>,
    /// The part of the catalogue that this handle sees; `None` for all of it.
    pub(crate) part: Option<Arc<Restricted>>,
}

/// What all handles share.
pub(crate) struct Cluster {
    pub(crate) stores: Stores,
    pub(crate) searcher: Searcher,
    pub(crate) views: Views,
    sealer: Sealer,
    /// Whether the secret of tokens is one that the cluster keeps.
    shares_secret: bool,
    former_secrets: Vec<Vec<u8>>,
}

/// Time between two polls of the cluster's revision.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The same while the cluster does not answer: what is remembered is true again as soon as it does.
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

/// `User-Agent` of every request.
const USER_AGENT: &str = concat!("wikimovie-search/", env!("CARGO_PKG_VERSION"));

impl std::fmt::Debug for Elasticsearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Elasticsearch").field("names", &self.cluster.stores.names).finish_non_exhaustive()
    }
}

impl Elasticsearch {
    /// An engine by these options; nothing is sent yet.
    ///
    /// # Errors
    /// One line that says which option cannot be used.
    pub fn new(options: &ElasticsearchOptions) -> Result<Self, String> {
        let client = Client::new(&ClientOptions {
            urls: options.urls.clone(),
            auth: options.auth.clone(),
            ca_certificates: options.ca_certificates.clone(),
            deadline: options.deadline,
            user_agent: USER_AGENT,
        })?;
        let sealer = Sealer::without_secret();
        if let Some(secret) = &options.secret {
            sealer.set_secrets(secret, &options.former_secrets);
        }
        let stores = Stores::new(client, &options.index, options.shards, options.replicas);
        let searcher = Searcher::new(stores.client.clone(), Arc::clone(&stores.names));
        let rules = Arc::clone(&options.rules);
        let cluster = Cluster {
            views: Views::new(stores.clone(), searcher.clone(), rules, sealer.clone()),
            stores,
            searcher,
            sealer,
            shares_secret: options.secret.is_none(),
            former_secrets: options.former_secrets.clone(),
        };
        Ok(Self { cluster: Arc::new(cluster), part: None })
    }

    /// Creates what is missing in the cluster and reads what questions need. Done once it returns `Ok`; to be called
    /// again after an error, which is [`WriteError::Incompatible`] only where trying again cannot help.
    ///
    /// # Errors
    /// As said.
    pub async fn prepare(&self) -> Result<(), WriteError> {
        let Cluster { stores, views, sealer, shares_secret, former_secrets, .. } = &*self.cluster;
        stores.index.ensure().await?;
        if *shares_secret {
            sealer.set_secrets(&stores.ledger.shared_secret().await?, former_secrets);
        }
        views.refresh(true).await?;
        Ok(())
    }

    /// Follows the cluster for ever: prepares it as soon as it answers, then reads each new revision. To be run
    /// as a task beside the gateway. Returns only where the index is not ours to read.
    pub async fn follow(&self) -> WriteError {
        while let Err(error) = self.prepare().await {
            if matches!(error, WriteError::Incompatible(_)) {
                return error;
            }
            tracing::warn!(%error, "the cluster is not ready yet");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        let mut interval = POLL_INTERVAL;
        loop {
            tokio::time::sleep(interval).await;
            interval = match self.cluster.views.refresh(false).await {
                Ok(()) => POLL_INTERVAL,
                Err(error) => {
                    // Logged once an outage.
                    if interval == POLL_INTERVAL {
                        tracing::warn!(%error, "the cluster's revision cannot be read; the previous one stays");
                    }
                    RETRY_INTERVAL
                }
            };
        }
    }

    /// The read side. Questions fail with [`wikimovie_engine::SearchError::Unavailable`] until the cluster is prepared.
    pub fn catalog(&self) -> Arc<dyn Catalog> {
        Arc::new(self.clone())
    }

    /// The same engine, seeing a part of the catalogue.
    pub(crate) fn seeing(&self, part: Arc<Restricted>) -> Self {
        Self { cluster: Arc::clone(&self.cluster), part: Some(part) }
    }

    /// Seals and opens tokens; ready once the cluster is prepared.
    pub fn sealer(&self) -> Sealer {
        self.cluster.sealer.clone()
    }

    /// The write side, for use outside of async code: it blocks on `runtime`.
    ///
    /// # Errors
    /// [`WriteError::LeaseTaken`] while another writer has the lease of the index.
    pub fn writer(&self, runtime: tokio::runtime::Handle) -> Result<ElasticsearchWriter, WriteError> {
        ElasticsearchWriter::open(self.cluster.stores.clone(), runtime)
    }
}
