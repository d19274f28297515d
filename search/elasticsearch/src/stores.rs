//! What one catalogue consists of in the cluster.

use std::sync::Arc;

use crate::{
    builds::BuildStore, client::Client, index::IndexStore, ledger::LedgerStore, names::Names,
    records::RecordStore,
};

/// What one catalogue consists of in the cluster. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Stores {
    pub(crate) client: Client,
    pub(crate) names: Arc<Names>,
    pub(crate) index: IndexStore,
    pub(crate) ledger: LedgerStore,
    pub(crate) records: RecordStore,
    pub(crate) builds: BuildStore,
}

impl Stores {
    /// The catalogue of this name; indices are created with so many shards and replicas.
    pub(crate) fn new(client: Client, name: &str, shards: u32, replicas: u32) -> Self {
        let names = Arc::new(Names::new(name));
        let index = IndexStore::new(client.clone(), Arc::clone(&names), shards, replicas);
        let ledger = LedgerStore::new(client.clone(), Arc::clone(&names));
        Self {
            records: RecordStore::new(client.clone(), Arc::clone(&names)),
            builds: BuildStore::new(Arc::clone(&names), index.clone(), ledger.clone()),
            client,
            names,
            index,
            ledger,
        }
    }
}
