//! Index builds: the indices that the writer writes to, as the ledger names them. There are two while the index is built
//! anew, and after that until the former one is dropped; the aliases show which of them is in use.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wikimovie_engine::writer::WriteError;

use crate::{
    index::IndexStore,
    ledger::LedgerStore,
    names::{Names, alias_of},
};

/// Id and kind of the ledger's document.
const BUILDS: &str = "builds";

/// The builds of an index; none where it was never built anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Builds {
    /// Both indices, or the one that is left.
    pub(crate) indices: Vec<String>,
    /// Whether both were found equal.
    pub(crate) complete: bool,
}

impl Builds {
    /// One index alone.
    pub(crate) fn alone(index: &str) -> Self {
        Self { indices: vec![index.to_owned()], complete: false }
    }

    /// The other one than the index in use.
    pub(crate) fn beside(&self, current: &str) -> Option<&str> {
        self.indices.iter().map(String::as_str).find(|&index| index != current)
    }

    /// Aliases by which they are written to.
    pub(crate) fn targets(&self) -> Vec<String> {
        self.indices.iter().map(|index| alias_of(index)).collect()
    }
}

/// Which indices are written to. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct BuildStore {
    names: Arc<Names>,
    index: IndexStore,
    ledger: LedgerStore,
}

impl BuildStore {
    pub(crate) fn new(names: Arc<Names>, index: IndexStore, ledger: LedgerStore) -> Self {
        Self { names, index, ledger }
    }

    pub(crate) async fn read(&self) -> Result<Option<Builds>, WriteError> {
        self.ledger.get("reading the index builds", BUILDS).await
    }

    pub(crate) async fn write(&self, builds: &Builds) -> Result<(), WriteError> {
        self.ledger.put("writing the index builds", BUILDS, BUILDS, builds).await
    }

    /// Aliases of the indices that a writer writes to.
    pub(crate) async fn targets(&self) -> Result<Vec<String>, WriteError> {
        let targets = self.read().await?.unwrap_or_default().targets();
        Ok(if targets.is_empty() { vec![self.names.write.clone()] } else { targets })
    }

    /// Forgets builds that are gone, so that nobody waits for a write to them.
    pub(crate) async fn forget_lost(&self) -> Result<(), WriteError> {
        let Some(builds) = self.read().await? else { return Ok(()) };
        let current = self.index.in_use().await?;
        let mut left = vec![current.clone()];
        for index in builds.indices.iter().filter(|index| **index != current) {
            if self.index.exists(index).await? {
                left.push(index.clone());
            }
        }
        if left.len() < builds.indices.len() || !builds.indices.contains(&current) {
            tracing::warn!(builds = ?builds.indices, "a build of the index is gone; writing to {current} alone");
            self.write(&Builds::alone(&current)).await?;
        }
        Ok(())
    }
}
