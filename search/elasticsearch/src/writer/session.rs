//! What everything that a writer does shares: the lease, the versions, the request that small objects fill together.

use std::collections::HashMap;

use tokio::runtime::Handle;
use wikimovie_engine::{
    failpoint,
    writer::{LedgerRow, WriteError},
};

use crate::{bulk::Bulk, lease::Lease, stores::Stores, versions::Versions};

/// An open writer's way to the cluster.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) stores: Stores,
    pub(super) runtime: Handle,
    pub(super) lease: Lease,
    pub(super) versions: Versions,
    /// Writes of small objects, and of sweeps.
    pub(super) bulk: Bulk,
    /// Movies in it that the cluster may not know yet, with the object that wrote each, both by their hashes.
    unflushed: HashMap<u64, u64>,
    /// Rows to be written before the next write of records.
    intents: Vec<LedgerRow>,
}

impl Session {
    /// Writes go to these targets, with versions of the lease's epoch.
    pub(super) fn new(stores: Stores, runtime: Handle, lease: Lease, targets: Vec<String>) -> Self {
        let versions = Versions::of_epoch(lease.epoch());
        Self {
            bulk: Bulk::new(&stores.client, targets, &versions),
            stores,
            runtime,
            lease,
            versions,
            unflushed: HashMap::new(),
            intents: Vec::new(),
        }
    }

    /// Notes that an object with this row is going to be written.
    pub(super) fn note_intent(&mut self, row: LedgerRow) {
        self.intents.push(row);
    }

    /// Lets the ledger say what the next writes may leave half done. Nothing is written without the lease.
    pub(super) fn write_pending_intents(&mut self) -> Result<(), WriteError> {
        self.lease.check()?;
        if !self.intents.is_empty() {
            let ledger = &self.stores.ledger;
            self.runtime.block_on(ledger.write_intents(&self.intents, &self.versions))?;
            self.intents.clear();
            failpoint::reach("engine.marked");
        }
        Ok(())
    }

    /// Notes movies of an object that are put into the shared request.
    pub(super) fn note_unflushed(&mut self, movies: impl Iterator<Item = u64>, writer: u64) {
        self.unflushed.extend(movies.map(|movie| (movie, writer)));
    }

    /// Whether the shared request holds one of these movies as another object wrote it.
    pub(super) fn has_unflushed_of_others(&self, mut movies: impl Iterator<Item = u64>, writer: u64) -> bool {
        movies.any(|movie| self.unflushed.get(&movie).is_some_and(|other| *other != writer))
    }

    /// Sends what small objects and sweeps gathered once it is much, and does not wait for it.
    pub(super) fn send_if_full(&mut self) -> Result<(), WriteError> {
        if self.bulk.is_full() {
            self.write_pending_intents()?;
            let bulk = &mut self.bulk;
            self.runtime.block_on(bulk.send_if_full())?;
        }
        Ok(())
    }

    /// Sends what small objects and sweeps gathered, and returns once it is written.
    pub(super) fn flush(&mut self) -> Result<(), WriteError> {
        self.write_pending_intents()?;
        let bulk = &mut self.bulk;
        self.runtime.block_on(bulk.flush())?;
        self.unflushed.clear();
        // A write that something newer hindered was hindered by ourselves, as long as the lease is ours.
        self.lease.check()
    }

    /// Forgets what is not sent, and waits for what is.
    pub(super) fn clear(&mut self) {
        self.intents.clear();
        self.unflushed.clear();
        let bulk = &mut self.bulk;
        self.runtime.block_on(bulk.clear());
    }
}
