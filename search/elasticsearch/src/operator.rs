//! What an operator asks of a catalogue besides questions: whether it is whole, approval of a sweep, a reindex.

use wikimovie_engine::writer::{LedgerRow, WriteError};

use crate::{
    audit::{self, LedgerAudit},
    engine::Elasticsearch,
    reindex::{self, BuildStep, Comparison},
};

impl Elasticsearch {
    /// Every object applied, compared with what the index holds, without being the writer.
    ///
    /// # Errors
    /// [`WriteError::IndexChanged`] where index or ledger are missing, others where the cluster does not answer.
    pub async fn audit(&self) -> Result<LedgerAudit, WriteError> {
        audit::audit_all(&self.cluster.stores.ledger, &self.cluster.stores.records).await
    }

    /// What of index and ledger is missing, without creating it.
    ///
    /// # Errors
    /// Where the cluster does not answer.
    pub async fn missing(&self) -> Result<Vec<String>, WriteError> {
        self.cluster.stores.index.missing().await
    }

    /// Lets the sweep that a row waits with happen at the next look at its object: for this state of the object and no
    /// other. `false` where no sweep waits.
    ///
    /// # Errors
    /// Where the cluster does not take it.
    pub async fn approve(&self, row: &LedgerRow) -> Result<bool, WriteError> {
        self.cluster.stores.ledger.approve(row).await
    }

    /// Builds the index anew beside the one in use, compares both, and moves the aliases.
    ///
    /// # Errors
    /// Where the cluster fails, the writer does not write to both in time, or both differ; the index in use stays.
    pub async fn reindex(
        &self,
        report: &mut (dyn FnMut(BuildStep) + Send),
    ) -> Result<Comparison, WriteError> {
        reindex::reindex(&self.cluster.stores, report).await
    }

    /// Takes the last reindex back: the former index, which was written to all the time, is used again.
    ///
    /// # Errors
    /// Where there is none, or it differs from the one in use.
    pub async fn undo_reindex(
        &self,
        report: &mut (dyn FnMut(BuildStep) + Send),
    ) -> Result<Comparison, WriteError> {
        reindex::undo(&self.cluster.stores, report).await
    }

    /// Drops the build that is not in use; `None` where there is none.
    ///
    /// # Errors
    /// Where the cluster fails.
    pub async fn drop_build(&self) -> Result<Option<String>, WriteError> {
        reindex::drop_build(&self.cluster.stores).await
    }
}
